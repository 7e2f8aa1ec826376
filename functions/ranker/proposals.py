"""What the second stage is shown of a query: the first stages' candidates with their features."""

from typing import NamedTuple, Self

from functions.ranker.features import Features, Matrix
from functions.ranker.first_stages import FirstStages
from warmstart.artifact import Artifact
from warmstart.scorer import Query, Rows


class Seen(NamedTuple):
    """What the second stage is shown."""

    rows: Rows  # (c,) ascending
    features: Matrix  # (c, f)


class Proposals(NamedTuple):
    """First stages, and what is told of their candidates; training and serving ask the same."""

    first: FirstStages
    features: Features

    @classmethod
    def load(cls, artifact: Artifact) -> Self:
        """Open both; raise Incompatible where something is missing."""
        first = FirstStages.load(artifact)
        return cls(first, Features.load(artifact, first.names, first.trended))

    def seen(self, query: Query) -> Seen:
        """Return the candidates and their features."""
        found = self.first.candidates(query)
        return Seen(found.rows, self.features.matrix(query, found))
