"""Has models of recbole trained in their own environment, by a process that writes lists into a folder."""

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

import training
from training.frameworks.learning import Learning, Lists, Settings
from warmstart.errors import DataError
from warmstart.scorer import Rows

MOST = 65_536  # bytes that are read of what the process says, and of its list of seconds
HEADER = 4_096  # bytes that numpy may need beside the numbers


class Environment(NamedTuple):
    """What is started, and for how long it may run."""

    python: Path = Path(training.__path__[0]).parent / ".venv-recbole" / "bin" / "python"
    script: Path = Path(__file__).with_name("recbole_side.py")
    limit: float = 3_600.0  # seconds

    def check(self) -> None:
        """Raise a DataError where there is no such environment."""
        if not self.python.is_file():
            raise DataError("recbole has an environment of its own, which is not there: make setup-recbole")


OWN = Environment()


def recbole_lists(
    learning: Learning, models: Mapping[str, Settings], environment: Environment = OWN
) -> dict[str, Lists]:
    """Train models of recbole one after another and return their lists.

    Args:
        learning: the pairs, and who asks.
        models: recbole's name of a model -> its settings, by recbole's names.
        environment: where they are trained.

    Raises:
        DataError: the environment is not there, the process failed or ran too long, or what it left are no lists.
    """
    environment.check()
    with tempfile.TemporaryDirectory(prefix="warmstart-recbole-") as name:
        folder = Path(name)
        pairs = np.stack([learning.users, learning.items, learning.places], axis=1)
        np.save(folder / "pairs.npy", pairs.astype(np.int32))
        np.save(folder / "asked.npy", learning.asked.astype(np.int32))
        plan = {"models": {name: dict(each) for name, each in models.items()}, "k": learning.k, "seed": learning.seed}
        (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
        _run(environment, folder)
        seconds = _seconds(folder, models)
        return {name: Lists(_items(folder / f"{name}.npy", learning), seconds[name]) for name in models}


def _run(environment: Environment, folder: Path) -> None:
    command: list[str | Path] = [environment.python, "-I", environment.script, folder]
    with (folder / "said").open("wb") as said:
        try:
            done = subprocess.run(  # noqa: S603 our own script
                command,
                cwd=folder,
                env={**os.environ, "OMP_NUM_THREADS": "1"},  # the same lists on every machine
                stdout=said,
                stderr=said,
                timeout=environment.limit,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise DataError(f"recbole had not finished after {environment.limit:,.0f} s") from None
    if done.returncode:
        with (folder / "said").open("rb") as said:
            said.seek(max(0, said.seek(0, 2) - MOST))
            lines = said.read(MOST).decode("utf-8", "replace").strip().splitlines()
        raise DataError(f"recbole failed: {lines[-1] if lines else f'status {done.returncode}'}")


def _bounded(path: Path, most: int) -> Path:
    if not path.is_file() or path.stat().st_size > most:
        raise DataError(f"recbole left {'too large a' if path.is_file() else 'no'} {path.name}")
    return path


def _seconds(folder: Path, models: Mapping[str, Settings]) -> dict[str, float]:
    path = _bounded(folder / "seconds.json", MOST)
    try:
        seconds = {name: float(value) for name, value in json.loads(path.read_text(encoding="utf-8")).items()}
    except (ValueError, TypeError, AttributeError):
        raise DataError("recbole left a seconds.json that is none") from None
    if missing := [name for name in models if name not in seconds]:
        raise DataError(f"recbole left no seconds of {', '.join(missing)}")
    return seconds


def _items(path: Path, learning: Learning) -> Rows:
    _bounded(path, len(learning.asked) * learning.k * np.dtype(np.int32).itemsize + HEADER)
    try:
        items: Rows = np.load(path, allow_pickle=False)
    except (ValueError, EOFError):
        raise DataError(f"recbole left a {path.name} that is no array") from None
    learning.check(items, f"recbole's {path.stem}")
    return items
