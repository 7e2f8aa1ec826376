"""Runs of the machine: episodes one after another, a printed seed, and what was done at the last before a violation."""

import faulthandler
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from tests.registry.drafts import make_pool
from tests.registry.episode import Episode
from tests.registry.machine import step as do_step
from tests.registry.places import Kind, grounds
from tests.registry.world import Violation

EPISODE = 150  # operations; then an empty store again
HANGS = 600  # seconds for an episode: then all stacks are printed, and the process ends
STOPPED = 130  # as a shell says of what Ctrl-C has ended
Say = Callable[[str], None]


class Run(NamedTuple):
    """What is to be run; the same run draws the same again."""

    kind: Kind
    seed: int
    operations: int
    first: int = 0  # episode


@contextmanager
def hurried() -> Iterator[None]:
    """Let readers retry at once, pull by small ranges, and keep their log to themselves; nobody is too late to act."""
    with ExitStack() as stack:
        stack.enter_context(patch("warmstart.intents.now", lambda: 0.0))
        stack.enter_context(patch("warmstart.live.RETRY_SECONDS", 0.0))
        stack.enter_context(patch("warmstart.pull.RANGE", 1024))
        stack.enter_context(patch("warmstart.pull.PARALLEL", 1))
        stack.enter_context(patch("warmstart.telemetry._write", lambda _: None))
        stack.callback(faulthandler.cancel_dump_traceback_later)
        yield


def soak(run: Run, say: Say, every: float = 10.0) -> Counter[str]:
    """Run, say how it goes every so many seconds, and return how often each operation ended how.

    Raises:
        Violation: with the seed, the place in the run and the last operations.
    """
    counts: Counter[str] = Counter()
    began = said = time.monotonic()
    with tempfile.TemporaryDirectory() as name, hurried(), grounds(run.kind, Path(name)) as fresh:
        pool = make_pool(Path(name) / "pool")
        for done in range(run.first * EPISODE, run.first * EPISODE + run.operations):
            episode, step = divmod(done, EPISODE)
            if step == 0:
                faulthandler.dump_traceback_later(HANGS, exit=True, file=2)
                folder = Path(name) / f"episode-{episode}"
                here = Episode(fresh(), pool, folder)
                shutil.rmtree(Path(name) / f"episode-{episode - 1}", ignore_errors=True)
            rng = random.Random(f"{run.seed}/{run.kind}/{episode}/{step}")  # noqa: S311 no secret is drawn
            try:
                counts[do_step(here, rng)] += 1
            except Exception as error:
                raise Violation(_report(run, episode, step, here, error)) from error
            if time.monotonic() - said > every:
                said = time.monotonic()
                number = done + 1 - run.first * EPISODE
                say(f"{run.kind}: {number:,} of {run.operations:,}, {number / (said - began):.0f} a second")
    return counts


def end_on_ctrl_c() -> None:
    """Let SIGINT be no KeyboardInterrupt: operations are interrupted by those on purpose, and go on."""
    signal.signal(signal.SIGINT, lambda *_: sys.exit(STOPPED))


def told(run: Run) -> int:
    """Run and print; return 1 on a violation."""
    began = time.monotonic()
    try:
        counts = soak(run, _say)
    except Violation as violation:
        _say(f"VIOLATION {violation}")
        return 1
    seconds = time.monotonic() - began
    _say(
        f"{run.kind}: {run.operations:,} operations in {seconds:.0f} s, seed {run.seed}, no violation\n{_table(counts)}"
    )
    return 0


def _table(counts: Counter[str]) -> str:
    return "\n".join(f"  {count:>6,}  {what}" for what, count in sorted(counts.items()))


def _say(line: str) -> None:
    print(line, flush=True)


def _report(run: Run, episode: int, step: int, here: Episode, error: Exception) -> str:
    again = f"python -m tests.registry --seed {run.seed} --store {run.kind} --episode {episode} --operations {step + 1}"
    last = "\n".join(f"  {line}" for line in here.log)
    return (
        f"seed {run.seed}, {run.kind}, episode {episode}, step {step}: {type(error).__name__}: {error}\n"
        f"last operations:\n{last}\nagain: {again}"
    )
