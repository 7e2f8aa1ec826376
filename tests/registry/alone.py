"""One operation at a time, whole or killed: what comes of it is known beforehand."""

import random
from dataclasses import replace
from datetime import timedelta

from tests.layers.artifacts import opens
from tests.registry.drafts import MODEL, Draft
from tests.registry.episode import ALIASES, Episode, expect
from tests.registry.faults import Fault, Outcome, attempt, fault_at, said, sweep_rules
from tests.registry.world import Violation, World, sha256
from warmstart.intents import LIFE, PROMOTION, PUBLICATION, SWEEP
from warmstart.publish import publish as publish_
from warmstart.registry import alias_key
from warmstart.registry import promote as promote_
from warmstart.registry import rollback as rollback_
from warmstart.sweep import sweep as sweep_

MISSING = "20990101T000000Z-0000000"
HOW = ("before", "after", "half")  # an operation dies at a call of the store
FAILS = (*HOW, "unavailable", "lost", "interrupted")
CUT_OFF = {"crash", "interrupt", "StoreUnavailable"}


def publish(episode: Episode, rng: random.Random) -> Outcome:
    """Publish a draft: committed whole, unless its version's twin stands there."""
    draft = rng.choice(episode.pool)
    return _publish_draft(episode, draft, None)


def publish_crash(episode: Episode, rng: random.Random) -> Outcome:
    """Die or fail somewhere; every other time, the same is run again and must end well."""
    draft, again = rng.choice(episode.pool), rng.random() < 0.5
    outcome = _publish_draft(episode, draft, fault_at(rng, FAILS))
    if again:
        _publish_draft(episode, draft, None)
    return outcome


def _publish_draft(episode: Episode, draft: Draft, fault: Fault | None) -> Outcome:
    version, world = draft.manifest.version, episode.world
    begun = replace(world, folders=world.folders | {version})
    stands = world.committed.get(version) == sha256(draft.data)
    after = begun if version in episode.held(SWEEP) else world.published(draft)
    episode.note(f" {version} {said(fault)}")
    outcome = attempt(lambda: publish_(episode.faulty(fault), draft.folder, opens))
    if fault and outcome.word in CUT_OFF:
        episode.settle([world, begun, after], leaves=True)
    else:
        expect(outcome, "done" if stands or after.committed.get(version) == sha256(draft.data) else "Conflict")
        episode.settle([after], leaves=fault is not None)
    return outcome


def promote(episode: Episode, rng: random.Random) -> Outcome:
    """Promote a version, most often one that is committed."""
    return _promote_to(episode, rng, None)


def promote_crash(episode: Episode, rng: random.Random) -> Outcome:
    """Promote, and die or fail somewhere."""
    return _promote_to(episode, rng, fault_at(rng, FAILS, most=8))


def promote_missing(episode: Episode, rng: random.Random) -> Outcome:
    """Promote what was never there."""
    outcome = attempt(lambda: promote_(episode.store, MODEL, MISSING, reason="soak", alias=rng.choice(ALIASES)))
    expect(outcome, "VersionMissing")
    episode.settle([episode.world])
    return outcome


def _promote_to(episode: Episode, rng: random.Random, fault: Fault | None) -> Outcome:
    version, alias = episode.some_version(rng), rng.choice(ALIASES)
    episode.note(f" {alias} {version} {said(fault)}")
    outcome = attempt(lambda: promote_(episode.faulty(fault), MODEL, version, reason="soak", alias=alias))
    return _pointed(episode, outcome, alias, version, fault)


def rollback(episode: Episode, rng: random.Random) -> Outcome:
    """Roll an alias back."""
    return _roll(episode, rng.choice(ALIASES), None)


def rollback_crash(episode: Episode, rng: random.Random) -> Outcome:
    """Roll back, and die or fail somewhere."""
    return _roll(episode, rng.choice(ALIASES), fault_at(rng, FAILS, most=8))


def _roll(episode: Episode, alias: str, fault: Fault | None) -> Outcome:
    episode.note(f" {alias} {said(fault)}")
    pointer = episode.world.aliases.get(alias)
    outcome = attempt(lambda: rollback_(episode.faulty(fault), MODEL, reason="soak", alias=alias))
    return _pointed(episode, outcome, alias, pointer.previous if pointer else None, fault)


