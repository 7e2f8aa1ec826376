"""Every function of the API, with what its environment adds."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from infra.families import Family
from infra.functions import (
    AUTHORIZER,
    AUTHORIZER_MEMORY_MB,
    AUTHORIZER_TIMEOUT_S,
    catalogue,
    handler,
    serving_environment,
)
from infra.local.function import Function


def local_functions(
    families: Sequence[Family], store: str, caches: Path, extra: Mapping[str, str], origins: Sequence[str] = ()
) -> tuple[Function, ...]:
    """The families' functions, the catalogue's and the authorizer's.

    Args:
        families: who serve models.
        store: where the models and the tokens are, as a URL.
        caches: each function pulls models to a folder of its own in it.
        extra: what every function gets beside its own variables.
        origins: of the pages that may call from a browser.
    """
    authorizer = Function(
        name=AUTHORIZER,
        handler=handler(AUTHORIZER),
        environment={**extra, "WARMSTART_STORE": store},
        memory_mb=AUTHORIZER_MEMORY_MB,
        timeout_s=AUTHORIZER_TIMEOUT_S,
    )
    serving = [
        Function(
            name=family.name,
            handler=handler(family.name),
            environment={
                **extra,
                **serving_environment(family, store, origins=origins),
                "WARMSTART_CACHE": str(caches / family.name),
            },
            memory_mb=family.memory_mb,
            timeout_s=family.timeout_s,
        )
        for family in (*families, catalogue(families))
    ]
    return (authorizer, *serving)
