"""What an analyzer found of some users: to look at in a notebook, as a page, or as data."""

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from training.visual.overlap import mean_of
from training.visual.page import fragment, page
from training.visual.views import ModelList, Overlap, UserView


@dataclass(frozen=True)
class Lists:
    """Users with their histories and lists; a notebook shows it where it is the last line of a cell."""

    k: int
    users: tuple[UserView, ...]

    @cached_property
    def overlaps(self) -> tuple[Overlap, ...]:
        """Return how alike each two models are, as the mean over these users."""
        return mean_of([user.overlaps for user in self.users])

    def data(self) -> dict[str, Any]:
        """Return all of it as plain values, for JSON."""
        users = [{**asdict(user), "models": [_with_hits(made) for made in user.models]} for user in self.users]
        return {"k": self.k, "users": users, "overlaps": [asdict(overlap) for overlap in self.overlaps]}

    def to_html(self, title: str = "Histories and recommendations") -> str:
        """Return a page that needs nothing else: no script, no file, no other host."""
        return page(self.users, self.overlaps, title)

    def _repr_html_(self) -> str:
        return fragment(self.users, self.overlaps)


def _with_hits(made: ModelList) -> dict[str, Any]:
    return {**asdict(made), "hits": made.hits}
