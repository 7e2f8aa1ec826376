"""`serve` puts together the families that are on disk."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from infra.families import Family, read_families
from infra.functions import AUTHORIZER
from infra.local import serve as module
from infra.local.function import TASK_ROOT, Function
from infra.local.functions import local_functions


def test_every_family_is_served_with_a_disk_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """The private folders exist while it serves and are gone afterwards."""
    caches: list[Path] = []

    async def serve_functions(families: Sequence[Family], functions: Sequence[Function], **options: object) -> None:
        serving = [function for function in functions if "WARMSTART_CACHE" in function.environment]
        assert {function.name for function in serving} == {family.name for family in families} | {"catalogue"}
        assert {function.environment["WARMSTART_STORE"] for function in functions} == {"file:///store"}
        assert (options["host"], options["port"]) == ("127.0.0.1", 8000)
        caches.extend(Path(function.environment["WARMSTART_CACHE"]).parent for function in serving)
        assert all(cache.is_dir() for cache in caches)

    monkeypatch.setattr(module, "serve_functions", serve_functions)
    module.serve(store="file:///store", host="127.0.0.1", port=8000, environment={}, ready=lambda: None)
    assert caches
    assert not any(cache.exists() for cache in caches)


def test_functions_and_gateway_learn_of_the_same_origins(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one by their environment, the other by an argument; the authorizer answers no page."""
    learnt: list[object] = []

    async def serve_functions(families: Sequence[Family], functions: Sequence[Function], **options: object) -> None:
        answering = [function for function in functions if function.name != AUTHORIZER]
        said = {function.environment["WARMSTART_CORS_ORIGINS"] for function in answering}
        learnt.append((said, options["cors_origins"]))

    monkeypatch.setattr(module, "serve_functions", serve_functions)
    for origins in ((), ("https://shop.example", "http://localhost:3000")):
        module.serve(
            store="file:///store", host="127.0.0.1", port=0, environment={}, ready=lambda: None, cors_origins=origins
        )
    both = ("https://shop.example", "http://localhost:3000")
    assert learnt == [({""}, ()), ({",".join(both)}, both)]


def test_every_function_s_handler_is_on_disk() -> None:
    """What would be started here is what is deployed from there."""
    families = read_families(TASK_ROOT / "functions")
    for function in local_functions(families, "file:///store", Path("/caches"), {}):
        folder = TASK_ROOT.joinpath(*function.handler.split(".")[:-2])
        assert folder.is_dir(), function.name
