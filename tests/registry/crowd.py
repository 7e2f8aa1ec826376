"""Several operations at once, call of the store by call of the store as it is drawn, or freely from a barrier."""

import random
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

from tests.layers.artifacts import opens
from tests.registry.drafts import MODEL
from tests.registry.episode import ALIASES, Episode
from tests.registry.faults import Fault, Outcome, Turns, Wait, fault_at, faulty, said, sweep_rules
from tests.registry.faults import together as run_together
from tests.registry.readers import Reader
from tests.registry.world import Violation, observe
from warmstart.errors import ManifestInvalid
from warmstart.intents import LIFE
from warmstart.publish import publish
from warmstart.registry import alias_key, promote, read_alias, rollback, versions
from warmstart.sweep import sweep

ENDS = ("before", "after", "unavailable", "lost", "interrupted")  # of an actor, at a call of the store
CUT_OFF = {"crash", "interrupt", "StoreUnavailable"}
LATE = datetime(2026, 2, 1, tzinfo=UTC)  # a day on which all of the pool is old


class Act(NamedTuple):
    """One actor of several at once: what it does, to what, and where it dies."""

    word: str
    alias: str
    target: str  # a version
    fault: Fault | None


def together(episode: Episode, rng: random.Random) -> Outcome:
    """Two or three at once: promotions, rollbacks, sweeps, publications and readers; some die or fail."""
    return _at_once(episode, rng, _acts(episode, rng), sweep_rules(rng))


def duel(episode: Episode, rng: random.Random) -> Outcome:
    """A promotion or publication of just what sweeps beside it take; its alias stands, is broken, or never was."""
    alias = rng.choice(("champion", "challenger", f"trial-{len(episode.serials)}"))
    free = sorted(set(episode.world.committed) - episode.world.named())
    prey = free[0] if free else episode.some_version(rng)
    words = [
        rng.choice(("promote", "promote", "publish")),
        "sweep",
        *rng.choice(([], ["promote"], ["rollback"], ["read"], ["sweep"], ["sweep"], ["mend"])),
    ]
    targets = [prey, prey, episode.some_version(rng)]
    dying = {rng.randrange(8), rng.randrange(8)}
    faults = [fault_at(rng, ENDS, most=16) if place in dying else None for place in range(3)]
    acts = [Act(word, alias, target, fault) for word, target, fault in zip(words, targets, faults, strict=False)]
    outcome = _at_once(episode, rng, acts, (0, 0.0, LATE))
    if alias.startswith("trial") and alias in episode.world.aliases:
        episode.store.delete(alias_key(MODEL, alias))
        episode.world = observe(episode.ground.look())
    return outcome


def _at_once(episode: Episode, rng: random.Random, acts: list[Act], rules: tuple[int, float, datetime]) -> Outcome:
    turns = Turns(rng, len(acts)) if rng.random() < 0.8 else None
    episode.note(f" {'in turns' if turns else 'freely'} {acts[0].alias} " + "; ".join(_act(act) for act in acts))
    reader = episode.reader(rng)
    broken = any(act.word == "mend" for act in acts)
    if broken:
        episode.store.put(alias_key(MODEL, acts[0].alias), b"rubbish")
    outcomes = run_together([partial(_do, episode, act, rules, reader) for act in acts], turns)
    episode.note(" = " + ", ".join(outcome.word for outcome in outcomes))
    mended = broken and _mend(episode, acts[0].alias)
    died = any(outcome.word in CUT_OFF for outcome in outcomes) or any(act.fault for act in acts)
    episode.settle(None, sweeps=any(act.word == "sweep" for act in acts), leaves=died)
    if mended:
        episode.dead = episode.world.intents
    for act, outcome in zip(acts, outcomes, strict=True):
        _judge(episode, act, outcome)
        if act.word == "read" and reader.served:
            episode.remember(reader.alias, reader.serial, reader.served.manifest.version)
    return Outcome("+".join(sorted(act.word for act in acts)))


def _mend(episode: Episode, alias: str) -> bool:
    """Make an alias readable that nobody has mended, as somebody does later; return whether it was necessary."""
    try:
        read_alias(episode.store, MODEL, alias)
    except ManifestInvalid:
        episode.ground.age(LIFE * 2)
        committed = versions(episode.store, MODEL)
        if committed:
            promote(episode.store, MODEL, committed[-1], reason="soak", alias=alias, mend=True)
        else:
            episode.store.delete(alias_key(MODEL, alias))
        return True
    return False


def _acts(episode: Episode, rng: random.Random) -> list[Act]:
    """Draw two or three actors that share an alias and most often a version."""
    alias, target = rng.choice(ALIASES), episode.some_version(rng)
    words = [
        rng.choice(("promote", "promote", "rollback", "sweep", "read", "publish")) for _ in range(rng.choice((2, 3)))
    ]
    if words.count("read") > 1:  # one reader has one request at a time
        words = ["read", *["promote"] * (len(words) - 1)]
    dying = {rng.randrange(len(words)), rng.randrange(len(words))} if rng.random() < 0.3 else set()
    return [
        Act(
            word,
            alias,
            target if rng.random() < 0.6 else episode.some_version(rng),
            fault_at(rng, ENDS, most=16) if place in dying and word != "read" else None,
        )
        for place, word in enumerate(words)
    ]


def _do(episode: Episode, act: Act, rules: tuple[int, float, datetime], reader: Reader, wait: Wait | None) -> object:
    store = faulty(episode.ground.place.open(), episode.disk, act.fault, wait)
    if act.word in {"promote", "mend"}:
        return promote(store, MODEL, act.target, reason="soak", alias=act.alias, mend=act.word == "mend")
    if act.word == "rollback":
        return rollback(store, MODEL, reason="soak", alias=act.alias)
    if act.word == "sweep":
        keep, days, now = rules
        return sweep(store, MODEL, keep=keep, older_than_days=days, dry_run=False, now=now)
    if act.word == "publish":
        (draft, *_) = (draft for draft in episode.pool if draft.manifest.version == act.target)
        return publish(store, draft.folder, opens)
    return reader.try_read(wait=wait).value


def _judge(episode: Episode, act: Act, outcome: Outcome) -> None:
    """Only declared errors may end an actor, and what it was told must be so."""
    allowed = {
        "promote": {"done", "Conflict", "VersionMissing", "ManifestInvalid"},
        "mend": {"done", "Conflict", "VersionMissing"},
        "rollback": {"done", "Conflict", "VersionMissing", "NothingToRollBack", "ManifestInvalid"},
        "sweep": {"done", "ManifestInvalid"},
        "publish": {"done", "Conflict", "Corrupt"},
        "read": {"done"},
    }[act.word] | (CUT_OFF if act.fault else set())
    if outcome.word not in allowed:
        raise Violation(f"{act.word} ended with {outcome.word}: {outcome.value}")
    if act.word in {"promote", "rollback", "mend"} and outcome.word == "done":
        episode.remember(act.alias, outcome.value.serial, outcome.value.version)
        now = episode.world.aliases.get(act.alias)
        if now is None or now.serial < outcome.value.serial:
            raise Violation(f"{act.alias} was moved to {outcome.value}, and is {now}")


def _act(act: Act) -> str:
    return f"{act.word} {act.target if act.word in {'promote', 'publish', 'mend'} else ''} {said(act.fault)}"
