"""What `functions/*/family.toml` says: the data that infra, training and the local twin share."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from infra.tree import ROOT

MODEL_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")  # it stands in a URL, a policy and an object key
CATALOGUE = "catalogue"  # the function beside the families, and what it serves: no model has its name
LIMITS = {  # Lambda's own, but for the timeout: a REST API gives up after 29 s
    "memory_mb": (128, 10_240),
    "timeout_s": (1, 29),
    "disk_mb": (512, 10_240),
    "image_mb": (1, 10_240),
}


@dataclass(frozen=True)
class Family:
    """What one function serves, and what it needs for that."""

    name: str  # the folder
    models: tuple[str, ...]
    preload: tuple[str, ...]  # loaded at init, the rest when first asked for
    memory_mb: int
    timeout_s: int
    disk_mb: int
    image_mb: int  # how much the image may add to the base image
    beside: tuple[str, ...] = ()  # families whose code its own imports, so that its image holds it too


def read_families(folder: Path) -> tuple[Family, ...]:
    """Every family under the folder, by name; ValueError names the file and the key that is wrong."""
    families = tuple(_read(path) for path in sorted(folder.glob("*/family.toml")))
    _refuse_shared_models(folder, families)
    _refuse_strangers_beside(folder, families)
    return families


def served_models() -> tuple[str, ...]:
    """Every model that some function answers for."""
    return tuple(model for family in read_families(ROOT / "functions") for model in family.models)


def _read(path: Path) -> Family:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: {error}") from error
    _refuse_other_keys(path, table)
    models = _names(path, "models", table["models"])
    preload = _names(path, "preload", table["preload"])
    beside = _names(path, "beside", table.get("beside", []), "family")
    if not models:
        raise ValueError(f"{path}: models: a family serves at least one model")
    if CATALOGUE in models:
        raise ValueError(f"{path}: models: titles and histories are published as {CATALOGUE!r}, so no model can be")
    if strangers := set(preload) - set(models):
        raise ValueError(f"{path}: preload: {min(strangers)!r} is not among the models")
    sizes = {key: _size(path, key, table[key]) for key in LIMITS}
    return Family(name=path.parent.name, models=models, preload=preload, beside=beside, **sizes)


def _refuse_other_keys(path: Path, table: Mapping[str, Any]) -> None:
    allowed = {field.name for field in fields(Family)} - {"name"}
    if missing := allowed - {"beside"} - table.keys():
        raise ValueError(f"{path}: {min(missing)}: missing")
    if unknown := table.keys() - allowed:
        raise ValueError(f"{path}: {min(unknown)}: unknown key")


def _names(path: Path, key: str, value: object, of: str = "model") -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError(f"{path}: {key}: not a list of {of} names")
    for name in value:
        if not isinstance(name, str) or not MODEL_NAME.fullmatch(name):
            raise ValueError(f"{path}: {key}: {name!r} is not a {of} name: {MODEL_NAME.pattern}")
    if len(set(value)) < len(value):
        raise ValueError(f"{path}: {key}: a name stands twice")
    return tuple(value)


def _size(path: Path, key: str, value: object) -> int:
    low, high = LIMITS[key]
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(f"{path}: {key}: not a whole number from {low} to {high}")
    return value


def _refuse_shared_models(folder: Path, families: Iterable[Family]) -> None:
    owners: dict[str, str] = {}
    for family in families:
        for model in family.models:
            owner = owners.setdefault(model, family.name)
            if owner != family.name:
                path = folder / family.name / "family.toml"
                raise ValueError(f"{path}: models: {model!r} is already a model of the family {owner!r}")


def _refuse_strangers_beside(folder: Path, families: Iterable[Family]) -> None:
    """Raise ValueError where what stands beside a family is none, or has others beside it that would be left out."""
    by_name = {family.name: family for family in families}
    for family in by_name.values():
        for name in family.beside:
            path = folder / family.name / "family.toml"
            if name not in by_name or name == family.name:
                raise ValueError(f"{path}: beside: {name!r} is no other family")
            if left_out := set(by_name[name].beside) - {*family.beside}:
                raise ValueError(f"{path}: beside: {min(left_out)!r} is missing, for {name!r} needs it")
