"""What SageMaker tells a training container, and where it takes what comes out: folders, files and variables.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from training.voice import one_line
from warmstart.errors import SettingsError

ROOT = Path("/opt/ml")
ROOT_VARIABLE = "SAGEMAKER_BASE_DIR"  # what SageMaker's own containers call it
MOST_BYTES = 1 << 20  # of a file that SageMaker writes
CHANNEL = re.compile(r"[A-Za-z0-9._-]{1,64}")
TOLD = 1024  # characters of the failure that SageMaker shows
THEIRS = "sagemaker_"  # hyperparameters that SageMaker's own tools add begin so
ALONE = "algo-1"  # the host of a job of one


@dataclass(frozen=True)
class Folders:
    """Where a container finds and leaves things; they are there whatever is wrong with the rest."""

    config: Path
    input: Path
    model: Path  # goes to S3 as one archive when the job has ended well
    output: Path
    checkpoints: Path  # kept in S3 all the time, and there again when the job goes on

    @classmethod
    def of(cls, root: Path, environment: Mapping[str, str]) -> Self:
        """Find them under a root, unless a variable says otherwise."""
        return cls(
            config=Path(environment.get("SM_INPUT_CONFIG_DIR") or root / "input" / "config"),
            input=Path(environment.get("SM_INPUT_DIR") or root / "input") / "data",
            model=Path(environment.get("SM_MODEL_DIR") or root / "model"),
            output=Path(environment.get("SM_OUTPUT_DIR") or root / "output"),
            checkpoints=root / "checkpoints",
        )

    def tell_failure(self, text: str) -> None:
        """Write down why the job fails, for those who look at its description."""
        self.output.mkdir(parents=True, exist_ok=True)
        (self.output / "failure").write_text(one_line(text)[:TOLD], encoding="utf8")


@dataclass(frozen=True)
class Contract:
    """One job, as its container is told of it."""

    job: str
    arn: str | None
    hyperparameters: Mapping[str, str]
    channels: Mapping[str, Path]  # name -> a folder with its files
    folders: Folders

    @classmethod
    def read(cls, root: Path, environment: Mapping[str, str]) -> Self:
        """Read the files under a root and the variables.

        Raises:
            SettingsError: a file is not there or is not what it should be, or the job has more than one host.
        """
        folders = Folders.of(root, environment)
        _refuse_others(_object(folders.config / "resourceconfig.json"))
        names = _object(folders.config / "inputdataconfig.json")
        return cls(
            job=environment.get("TRAINING_JOB_NAME") or "local",
            arn=environment.get("TRAINING_JOB_ARN") or None,
            hyperparameters=_texts(folders.config / "hyperparameters.json"),
            channels={name: _channel(name, folders, environment) for name in names},
            folders=folders,
        )

    def channel(self, name: str) -> Path:
        """Return a channel's folder; SettingsError where the job has none of this name."""
        if name not in self.channels:
            raise SettingsError(f"the job has no channel {name}; it has {', '.join(self.channels) or 'none'}")
        return self.channels[name]


def _object(path: Path) -> dict[str, Any]:
    """Read a JSON object."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from None
    if len(data) > MOST_BYTES:
        raise SettingsError(f"{path} holds more than {MOST_BYTES} bytes")
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        raise SettingsError(f"{path} is not JSON") from None
    if not isinstance(value, dict):
        raise SettingsError(f"{path} is not a JSON object")
    return value


def _texts(path: Path) -> dict[str, str]:
    """Read a JSON object of texts, as which SageMaker passes every value, without what its own tools add."""
    values = _object(path)
    other = next((name for name, value in values.items() if not isinstance(value, str)), None)
    if other is not None:
        raise SettingsError(f"{path}: {other[:64]!r} is no text; SageMaker passes texts only")
    return {name: text for name, text in values.items() if not name.startswith(THEIRS)}


def _refuse_others(resources: Mapping[str, Any]) -> None:
    """Raise SettingsError unless this host is the only one: two would publish the same versions."""
    hosts = resources.get("hosts", [ALONE])
    if not isinstance(hosts, list) or not all(isinstance(host, str) for host in hosts):
        raise SettingsError("resourceconfig.json: hosts is no list of names")
    if len(hosts) != 1:
        raise SettingsError(f"the job has {len(hosts)} hosts; it trains on one: InstanceCount must be 1")


def _channel(name: str, folders: Folders, environment: Mapping[str, str]) -> Path:
    if not CHANNEL.fullmatch(name) or set(name) == {"."}:
        raise SettingsError(f"inputdataconfig.json: {name[:64]!r} is no channel's name")
    folder = Path(environment.get(f"SM_CHANNEL_{name.upper()}") or folders.input / name)
    if not folder.is_dir():
        raise SettingsError(f"{folder}: the channel {name} is not there; it must be of mode File")
    return folder
