"""The tables of what was measured."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.pages import machine, markdown
from tests.scale.growth import LIMIT, Growth, fitted

COMMAND = "make scale"
LIBRARIES = ("numpy", "polars", "scipy", "rectools")
GB = 10**9
CLOCK, CPU = "seconds", "cpu_seconds"
Found = Sequence[Mapping[str, Any]]  # a size each, as `described` has it, smallest first
MEASURED = """`{command}` measures this and writes it: {machine}. A user has 50 interactions on average, and
catalogues grow with the root of their public. Each step is one command, from its start to its end: `train` reads the
tables, looks for settings of time on an earlier fold, measures on the last seven days (50,000 users at most, drawn),
learns from everything, publishes into a local folder, is tried there by a fresh process and promoted. Memory is what
all processes of a step have in RAM together, at most, looked at every 50 ms: a page that two of them map counts twice,
and pages of mapped files count, though the system may take them back. Threads are as many as there are cores.

A cell holds the time on the clock, that of the processors, and the memory. What else the machine does in the meantime
makes the clock's longer, and hardly the processors'."""
SERVING = """From the start of `warmstart serve` until it serves (`open`), and the median of {requests} requests for
users drawn by the catalogue, one after the other, by HTTP through gateway, authorizer and function:"""
GROWTH = """Seconds of n users are fitted as a n^b, those of the clock and those of the processors; `last` is the
exponent between the two largest sizes alone, where the second or two that a process takes to start hides less. b may
be at most {limit}."""


def document(found: Found) -> str:
    """Return the part of docs/SCALE.md that is measured."""
    parts = [
        MEASURED.format(command=COMMAND, machine=machine(LIBRARIES)),
        _steps(found),
        SERVING.format(requests=found[-1]["steps"]["serve"]["said"]["models"]["als"]["requests"]),
        _serving(found),
        GROWTH.format(limit=LIMIT),
        _growth(found),
    ]
    return "\n\n".join(parts)


def short(found: Found) -> str:
    """Return the table of the README: the largest size, and how each step grows."""
    laws, last = growths(found), found[-1]
    rows = [
        [f"`{name}`", _seconds(step[CLOCK]), _seconds(step[CPU]), _gb(step["peak_bytes"]), _exponent(laws.get(name))]
        for name, step in last["steps"].items()
    ]
    title = f"{last['users']:,} users, {last['items']:,} items, {last['interactions']:,} interactions"
    return markdown([[title, "time", "of the processors", "peak memory", "b"], *rows])


def growths(found: Found, unit: str = CLOCK) -> dict[str, Growth]:
    """Fit each step's seconds, of the clock or of the processors; none where only one size was measured."""
    if len(found) < 2:
        return {}
    steps = found[-1]["steps"]
    return {name: fitted({size["users"]: size["steps"][name][unit] for size in found}) for name in steps}


def _steps(found: Found) -> str:
    head = ["step", *(f"{size['users']:,} users, {size['items']:,} items" for size in found)]
    rows = [[f"`{name}`", *map(_cell, _of(found, name))] for name in found[-1]["steps"]]
    return markdown([head, *rows])


def _cell(step: Mapping[str, Any]) -> str:
    return f"{_seconds(step[CLOCK])}, {_seconds(step[CPU])}, {_gb(step['peak_bytes'])}"


def _serving(found: Found) -> str:
    said = [step["said"] for step in _of(found, "serve")]
    head = ["", *(f"{size['users']:,} users" for size in found)]
    models = [
        [f"`{name}`", *(f"{one['models'][name]['p50_ms']:.1f} ms" for one in said)] for name in said[-1]["models"]
    ]
    return markdown([head, ["open", *(_seconds(one["started_s"]) for one in said)], *models])


def _growth(found: Found) -> str:
    clock, processors = growths(found), growths(found, CPU)
    rows = [
        [f"`{name}`", *_law(law), "met" if law.met else "missed", *_law(processors[name])]
        for name, law in clock.items()
    ]
    head = ["step", "a, s", "b", "last", f"b <= {LIMIT}", "a, s of the processors", "b", "last"]
    return markdown([head, *rows])


def _law(law: Growth) -> list[str]:
    return [f"{law.a:.2g}", f"{law.b:.2f}", f"{law.last:.2f}"]


def _of(found: Found, name: str) -> list[Mapping[str, Any]]:
    return [size["steps"][name] for size in found]


def _exponent(law: Growth | None) -> str:
    return "-" if law is None else f"{law.b:.2f}"


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds / 60:.1f} min"


def _gb(count: int) -> str:
    return f"{count / GB:.2f} GB"
