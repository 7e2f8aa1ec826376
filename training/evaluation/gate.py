"""Whether a version has earned its promotion, read from its manifest alone.

A personal model must be at least as good as the better of `popular` and `popular_recent`, on the same fold, by map,
ndcg and recall at 10. A lower mean is refused whatever the paired test says, for it is the personal model that has to
show what it is good for; the reason tells whether chance alone makes such a difference, so whoever forces a promotion
knows what they do. Nor may it be a fallback in disguise: its answers must be its own for at least half the users, by
their source and by being another list than a baseline's; and they must be ordered by score. What its artifact leaves
out for size or speed may cost a hundredth of its ndcg@10, and an approximate search must find 95 % of the best. A
ranker must order the candidates of other models at least as well as a plain blend of their scores does. A version
whose trend was refreshed must have been measured with it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from training.evaluation.result import SIGNIFICANT
from warmstart.errors import GateRefused
from warmstart.manifest import Manifest

DECIDING = ("ndcg@10", "map@10", "recall@10")
MIN_OWN_SHARE = 0.5
MAX_LOSS = 0.01  # of ndcg@10
MIN_RECALL = 0.95  # of the exact ten best, by an approximate search


def check(manifest: Manifest) -> None:
    """Raise GateRefused, with every reason, where a version of a personal model must not be served."""
    if not manifest.personal:
        return
    reasons = [*_unmeasured(manifest), *_worse_than_popular(manifest)]
    reasons += [*_worse_than_blend(manifest), *_not_personal(manifest.measured_on), *_abridged(manifest)]
    if reasons:
        raise GateRefused(f"{manifest.model} {manifest.version} is not promoted: {'; '.join(reasons)}")


def _unmeasured(manifest: Manifest) -> Iterator[str]:
    why = _within(manifest.dataset, "trend", "unmeasured")
    if why is not None:
        yield f"it was not measured since its trend was refreshed: {why}"


def _worse_than_popular(manifest: Manifest) -> Iterator[str]:
    baselines = manifest.measured_on.get("baselines")
    if not isinstance(baselines, dict) or not baselines:
        yield "it was not measured against popular on the same fold"
        return
    for metric in DECIDING:
        own = manifest.metrics.get(metric)
        name, best = max(((name, scores.get(metric, 0.0)) for name, scores in baselines.items()), key=lambda b: b[1])
        if own is None or own < best:
            measured = "missing" if own is None else f"{own:.4f}"
            yield f"{metric} {measured}, {name} has {best:.4f} ({_chance(manifest.measured_on, name, metric)})"


def _worse_than_blend(manifest: Manifest) -> Iterator[str]:
    """Compare them where both were measured: at training, also of a version whose trend was refreshed since."""
    own = _within(manifest.measured_on, "blend", "ranker", DECIDING[0])
    blend = _within(manifest.measured_on, "blend", "metrics", DECIDING[0])
    if isinstance(blend, float) and isinstance(own, float) and own < blend:
        sure = _surely(_within(manifest.measured_on, "blend", "paired", DECIDING[0], "p"))
        yield f"{DECIDING[0]} {own:.4f}, a plain blend of its first stages has {blend:.4f} ({sure})"


def _chance(measured_on: Mapping[str, Any], baseline: str, metric: str) -> str:
    """Say how sure the difference is."""
    return _surely(_within(measured_on, "paired", baseline, metric, "p"))


def _surely(p: Any) -> str:
    if not isinstance(p, float):
        return "no paired test"
    return f"p = {p:.2g}" + ("" if p < SIGNIFICANT else ", may be chance")


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


def lost(loss: float, recall: float | None, *, searched: bool) -> Iterator[str]:
    """Say where too much is lost by what an artifact leaves out.

    Args:
        loss: the part of ndcg@10.
        recall: the share of the exact ten best that its answers hold; None where nobody has measured it.
        searched: whether an index is asked in place of the exact search.
    """
    if searched and recall is None:
        yield "nobody has measured how much its search finds"
    elif searched and recall is not None and recall < MIN_RECALL:
        yield f"its search finds {recall:.0%} of the ten best, under {MIN_RECALL:.0%}"
    if loss > MAX_LOSS:
        yield f"what its artifact leaves out costs {loss:.1%} of ndcg@10, over {MAX_LOSS:.0%}"


def _abridged(manifest: Manifest) -> Iterator[str]:
    loss, recall = (_within(manifest.measured_on, "abridged", name) for name in ("loss", "recall@10"))
    searched = manifest.params.get("search") == "hnsw"
    yield from lost(loss or 0.0, recall if isinstance(recall, (int, float)) else None, searched=searched)


def _within(value: Any, *path: str) -> Any:
    """Return what stands at a path of keys; None where it leads nowhere."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value
