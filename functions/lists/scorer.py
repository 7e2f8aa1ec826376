"""Orders that need no user: the fallback of the artifact is the whole model."""

from typing import ClassVar, Self

from warmstart.artifact import Artifact
from warmstart.scorer import Query, Ranking


class ListsScorer:
    """Knows nothing of users, so every answer comes from the fallback, under its name."""

    name: ClassVar[str] = "lists"

    @classmethod
    def load(cls, artifact: Artifact) -> Self:  # noqa: ARG003 the shape of a scorer
        """Need no array of its own."""
        return cls()

    def rank(self, query: Query) -> Ranking | None:  # noqa: ARG002 the shape of a scorer
        """Return None."""
        return None
