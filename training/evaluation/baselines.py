"""What no model may be worse than: the real ones with default settings, whatever a recipe calls by these names."""

from training.recipe import ModelSection

BASELINES = ("popular", "popular_recent")
NEEDS_TIME = "popular_recent"


def baseline_sections(*, timed: bool) -> tuple[ModelSection, ...]:
    """Return popular and, where there are timestamps, popular_recent."""
    return tuple(ModelSection(name, name, {}) for name in BASELINES if timed or name != NEEDS_TIME)
