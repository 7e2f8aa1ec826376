"""Whether a version has earned its promotion, read from its manifest alone."""

from warmstart.errors import GateRefused
from warmstart.manifest import Manifest

DECIDING = ("ndcg@10", "map@10", "recall@10")
MIN_PERSONAL_SHARE = 0.5


def check(manifest: Manifest) -> None:
    """Raise GateRefused, with every reason, where a version of a personal model must not be served."""
    if not manifest.personal:
        return
    reasons = [*_worse_than_popular(manifest), *_not_personal(manifest)]
    if reasons:
        raise GateRefused(f"{manifest.model} {manifest.version} is not promoted: {'; '.join(reasons)}")


def _worse_than_popular(manifest: Manifest) -> list[str]:
    baselines = manifest.measured_on.get("baselines")
    if not isinstance(baselines, dict) or not baselines:
        return ["it was not measured against popular on the same fold"]
    reasons = []
    for metric in DECIDING:
        name, best = max(((name, scores.get(metric, 0.0)) for name, scores in baselines.items()), key=lambda b: b[1])
        own = manifest.metrics.get(metric)
        if own is None or own < best:
            reasons.append(f"{metric} {'missing' if own is None else f'{own:.4f}'}, {name} has {best:.4f}")
    return reasons


def _not_personal(manifest: Manifest) -> list[str]:
    share = manifest.measured_on.get("personal_share", 0.0)
    reasons = [] if manifest.measured_on.get("ordered") is True else ["its answers are not ordered by score"]
    if not isinstance(share, float) or share < MIN_PERSONAL_SHARE:
        reasons.append(f"only {share:.0%} of its answers are personal")
    return reasons
