"""One voice for every command: results on stdout, progress and errors on stderr."""

import click
import pytest
from click.testing import CliRunner

from training.cli.console import Commands, Console, json_option, table
from warmstart.errors import StoreError


@click.group(cls=Commands)
def main() -> None:
    """Stand in for the command."""


@main.command()
@click.option("--fail", is_flag=True)
@json_option
def work(console: Console, fail: bool) -> None:
    """Say something, or fail."""
    console.progress("half way")
    if fail:
        raise StoreError("two\nlines\x1b[2J")
    console.result({"n": 1}, "one")


@pytest.mark.parametrize(("arguments", "out"), [((), "one\n"), (("--json",), '{"n": 1}\n')])
def test_results_go_to_stdout_and_progress_to_stderr(arguments: tuple[str, ...], out: str) -> None:
    """What a program reads is never mixed with what a person watches."""
    result = CliRunner().invoke(main, ["work", *arguments])
    assert (result.exit_code, result.stdout, result.stderr) == (0, out, "half way\n")


def test_a_known_error_is_one_line() -> None:
    """Line breaks in a message do not make it two errors, nor do control characters reach a terminal."""
    result = CliRunner().invoke(main, ["work", "--fail", "--json"])
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", "half way\nerror: two lines?[2J\n")


def test_a_terminal_gets_one_line_that_is_overwritten(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shorter progress text covers the longer one before it, and the result starts on a line of its own."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    console = Console()
    for text in ("a long text", "short"):
        console.progress(text)
    console.result({}, "done")
    captured = capsys.readouterr()
    assert captured.err == "\ra long text\rshort      \n"
    assert captured.out == "done\n"


def test_tables_are_aligned() -> None:
    """Numbers stand to the right, a missing value is a dash, a float has four places."""
    assert table(("model", "map@10"), [("als", 0.25), ("popular", None)]).splitlines() == [
        "model    map@10",
        "als      0.2500",
        "popular       -",
    ]
