"""From scorers to a Lambda handler: the one place where the pieces are put together."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from warmstart.init_times import init
from warmstart.live import LiveModels, loader
from warmstart.manifest import Manifest
from warmstart.settings import Settings

if TYPE_CHECKING:
    from warmstart.live import Load
    from warmstart.recommender import Recommender
    from warmstart.scorer import Scorer

INIT_SECONDS = 8.0  # of Lambda's 10 for what runs before the first request
Handler = Callable[[Any, Any], dict[str, Any]]


class Serve(Protocol):
    """Waits for the models and returns the handler of a family's function, from what reads their artifacts."""

    def __call__(self, *scorers: "type[Scorer]") -> Handler: ...  # noqa: D102


@contextmanager
def start() -> Iterator[Serve]:
    """Pull the models that the environment names while the block imports their scorers; it ends with `serve`.

    A model that cannot be loaded is no reason not to start: it is tried again in requests, which get a 503.
    """
    settings = Settings.from_env()
    known: Future[Load[Recommender]] = Future()  # once the scorers are imported

    def load(folder: Path, manifest: Manifest) -> "Recommender":
        return known.result()(folder, manifest)

    def serve(*scorers: "type[Scorer]") -> Handler:
        known.set_result(loader(*scorers, times=times))
        from warmstart.adapter import adapt  # noqa: PLC0415 the web framework loads while the models are on their way
        from warmstart.api import Api  # noqa: PLC0415

        handler = adapt(Api(models).paths(), settings.cors_origins)
        times.imported()
        pulling.result()
        return handler

    with init() as times, ThreadPoolExecutor(1) as beside:
        models = LiveModels(settings, load, times)
        pulling = beside.submit(models.preload, time.monotonic() + INIT_SECONDS)
        try:
            yield serve
        finally:
            known.cancel()  # where the block failed, nothing is loaded
