"""What the documents tell people to type is there: commands, their options, targets of make, and links."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from training.cli.main import main

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


def typed(document: Path, program: str) -> Iterator[list[str]]:
    """Yield the words after a program's name, of each line of a console and each piece of code that begins with it."""
    text = document.read_text(encoding="utf8")
    lines = re.findall(rf"^\$ (?:\.venv/bin/)?{program} (.+)$", text, re.M)
    pieces = re.findall(rf"`{program} ([^`]+)`", text)
    for line in lines + pieces:
        yield shlex.split(re.split(r"[|>;…]|\.\.\.|&&", line)[0], comments=True)


def unknown(words: list[str]) -> str:
    """Return the first word that `warmstart` would not understand, or nothing."""
    command: click.Command = main
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        if words[0] not in command.commands:
            return words[0]
        command, words = command.commands[words[0]], words[1:]
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    known |= {"--help", "-h"}
    return next((word for word in words if word.startswith("--") and word.partition("=")[0] not in known), "")


@each_document
def test_every_command_and_option_is_there(document: Path) -> None:
    """No document names a command of `warmstart`, or an option of it, that it has not."""
    assert [words for words in typed(document, "warmstart") if unknown(list(words))] == []


def test_what_is_not_there_is_noticed() -> None:
    """A misspelt command, one of a group, an option: each is found."""
    assert [
        unknown(words.split()) for words in ("rolback als", "token delete shop", "models --all", "models --json")
    ] == [
        "rolback",
        "delete",
        "--all",
        "",
    ]


@each_document
def test_every_target_of_make_is_there(document: Path) -> None:
    """No document names a target that the Makefile has not."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    named = {word for words in typed(document, "make") for word in words if re.fullmatch(r"[a-z-]+", word)}
    assert named - targets == set()


@each_document
def test_every_link_within_the_tree_leads_somewhere(document: Path) -> None:
    """A file that is linked to exists, and has the heading that is named."""
    links = re.findall(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)", document.read_text(encoding="utf8"))
    for path, anchor in links:
        target = (document.parent / path) if path else document
        assert target.exists(), path
        if anchor:
            assert anchor in anchors(target), f"{path}#{anchor}"


def anchors(document: Path) -> set[str]:
    """Return what GitHub names a document's headings."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf8"), re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
