"""The same requests under `awslambdaric`, beside a handler that does nothing: what grows there is the runtime's."""

import json
import random
from pathlib import Path

from infra.local.function import Function
from tests.endurance.memory import MB, sample
from tests.endurance.memory_run import Pairs, function
from tests.endurance.mix import mix
from tests.endurance.process import FunctionProcess

CONSTANT = "constant handler"
HEAD = ("handler under awslambdaric", "requests", "RSS warm", "at the end", "bytes a request", "descriptors")


def row(name: str, folder: Path, *, warm_up: int, requests: int, seed: int) -> list[str]:
    """Ask a function, or the handler that does nothing, and return a line of the table."""
    pairs = Pairs(folder, "lists" if name == CONSTANT else name)
    requested, rng = mix("catalogue" if name == CONSTANT else name), random.Random(seed)  # noqa: S311 no secret
    made = Function(name, "tests.load.constant.handler", {}, memory_mb=512, timeout_s=15)
    process = FunctionProcess(made if name == CONSTANT else function(name, pairs.store.url, folder), folder / "log")
    with process.running():
        for _ in range(warm_up):
            process.invoke(rng.choice(requested).event)
        warm = sample(process.pid)
        for _ in range(requests):
            request = rng.choice(requested)
            answer = json.loads(process.invoke(request.event))
            assert name == CONSTANT or answer["statusCode"] == request.status
        end = sample(process.pid)
    grown = (end.anonymous - warm.anonymous) / requests
    descriptors = f"{warm.descriptors} / {end.descriptors}"
    return [name, f"{requests:,}", f"{warm.rss / MB:.1f} MB", f"{end.rss / MB:.1f} MB", f"{grown:.0f}", descriptors]