def _pointed(episode: Episode, outcome: Outcome, alias: str, version: str | None, fault: Fault | None) -> Outcome:
    """Check how a move of an alias to a version ended; None: to nothing."""
    word, world = _end_of_move(episode, alias, version)
    after = world.pointed(alias, version) if version and word == "done" else world
    if fault and outcome.word in CUT_OFF:
        episode.settle([world, after], leaves=True)
    else:
        expect(outcome, word)
        episode.settle([after], leaves=fault is not None)
        if after != world and not fault:
            episode.check_dead()
    return outcome


def _end_of_move(episode: Episode, alias: str, version: str | None) -> tuple[str, World]:
    world = episode.world
    if version is None:
        return "NothingToRollBack", world
    if version not in world.committed:
        return "VersionMissing", world
    swept = version in episode.held(SWEEP) and world.moves(alias, version)
    return "Conflict" if swept else "done", world


def sweep(episode: Episode, rng: random.Random) -> Outcome:
    """Sweep by drawn rules; what goes is known."""
    return _sweep_all(episode, rng, dry=False, fault=None)


def sweep_dry(episode: Episode, rng: random.Random) -> Outcome:
    """Say what would go."""
    return _sweep_all(episode, rng, dry=True, fault=None)


def sweep_crash(episode: Episode, rng: random.Random) -> Outcome:
    """Sweep, and die or fail somewhere: what went, went whole or is no longer committed."""
    return _sweep_all(episode, rng, dry=False, fault=fault_at(rng, FAILS, most=40))


def _sweep_all(episode: Episode, rng: random.Random, *, dry: bool, fault: Fault | None) -> Outcome:
    keep, days, now = sweep_rules(rng)
    held = set() if dry else episode.held(PROMOTION, PUBLICATION)
    gone = [version for version in episode.world.to_sweep(keep, days, now) if version not in held]
    episode.note(f" keep={keep} {now - timedelta(days=days):%d %b} {said(fault)} takes {gone}")
    store = episode.faulty(fault)
    outcome = attempt(lambda: sweep_(store, MODEL, keep=keep, older_than_days=days, dry_run=dry, now=now))
    if fault and outcome.word in CUT_OFF:
        steps = [episode.world.swept(gone[:count]) for count in range(len(gone) + 1)]
        emptied = [World(step.committed, frozenset(), step.aliases) for step in steps]
        episode.settle(emptied, folders=False, leaves=True)
        return outcome
    expect(outcome, "done")
    if outcome.value != gone:
        raise Violation(f"a sweep took {outcome.value}, the rules say {gone}")
    episode.settle([episode.world if dry else episode.world.swept(gone)], sweeps=True, leaves=fault is not None)
    if gone and not dry and not fault:
        episode.check_dead()
    return outcome


def hours(episode: Episode, rng: random.Random) -> Outcome:
    """Let time go by: whoever died is known to be dead."""
    episode.ground.age(LIFE * (1 + rng.random()) + timedelta(seconds=2))
    episode.dead = episode.world.intents
    return Outcome("done")


def mend(episode: Episode, rng: random.Random) -> Outcome:
    """Put rubbish under an alias: nothing moves it or sweeps, until it is promoted over."""
    alias, version = rng.choice(ALIASES), episode.some_version(rng)
    episode.note(f" {alias} {version}")
    if version not in episode.world.committed or version in episode.held(SWEEP):
        return Outcome("nothing")
    before = episode.ground.look()
    episode.store.put(alias_key(MODEL, alias), b"rubbish")
    for refused in (
        lambda: promote_(episode.store, MODEL, version, reason="soak", alias=alias),
        lambda: rollback_(episode.store, MODEL, reason="soak", alias=alias),
        lambda: sweep_(episode.store, MODEL, keep=0, older_than_days=0, dry_run=False),
    ):
        expect(attempt(refused), "ManifestInvalid")
    if episode.ground.look() != {**before, alias_key(MODEL, alias): b"rubbish"}:
        raise Violation("something was done while an alias could not be read")
    outcome = attempt(lambda: promote_(episode.store, MODEL, version, reason="soak", alias=alias, mend=True))
    expect(outcome, "done")
    episode.settle(None)
    return outcome
