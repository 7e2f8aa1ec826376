"""The audit: every pinned file, what is known of it, what could not be asked, and what that amounts to."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from infra.supply.acknowledged import Acknowledged
from infra.supply.components import LOCK, VENDORED, vendored
from infra.supply.known import Answer, Package, Vulnerability, ask_npm, ask_pypi
from infra.supply.pins import pinned_files, read_pins
from infra.tree import ROOT

CLEAN, FOUND, NOT_AUDITED = 0, 1, 4  # what the command exits with


def ask_all() -> tuple[dict[Path, set[Package]], Answer]:
    """Ask about everything that is pinned; return which file holds what, and the answer."""
    pins = {path: read_pins(path) for path in pinned_files()}
    held = {path: {Package(pin.name, pin.version) for pin in some} for path, some in pins.items()}
    of_npm = {LOCK: _locked(), VENDORED: {Package(one.name, one.version) for one, _ in vendored()}}
    python = ask_pypi(pin for some in pins.values() for pin in some)
    page = ask_npm(package for some in of_npm.values() for package in some)
    return held | of_npm, Answer(python.known + page.known, python.unasked | page.unasked)


def told(held: Mapping[Path, set[Package]], answer: Answer, acknowledged: Iterable[Acknowledged], today: date) -> str:
    """The report, in lines."""
    known, left = judged(answer.known, acknowledged, today)
    lines = [f"{'file':44}{'pins':>6}{'known':>7}{'not audited':>13}"]
    for path, packages in held.items():
        of_it = sum(one.package in packages for one in known)
        lines.append(
            f"{path.relative_to(ROOT)!s:44}{len(packages):6}{of_it:7}{len(packages & answer.unasked.keys()):13}"
        )
    lines += [f"known: {one.package.name} {one.package.version}: {', '.join(one.names)}; {one.remedy}" for one in known]
    lines += [f"left until {entry.until}: {entry.package}, {entry.name}: {entry.reason}" for entry in left]
    for why in sorted(set(answer.unasked.values())):
        lines.append(f"not audited: {sum(reason == why for reason in answer.unasked.values())} packages: {why}")
    return "\n".join(lines)


def judged(
    known: Iterable[Vulnerability], acknowledged: Iterable[Acknowledged], today: date
) -> tuple[list[Vulnerability], list[Acknowledged]]:
    """What is known and not left, and the entries by which something is left."""
    entries, known = tuple(acknowledged), tuple(known)
    left = [entry for entry in entries if any(entry.covers(one, today) for one in known)]
    return [one for one in known if not any(entry.covers(one, today) for entry in left)], left


def verdict(answer: Answer, acknowledged: Iterable[Acknowledged], today: date) -> int:
    """What the command exits with: something known counts more than something that was not asked."""
    if judged(answer.known, acknowledged, today)[0]:
        return FOUND
    return NOT_AUDITED if answer.unasked else CLEAN


def _locked() -> set[Package]:
    packages = json.loads(LOCK.read_text(encoding="utf-8"))["packages"]
    return {Package(path.rpartition("node_modules/")[2], one["version"]) for path, one in packages.items() if path}
