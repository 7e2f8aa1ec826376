"""Goals that no benchmark measures: `python -m tests.bench.goals` reads each number where its command wrote it.

`goals.toml` names the page and how the number is found there; nothing of what was measured stands in that file.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.places import ROOT

LISTED = Path(__file__).with_name("goals.toml")


@dataclass(frozen=True)
class Goal:
    """What was wanted, and what came of it."""

    what: str
    wanted: str
    measured: str
    verdict: str  # "met", or by how much it was missed
    command: str

    @property
    def met(self) -> bool:
        """Return whether it was reached."""
        return self.verdict == "met"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A goal whose number stands in some page."""

    what: str
    page: str  # in the repository
    find: str  # a pattern with one group, the number; it occurs once
    command: str  # that writes the number, or prints it
    at_least: float | None = None
    at_most: float | None = None
    unit: str = ""

    def seen(self, root: Path = ROOT) -> Goal:
        """Read the number and hold it to what was wanted; ValueError where the page does not have it once."""
        found = re.findall(self.find, (root / self.page).read_text(encoding="utf8"), re.MULTILINE)
        if len(found) != 1:
            raise ValueError(f"{self.what}: {self.page} has {len(found)} times what {self.find!r} finds, not once")
        number = float(found[0].replace(",", ""))
        limit = self.at_least if self.at_most is None else self.at_most
        if limit is None:
            raise ValueError(f"{self.what}: say at_least or at_most")
        sign, over = ("<=", number - limit) if self.at_most is not None else (">=", limit - number)
        unit = f" {self.unit}" if self.unit else ""
        verdict = "met" if over <= 0 else f"missed by {over:.4g}{unit}"
        return Goal(self.what, f"{sign} {limit:,g}{unit}", f"{found[0]}{unit}", verdict, self.command)


def goals_of_pages() -> Iterator[Goal]:
    """Return the goals of `goals.toml`, in its order."""
    for listed in tomllib.loads(LISTED.read_text(encoding="utf8"))["goal"]:
        yield Wanted(**listed).seen()


if __name__ == "__main__":
    from tests.bench.performance import keep_goals

    keep_goals()
