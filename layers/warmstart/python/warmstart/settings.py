"""The environment of a function as one typed object."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Self

from warmstart.errors import SettingsError

ORIGIN = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]+)?")  # as browsers send it: no path, no capitals
CACHE = "/tmp/warmstart"  # noqa: S108 Lambda's only disk # nosec B108


class Settings(NamedTuple):
    """What a function is told by its environment."""

    store: str  # WARMSTART_STORE: s3://bucket/prefix or file:///folder
    endpoint: str | None  # AWS_ENDPOINT_URL: an S3-compatible server instead of AWS
    models: tuple[str, ...]  # WARMSTART_MODELS: the names this function answers for
    preload: tuple[str, ...]  # WARMSTART_PRELOAD: those loaded at init, the rest at their first request
    alias: str  # WARMSTART_ALIAS: which version of each model is served
    cache: Path  # WARMSTART_CACHE: where pulled files lie
    refresh_seconds: float  # WARMSTART_REFRESH_SECONDS: at most one look at an alias in this time
    memory_bytes: int  # AWS_LAMBDA_FUNCTION_MEMORY_SIZE, in MB
    disk_bytes: int  # WARMSTART_DISK_MB
    cors_origins: tuple[str, ...] = ()  # WARMSTART_CORS_ORIGINS: of the pages that may call from a browser

    @classmethod
    def from_env(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read the environment once.

        Raises:
            SettingsError: a variable is missing or is not what it should be; names it, not its value.
        """
        store = environment.get("WARMSTART_STORE", "")
        if not store:
            raise SettingsError("WARMSTART_STORE is not set")
        models = _names(environment.get("WARMSTART_MODELS", ""))
        return cls(
            store=store,
            endpoint=environment.get("AWS_ENDPOINT_URL_S3") or environment.get("AWS_ENDPOINT_URL"),
            models=models,
            preload=tuple(name for name in _names(environment.get("WARMSTART_PRELOAD", "")) if name in models),
            alias=environment.get("WARMSTART_ALIAS", "champion"),
            cache=Path(environment.get("WARMSTART_CACHE", CACHE)),
            refresh_seconds=_number(environment, "WARMSTART_REFRESH_SECONDS", 15),
            memory_bytes=int(_number(environment, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", 1024) * 2**20),
            disk_bytes=int(_number(environment, "WARMSTART_DISK_MB", 512) * 2**20),
            cors_origins=_origins(environment),
        )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for part in text.split(",") if (name := part.strip()))


def _origins(environment: Mapping[str, str]) -> tuple[str, ...]:
    origins = _names(environment.get("WARMSTART_CORS_ORIGINS", ""))
    if not all(ORIGIN.fullmatch(origin) for origin in origins):
        raise SettingsError("WARMSTART_CORS_ORIGINS is not a list of origins such as https://shop.example")
    return origins


def _number(environment: Mapping[str, str], name: str, default: float) -> float:
    try:
        value = float(environment.get(name, default))
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise SettingsError(f"{name} is not a number of zero or more")
    return value
