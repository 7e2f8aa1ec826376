"""A recipe with other settings for one model."""

import tomllib

import pytest

from training.tuning.rewrite import rewritten
from warmstart.errors import DataError

RECIPE = """# mine
name = "shop"

[models.als] # the main one
alpha = 20.0 # 40 / 2, the median weight
factors=64

[models.popular]
"""
DEFAULTS = {"iterations": 15}


def test_only_what_changes_is_touched() -> None:
    """Changed lines say what they were, an added one what the default was, comments and other lines stay."""
    assert (
        rewritten(RECIPE, "als", {"alpha": 3.5, "factors": 64, "iterations": 9}, DEFAULTS)
        == """# mine
name = "shop"

[models.als] # the main one
alpha = 3.5 # tuned, was 20.0: 40 / 2, the median weight
factors=64
iterations = 9 # tuned, was 15

[models.popular]
"""
    )


def test_what_was_tuned_can_be_tuned_again() -> None:
    """The note says the last value only."""
    once = rewritten(RECIPE, "als", {"alpha": 3.5, "factors": 32}, {})
    twice = rewritten(once, "als", {"alpha": 1e-05, "factors": 128}, {})
    assert "alpha = 1e-05 # tuned, was 3.5: 40 / 2, the median weight\nfactors=128 # tuned, was 32\n" in twice
    assert tomllib.loads(twice)["models"]["als"] == {"alpha": 1e-05, "factors": 128}


def test_the_last_section_of_a_file_is_filled_too() -> None:
    """An empty section at the end gets its settings."""
    assert rewritten("[models.als]", "als", {"alpha": 2.0}, {}) == "[models.als]\nalpha = 2.0\n"


@pytest.mark.parametrize(
    "text",
    [
        "models.als = {alpha = 1.0}",
        "[models]\nals.alpha = 1.0",
        '[models.als]\n"alpha" = 1.0',
        '[models.als]\nalpha = """\n1.0"""',
        'x = """\n[models.als]\n"""\n[models]\nals = {}',
    ],
)
def test_a_section_that_is_not_understood_is_refused(text: str) -> None:
    """A recipe is never written that would mean something else."""
    with pytest.raises(DataError, match=r"\[models\.als\]"):
        rewritten(text, "als", {"alpha": 2.0}, {})
