"""What is known of users: a code per user and column, and the values that the codes stand for."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from warmstart.artifact import Artifact
from warmstart.artifact_writer import ArtifactWriter
from warmstart.errors import Incompatible

MAX_VALUES = 100  # of a column that is kept: of others, such as a name, nobody chooses a value
MAX_VALUE = 256  # characters, as many as a request may hold
FILE = "user_features.json"
NONE = -1

Codes = NDArray[np.int8]


class People:
    """The kept columns of the users table."""

    def __init__(self, values: dict[str, list[str]], codes: Sequence[Codes]) -> None:
        self.values = values  # column -> its values, most frequent first
        self._codes = codes  # (n_users,) per column

    @classmethod
    def load(cls, artifact: Artifact, n_users: int) -> Self:
        """Open the columns; raise Incompatible where they are not as `write_people` adds them."""
        described = artifact.json(FILE)
        try:
            values = {column["name"]: [*column["values"]] for column in described}
        except (TypeError, KeyError):
            raise Incompatible(f"{FILE} does not describe columns") from None
        texts = [*values, *(value for column in values.values() for value in column)]
        if len(values) < len(described) or not all(isinstance(text, str) for text in texts):
            raise Incompatible(f"{FILE} holds a column twice, or what is no text")
        codes = [artifact.array(_codes_name(n), np.int8, n_users) for n in range(len(values))]
        for (name, column), of_users in zip(values.items(), codes, strict=True):
            if of_users.min(initial=NONE) < NONE or of_users.max(initial=NONE) >= len(column):
                raise Incompatible(f"codes of {name[:40]!r} stand for nothing")
        return cls(values, codes)

    def of(self, user: int) -> dict[str, str]:
        """Return what is known of a user, by column."""
        told = zip(self.values.items(), self._codes, strict=True)
        return {name: values[codes[user]] for (name, values), codes in told if codes[user] != NONE}


def write_people(writer: ArtifactWriter, columns: Mapping[str, Sequence[str | None]]) -> None:
    """Add the columns whose values are few and short.

    Args:
        writer: of the draft.
        columns: name -> (n_users,) the value of each user; None where it is not known.
    """
    kept = {name: found for name, column in columns.items() if (found := _values(column))}
    writer.json(FILE, [{"name": name, "values": values} for name, values in kept.items()])
    for place, (name, values) in enumerate(kept.items()):
        code_of: dict[str | None, int] = {value: code for code, value in enumerate(values)}
        writer.array(_codes_name(place), np.array([code_of.get(value, NONE) for value in columns[name]], np.int8))


def _values(column: Sequence[str | None]) -> list[str]:
    """Return the values of a column, most frequent first; none where they are too many or too long."""
    counts = Counter(value for value in column if value is not None)
    if len(counts) > MAX_VALUES or any(len(value) > MAX_VALUE for value in counts):
        return []
    return sorted(counts, key=lambda value: (-counts[value], value))


def _codes_name(place: int) -> str:
    return f"user_feature_{place}"
