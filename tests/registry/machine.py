"""The registry as a state machine: random operations, each followed by everything that must hold.

Each step draws from a generator of its own, seeded by the run's seed, the kind of store, the episode and the step.
An episode begins with an empty store and new readers. Interleavings of operations at once are drawn too, call of the
store by call of the store, but for some that run freely from a barrier.

What an alias names, as its version or the one before, is there after every step, and what is committed is whole.
"""

import random
import tempfile
from collections.abc import Callable
from typing import NamedTuple

from tests.registry import alone, crowd, reading
from tests.registry.episode import Episode
from tests.registry.faults import Outcome


class Operation(NamedTuple):
    """What is done, and how often beside the others."""

    weight: int
    do: Callable[[Episode, random.Random], Outcome]


OPERATIONS = {
    "publish": Operation(12, alone.publish),
    "publish_crash": Operation(10, alone.publish_crash),
    "promote": Operation(14, alone.promote),
    "promote_missing": Operation(2, alone.promote_missing),
    "promote_crash": Operation(6, alone.promote_crash),
    "rollback": Operation(7, alone.rollback),
    "rollback_crash": Operation(3, alone.rollback_crash),
    "sweep": Operation(5, alone.sweep),
    "sweep_dry": Operation(2, alone.sweep_dry),
    "sweep_crash": Operation(4, alone.sweep_crash),
    "hours": Operation(3, alone.hours),
    "mend": Operation(2, alone.mend),
    "together": Operation(12, crowd.together),
    "duel": Operation(8, crowd.duel),
    "read": Operation(12, reading.read),
    "read_slow": Operation(8, reading.read_slow),
    "read_faulty": Operation(7, reading.read_faulty),
    "read_stale": Operation(3, reading.read_stale),
    "read_fresh": Operation(4, reading.read_fresh),
}


def step(episode: Episode, rng: random.Random) -> str:
    """Do one drawn operation and check everything; return what it was and how it ended."""
    (name,) = rng.choices([*OPERATIONS], [operation.weight for operation in OPERATIONS.values()])
    episode.log.append(name)
    tempfile.tempdir, before = str(episode.temporary), tempfile.tempdir
    try:
        outcome = OPERATIONS[name].do(episode, rng)
    finally:
        tempfile.tempdir = before
    episode.note(f"-> {outcome.word}")
    return f"{name}: {outcome.word}"
