"""What `python -m tests.bench billed` has measured, read from the JSON that it writes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HOW = "python -m tests.bench billed --json build/billed.json"


@dataclass(frozen=True)
class Call:
    """One function's calls, with a whole vCPU."""

    warm_ms: float  # the mean of whole milliseconds
    cold_ms: float  # from the start of a process to its first answer
    bytes: float  # of an answer


@dataclass(frozen=True)
class Measured:
    """What the costs reckon with."""

    calls: Mapping[str, Call]  # by function: the families, the authorizer
    pulled_mb_s: float  # a pull from a folder, hashed and checked
    scores_s: float  # that a core makes and orders in a second, 64 factors
    als_core_s: float  # an iteration of als over a million interactions, 64 factors
    machine: str

    @classmethod
    def read(cls, path: Path) -> "Measured":
        """Read the file; ValueError says how to make it."""
        try:
            found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            amounts = {entry["name"]: float(entry["amount"]) for entry in found["figures"] if "amount" in entry}
            functions = [name.removesuffix(", a warm call") for name in amounts if name.endswith(", a warm call")]
            return cls(
                {name: _call(amounts, name) for name in functions},
                pulled_mb_s=amounts["pulled and checked"],
                scores_s=amounts["scores of a core"] * 1e6,
                als_core_s=amounts["als, an iteration over a million interactions"],
                machine=f"{found['machine']['cpus']} CPUs, Python {found['machine']['python']}",
            )
        except (OSError, ValueError, KeyError) as error:
            raise ValueError(f"{path}: {error!r}; measure it: {HOW}") from None


def _call(amounts: Mapping[str, float], name: str) -> Call:
    return Call(amounts[f"{name}, a warm call"], amounts[f"{name}, a cold start"], amounts[f"{name}, an answer"])
