"""Every function of the API, with what its environment adds."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from infra.families import Family
from infra.local.function import Function
from infra.local.routes import CATALOGUE

AUTHORIZER = "authorizer"
SMALLEST_DISK_MB = 512


def local_functions(
    families: Sequence[Family], store: str, caches: Path, extra: Mapping[str, str]
) -> tuple[Function, ...]:
    """The families' functions, the catalogue's and the authorizer's; each pulls models to a folder of its own."""
    models = [model for family in families for model in family.models]
    catalogue = Family(CATALOGUE, tuple(models), (), memory_mb=512, timeout_s=10, disk_mb=SMALLEST_DISK_MB, image_mb=0)
    authorizer = Function(
        name=AUTHORIZER,
        handler=_handler(AUTHORIZER),
        environment={**extra, "WARMSTART_STORE": store},
        memory_mb=256,
        timeout_s=5,
    )
    return (authorizer, *(_serving(family, store, caches, extra) for family in (*families, catalogue)))


def _serving(family: Family, store: str, caches: Path, extra: Mapping[str, str]) -> Function:
    return Function(
        name=family.name,
        handler=_handler(family.name),
        environment={
            **extra,
            "WARMSTART_STORE": store,
            "WARMSTART_MODELS": _list(family.models),
            "WARMSTART_PRELOAD": _list(family.preload),
            "WARMSTART_DISK_MB": str(family.disk_mb),
            "WARMSTART_CACHE": str(caches / family.name),
        },
        memory_mb=family.memory_mb,
        timeout_s=family.timeout_s,
    )


def _handler(name: str) -> str:
    return f"functions.{name}.handler.handler"


def _list(names: Iterable[str]) -> str:
    return ",".join(names)
