"""Several operations at once, call of the store by call of the store as it is drawn, or freely from a barrier."""

import random
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

from tests.layers.artifacts import opens
from tests.soak.drafts import MODEL
from tests.soak.episode import ALIASES, Episode
from tests.soak.faults import Fault, Outcome, Turns, Wait, fault_at, faulty, said, sweep_rules
from tests.soak.faults import together as run_together
from tests.soak.readers import Reader
from tests.soak.world import Violation, observe
from warmstart.publish import publish
from warmstart.registry import alias_key, promote, rollback
from warmstart.sweep import sweep

DEATHS = ("before", "after")
LATE = datetime(2026, 2, 1, tzinfo=UTC)  # a day on which all of the pool is old


class Act(NamedTuple):
    """One actor of several at once: what it does, to what, and where it dies."""

    word: str
    alias: str
    target: str  # a version
    fault: Fault | None


def together(episode: Episode, rng: random.Random) -> Outcome:
    """Two or three at once: promotions, rollbacks, sweeps, publications and readers; some die."""
    return _at_once(episode, rng, _acts(episode, rng), sweep_rules(rng))


def duel(episode: Episode, rng: random.Random) -> Outcome:
    """A promotion of just what one or two sweeps beside it take, to an alias that stands, or that never did."""
    alias = rng.choice(("champion", "challenger", f"trial-{len(episode.serials)}"))
    free = sorted(set(episode.world.committed) - episode.world.named())
    prey = free[0] if free else episode.some_version(rng)
    words = ["promote", "sweep", *rng.choice(([], ["promote"], ["rollback"], ["read"], ["sweep"], ["sweep"]))]
    targets = [prey, prey, episode.some_version(rng)]
    dying = {rng.randrange(8), rng.randrange(8)}
    faults = [fault_at(rng, DEATHS, most=16) if place in dying else None for place in range(3)]
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
    outcomes = run_together([partial(_do, episode, act, rules, reader) for act in acts], turns)
    episode.note(" = " + ", ".join(outcome.word for outcome in outcomes))
    died = any(outcome.word == "crash" for outcome in outcomes)
    episode.settle(None, sweeps=any(act.word == "sweep" for act in acts), leaves=died)
    for act, outcome in zip(acts, outcomes, strict=True):
        _judge(episode, act, outcome)
        if act.word == "read" and reader.served:
            episode.remember(reader.alias, reader.serial, reader.served.manifest.version)
    return Outcome("+".join(sorted(act.word for act in acts)))


def _acts(episode: Episode, rng: random.Random) -> list[Act]:
    """Draw two or three actors that share an alias and most often a version; publishers and sweeps are apart."""
    alias, target = rng.choice(ALIASES), episode.some_version(rng)
    words = [
        rng.choice(("promote", "promote", "rollback", "sweep", "read", "publish")) for _ in range(rng.choice((2, 3)))
    ]
    if words.count("read") > 1:  # one reader has one request at a time
        words = ["read", *["promote"] * (len(words) - 1)]
    if "sweep" in words:  # only young versions may be published beside a sweep
        words = ["promote" if word == "publish" else word for word in words]
    dying = {rng.randrange(len(words)), rng.randrange(len(words))} if rng.random() < 0.3 else set()
    return [
        Act(
            word,
            alias,
            target if rng.random() < 0.6 else episode.some_version(rng),
            fault_at(rng, DEATHS, most=16) if place in dying and word != "read" else None,
        )
        for place, word in enumerate(words)
    ]


def _do(episode: Episode, act: Act, rules: tuple[int, float, datetime], reader: Reader, wait: Wait | None) -> object:
    store = faulty(episode.ground.place.open(), episode.disk, act.fault, wait)
    if act.word == "promote":
        return promote(store, MODEL, act.target, reason="soak", alias=act.alias)
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
        "promote": {"done", "Conflict", "VersionMissing", "crash"},
        "rollback": {"done", "Conflict", "VersionMissing", "NothingToRollBack", "crash"},
        "sweep": {"done", "crash"},
        "publish": {"done", "Conflict", "crash"},
        "read": {"done"},
    }[act.word]
    if outcome.word not in allowed:
        raise Violation(f"{act.word} ended with {outcome.word}: {outcome.value}")
    if act.word in {"promote", "rollback"} and outcome.word == "done":
        episode.remember(act.alias, outcome.value.serial, outcome.value.version)
        now = episode.world.aliases.get(act.alias)
        if now is None or now.serial < outcome.value.serial:
            raise Violation(f"{act.alias} was moved to {outcome.value}, and is {now}")
    if act.word == "publish" and outcome.word == "done" and act.target not in episode.world.committed:
        raise Violation(f"{act.target} was published, and is not there")


def _act(act: Act) -> str:
    return f"{act.word} {act.target if act.word in {'promote', 'publish'} else ''} {said(act.fault)}"
