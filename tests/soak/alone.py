"""One operation at a time, whole or killed: what comes of it is known beforehand."""

import random
from datetime import timedelta

from tests.layers.artifacts import opens
from tests.soak.drafts import MODEL, Draft
from tests.soak.episode import ALIASES, Episode, expect
from tests.soak.faults import Fault, Outcome, attempt, fault_at, said, sweep_rules
from tests.soak.world import Violation, World, sha256
from warmstart.intents import LIFE, PROMOTION, SWEEP
from warmstart.publish import publish as publish_
from warmstart.registry import promote as promote_
from warmstart.registry import rollback as rollback_
from warmstart.sweep import sweep as sweep_

MISSING = "20990101T000000Z-0000000"
HOW = ("before", "after", "half")  # an operation dies at a call of the store
FAILS = (*HOW, "unavailable", "lost")
CUT_OFF = {"crash", "StoreUnavailable"}


def publish(episode: Episode, rng: random.Random) -> Outcome:
    """Publish a draft: committed whole, unless its version's twin stands there."""
    draft = rng.choice(episode.pool)
    return _publish_draft(episode, draft, None)


def publish_crash(episode: Episode, rng: random.Random) -> Outcome:
    """Die somewhere; every other time, the same is run again and must end well."""
    draft, again = rng.choice(episode.pool), rng.random() < 0.5
    outcome = _publish_draft(episode, draft, fault_at(rng, HOW))
    if again:
        _publish_draft(episode, draft, None)
    return outcome


def _publish_draft(episode: Episode, draft: Draft, fault: Fault | None) -> Outcome:
    version = draft.manifest.version
    after = episode.world.published(draft)
    episode.note(f" {version} {said(fault)}")
    outcome = attempt(lambda: publish_(episode.faulty(fault), draft.folder, opens))
    if outcome.word == "crash":
        begun = World(episode.world.committed, episode.world.folders | {version}, episode.world.aliases)
        episode.settle([episode.world, begun, after])
    else:
        expect(outcome, "done" if after.committed[version] == sha256(draft.data) else "Conflict")
        episode.settle([after])
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
    return outcome


def _end_of_move(episode: Episode, alias: str, version: str | None) -> tuple[str, World]:
    world = episode.world
    if version is None:
        return "NothingToRollBack", world
    if version not in world.committed:
        return "VersionMissing", world
    swept = version in world.held(SWEEP, episode.clock.now()) and world.moves(alias, version)
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
    held = set() if dry else episode.world.held(PROMOTION, episode.clock.now())
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
    if not dry and (dead := [i for i in episode.world.intents if episode.clock.now() - i[2] > LIFE]):
        raise Violation(f"a sweep left intents of the dead: {dead}")
    return outcome


def hours(episode: Episode, rng: random.Random) -> Outcome:
    """Let time go by: whoever died is known to be dead."""
    episode.clock.time += LIFE + rng.randint(1, LIFE)
    return Outcome("done")
