"""The functions of a stage as benchmarks start them, and what each is asked."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from infra.families import CATALOGUE
from infra.functions import AUTHORIZER, AUTHORIZER_MEMORY_MB, AUTHORIZER_TIMEOUT_S, handler
from infra.local.arns import method_arn
from infra.local.function import Function
from tests.bench.events import read_event
from training import token_book
from warmstart.store import open_store
from warmstart.tokens import create

FAMILIES = {  # model -> its family
    "popular": "lists",
    "als": "factorization",
    "ease": "knn",
    "autoencoder": "neural",
    "two_stage": "ranker",
}
USER = 1


class Asked(NamedTuple):
    """A function and an event that it answers."""

    name: str
    function: Function
    event: dict[str, Any]


def every_function(store: Path, folder: Path) -> Iterator[Asked]:
    """Yield each family with one model of a store, the catalogue, and the authorizer.

    Args:
        store: with a model of each family.
        folder: for what they pull, and a book of one token.
    """
    for model, family in FAMILIES.items():
        yield Asked(model, family_of(model, family, store, folder / "cache"), read_event(model, USER))
    yield Asked(CATALOGUE, family_of(",".join(FAMILIES), CATALOGUE, store, folder / "cache"), models_event())
    yield Asked(AUTHORIZER, *authorizer(folder / "tokens"))


def family_of(model: str, family: str, store: Path, cache: Path) -> Function:
    """Return a family's function that serves one model."""
    environment = {
        "WARMSTART_STORE": store.as_uri(),
        "WARMSTART_MODELS": model,
        "WARMSTART_PRELOAD": model,
        "WARMSTART_CACHE": str(cache),
    }
    return Function(family, handler(family), environment, 1769, timeout_s=15)


def authorizer(folder: Path) -> tuple[Function, dict[str, Any]]:
    """Return the authorizer, with a book of one token, and what the gateway asks it."""
    secret, token = create("bench", models=("*",), plan="standard", expires_at=None)
    token_book.add(open_store(folder.as_uri()), token)
    environment = {"WARMSTART_STORE": folder.as_uri()}
    function = Function(AUTHORIZER, handler(AUTHORIZER), environment, AUTHORIZER_MEMORY_MB, AUTHORIZER_TIMEOUT_S)
    arn = method_arn("GET", "/reco/als/1")
    return function, {"type": "TOKEN", "authorizationToken": f"Bearer {secret}", "methodArn": arn}


def models_event() -> dict[str, Any]:
    """Return the proxy event of GET /models."""
    event = read_event(CATALOGUE, USER)
    return {**event, "resource": "/{proxy+}", "path": "/models", "pathParameters": {"proxy": "models"}}
