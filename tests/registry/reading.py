"""Readers between the other operations: with time and without, with faults, with yesterday's alias, and new ones."""

import random

from tests.registry.episode import ALIASES, Episode
from tests.registry.faults import Outcome, fault_at, said
from tests.registry.readers import read_once
from tests.registry.world import Violation


def read(episode: Episode, rng: random.Random) -> Outcome:
    """Read with time for everything: the newest is served."""
    reader = episode.reader(rng)
    outcome = reader.try_read()
    _read_newest(episode, reader.alias, outcome)
    reader.check_cache(0)
    return outcome


def read_slow(episode: Episode, rng: random.Random) -> Outcome:
    """Read in a request without time: the pull goes on in later ones, whatever is done between them."""
    reader = episode.reader(rng)
    outcome = reader.try_read(seconds=0)
    _read_some(episode, reader.alias, outcome)
    reader.check_cache(1)
    return outcome


def read_faulty(episode: Episode, rng: random.Random) -> Outcome:
    """Read while the store fails, or die in it: then another process takes over the disk."""
    reader, fault = episode.reader(rng), fault_at(rng, ("before", "after", "unavailable", "unavailable"), most=6)
    episode.note(f" {said(fault)}")
    outcome = reader.try_read(fault=fault)
    _read_some(episode, reader.alias, outcome)
    reader.check_cache(1)
    return outcome


def read_stale(episode: Episode, rng: random.Random) -> Outcome:
    """Read where the store says what the alias said once; whoever knows better does not go back."""
    reader = episode.reader(rng)
    outcome = reader.try_read(stale=rng.choice(episode.old.get(reader.alias) or [b"{}"]))
    _read_some(episode, reader.alias, outcome)
    reader.check_cache(0)
    return outcome


def read_fresh(episode: Episode, rng: random.Random) -> Outcome:
    """Read as a function that starts now."""
    alias = rng.choice(ALIASES)
    outcome = read_once(episode.ground.place, episode.folder / "fresh", alias, episode.pool)
    _read_newest(episode, alias, outcome)
    return outcome


def _read_newest(episode: Episode, alias: str, outcome: Outcome) -> None:
    """Where nothing failed, a reader serves what its alias says."""
    pointer = episode.world.aliases.get(alias)
    if pointer and outcome.word == "done" and outcome.value[::2] != pointer[::2]:
        raise Violation(f"{alias} is {pointer}, a reader serves {outcome.value}")
    if pointer and outcome.word != "done":
        raise Violation(f"{alias} is {pointer}, a reader answered {outcome.word}")
    _read_some(episode, alias, outcome)


def _read_some(episode: Episode, alias: str, outcome: Outcome) -> None:
    """A serial is one version's, for all readers and for ever."""
    if outcome.word == "done":
        episode.remember(alias, outcome.value.serial, outcome.value.version)
