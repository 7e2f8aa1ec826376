"""Whether a version has earned its promotion, read from its manifest alone.

A personal model must not be worse than `popular` or `popular_recent`, on the same fold, by map, ndcg or recall at 10.
A lower mean is worse where the paired test over the fold's users says that chance does not make such a difference (p
under 0.05), and where there is no test to trust: none in the manifest, or under 30 users. What the test cannot tell
from a baseline passes. Nor may it be a fallback in disguise: its answers must be its own for at least half the users,
by their source and by being another list than a baseline's; and they must be ordered by score.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from training.evaluation.result import SIGNIFICANT
from warmstart.errors import GateRefused
from warmstart.manifest import Manifest

DECIDING = ("ndcg@10", "map@10", "recall@10")
MIN_OWN_SHARE = 0.5
MIN_USERS = 30  # of fewer, a test finds hardly any model worse


def check(manifest: Manifest) -> None:
    """Raise GateRefused, with every reason, where a version of a personal model must not be served."""
    if not manifest.personal:
        return
    reasons = [*_worse_than_popular(manifest), *_not_personal(manifest.measured_on)]
    if reasons:
        raise GateRefused(f"{manifest.model} {manifest.version} is not promoted: {'; '.join(reasons)}")


def _worse_than_popular(manifest: Manifest) -> Iterator[str]:
    baselines = manifest.measured_on.get("baselines")
    if not isinstance(baselines, dict) or not baselines:
        yield "it was not measured against popular on the same fold"
        return
    for metric in DECIDING:
        own = manifest.metrics.get(metric)
        if own is None:
            yield f"{metric} missing"
            continue
        for name, scores in baselines.items():
            other = scores.get(metric, 0.0)
            if own < other and (why := _worse(manifest.measured_on, name, metric)):
                yield f"{metric} {own:.4f}, {name} has {other:.4f} ({why})"


def _worse(measured_on: Mapping[str, Any], baseline: str, metric: str) -> str | None:
    """Return why a lower mean counts; None where the test cannot tell it from chance."""
    found = _within(measured_on, "paired", baseline, metric)
    p, users = _within(found, "p"), _within(found, "users")
    if not isinstance(p, float) or not isinstance(users, int):
        return "no paired test"
    if users < MIN_USERS:
        return f"only {users} users, too few for a test"
    return f"p = {p:.3g}" if p < SIGNIFICANT else None


def _not_personal(measured_on: Mapping[str, Any]) -> Iterator[str]:
    if measured_on.get("ordered") is not True:
        yield "its answers are not ordered by score"
    share = measured_on.get("personal_share", 0.0)
    if not isinstance(share, float) or share < MIN_OWN_SHARE:
        yield f"only {share:.0%} of its answers are personal"
    same = measured_on.get("same_answers", {})
    for name, part in same.items() if isinstance(same, dict) else ():
        if part > 1 - MIN_OWN_SHARE:
            yield f"{part:.0%} of its answers are those of {name}"


def _within(value: Any, *path: str) -> Any:
    """Return what stands at a path of keys; None where it leads nowhere."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value
