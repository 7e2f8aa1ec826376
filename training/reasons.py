"""What a ranker saw of an item, as people read it."""

from collections.abc import Mapping


def features_text(features: Mapping[str, float]) -> str:
    """Write what each feature adds to a score, in the order that they come in: `als score +0.31, ease score -0.04`."""
    return ", ".join(f"{name} {part:+.2g}" for name, part in features.items())
