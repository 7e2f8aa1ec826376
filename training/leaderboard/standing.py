"""How an entrant stands after a run: a line of the results file."""

import json
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from training.leaderboard.asking import Asked
from training.leaderboard.entrants import Entrant
from training.leaderboard.exam import Exam, score
from training.recipe import Recipe
from warmstart.errors import SettingsError

ENOUGH = 0.999  # of the users must be answered


@dataclass(frozen=True)
class Standing:
    """One entrant on one exam."""

    at: str  # ISO 8601, UTC
    name: str
    url: str
    model: str
    versions: Mapping[str, int]  # version -> answers; empty where the API names none
    recipe: str
    dataset_sha256: str
    users: int
    answered: int
    metrics: Mapping[str, float]
    p50_ms: float | None
    p99_ms: float | None
    seconds: float  # the whole run
    errors: Mapping[str, int]  # attempts that failed, by kind
    unanswered: Mapping[str, int]  # users without an answer, by the kind of the last failure

    @property
    def share(self) -> float:
        """The part of the users that was answered."""
        return self.answered / self.users

    @property
    def good(self) -> bool:
        """Whether enough users were answered."""
        return self.share >= ENOUGH

    @property
    def remarks(self) -> list[str]:
        """What may make the numbers mean something else."""
        remarks = []
        if len(self.versions) > 1:
            remarks.append(f"{self.name}: {len(self.versions)} versions answered, it was changed during the run")
        if self.answered and not any(self.metrics.values()):
            remarks.append(
                f"{self.name}: no answer held an item that its user had next: a model that has learnt those takes "
                "them for seen; warmstart leaderboard publish makes one that has not"
            )
        if not self.good:
            remarks.append(f"{self.name}: {self.share:.2%} of the users were answered, {ENOUGH:.1%} are needed")
        return remarks


def standing_of(
    entrant: Entrant, recipe: Recipe, dataset_sha256: str, exam: Exam, asked: Asked, seconds: float
) -> Standing:
    """Measure what came back."""
    versions = Counter(v for v in (answer.version_name for answer in asked.answers.values()) if v is not None)
    p50, p99 = (1000 * np.quantile(asked.seconds, (0.5, 0.99))).round(3).tolist() if asked.seconds else (None, None)
    return Standing(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        name=entrant.name,
        url=entrant.url,
        model=entrant.model,
        versions=dict(versions),
        recipe=recipe.name,
        dataset_sha256=dataset_sha256,
        users=len(exam.questions),
        answered=len(asked.answers),
        metrics=score(exam, asked.answers),
        p50_ms=p50,
        p99_ms=p99,
        seconds=round(seconds, 3),
        errors=dict(asked.errors),
        unanswered=dict(asked.unanswered),
    )


def append(path: Path, standing: Standing) -> None:
    """Add a line to the results, whole and after what is there, whoever else adds to them."""
    line = json.dumps(asdict(standing)).encode() + b"\n"
    try:
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            if os.write(file, line) < len(line):
                raise OSError("the disk is full")
        finally:
            os.close(file)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror or error}") from None
