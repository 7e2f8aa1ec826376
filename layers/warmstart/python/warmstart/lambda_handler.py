"""From scorers to a Lambda handler: the one place where the pieces are put together."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from warmstart.live import LiveModels, loader
from warmstart.scorer import Scorer
from warmstart.settings import Settings

INIT_SECONDS = 8.0  # of Lambda's 10 for what runs before the first request


def serve(*scorers: type[Scorer]) -> Callable[[Any, Any], dict[str, Any]]:
    """Load the models that the environment names and return the handler of a family's function.

    A model that cannot be loaded is no reason not to start: it is tried again in requests, which get a 503.
    """
    settings = Settings.from_env()
    models = LiveModels(settings, loader(*scorers))
    with ThreadPoolExecutor(1) as beside:
        pulling = beside.submit(models.preload, time.monotonic() + INIT_SECONDS)
        from warmstart.adapter import adapt  # noqa: PLC0415 the web framework loads while the models are on their way
        from warmstart.api import Api  # noqa: PLC0415

        handler = adapt(Api(models).paths(), settings.cors_origins)
        pulling.result()
    return handler
