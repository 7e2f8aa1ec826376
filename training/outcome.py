"""What became of a recipe's models, as `warmstart train` tells it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from warmstart.errors import DataError

FAILED, REFUSED = 1, 3  # how a command exits


@dataclass(frozen=True)
class Outcome:
    """Each model's version, metrics and state, and the catalogue's."""

    trained: Sequence[Mapping[str, Any]]
    catalogue: Mapping[str, Any]

    @property
    def failures(self) -> list[str]:
        """Say what was not trained or not published, and why."""
        return [made["failure"] for made in (*self.trained, self.catalogue) if made["failure"]]

    @property
    def refusals(self) -> list[str]:
        """Say what the gate did not let through, and why."""
        return [made["refusal"] for made in self.trained if made["refusal"]]

    @property
    def exit_code(self) -> int:
        """Return what the command exits with."""
        return FAILED if self.failures else REFUSED if self.refusals else 0

    def to_json(self) -> bytes:
        """Write it down."""
        return json.dumps(asdict(self), default=str).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """Read what was written; DataError where it is something else."""
        try:
            outcome = cls(**json.loads(data))
            _ = outcome.exit_code, [(made["model"], made["version"], *made["metrics"]) for made in outcome.trained]
            _ = outcome.catalogue["version"], outcome.catalogue["state"]
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise DataError(f"no outcome of a training: {error}") from None
        return outcome
