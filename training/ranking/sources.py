"""What a model of two stages is made of: given by whoever builds it, for only a recipe knows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from functions.ranker.first_stages import KINDS, MOST_STAGES
from training.algorithms.base import Algorithm
from training.algorithms.popular import Popular
from training.algorithms.popular_recent import PopularRecent
from warmstart.artifact import Artifact
from warmstart.errors import DataError


@dataclass(frozen=True)
class Source:
    """One model of the first stage."""

    algorithm: str  # its name
    unfitted: Algorithm
    published: Artifact | None = field(default=None, repr=False)  # in place of a fit on everything
    version: str | None = None  # of what is published


class Sources(NamedTuple):
    """The models of the first stage, and what the unknown get."""

    models: Mapping[str, Source] = {}
    fallback: Popular | PopularRecent = Popular()

    @property
    def versions(self) -> dict[str, str]:
        """Return the published versions, by model."""
        return {name: source.version for name, source in self.models.items() if source.version is not None}

    def check(self) -> None:
        """Raise DataError for what cannot be a first stage."""
        if not 1 <= len(self.models) <= MOST_STAGES:
            count = len(self.models)
            raise DataError(f"first_stages names {count} models; two stages are made of 1 to {MOST_STAGES} others")
        for name, source in self.models.items():
            if source.unfitted.scorer not in KINDS:
                raise DataError(f"{name} cannot be a first stage: it has no score for every item and user")
