"""A function's real handler in a process that holds nothing else: `python -m tests.endurance.child NAME SEED`.

Reads how many requests to make from each line of stdin, and tells how often another version of a model answered them
than had before.
"""

import importlib
import json
import os
import random
import sys
from collections.abc import Callable
from typing import Any

from tests.endurance.mix import mix

Handler = Callable[[Any, Any], dict[str, Any]]


def main(name: str, seed: int) -> None:
    """Make requests as long as somebody asks for them."""
    answers, sys.stdout = sys.stdout, open(os.devnull, "w")  # noqa: PTH123, SIM115 where the function's own lines go
    handler: Handler = importlib.import_module(f"functions.{name}.handler").handler
    requests, rng = mix(name), random.Random(seed)  # noqa: S311 no secret
    served: dict[str, str] = {}  # model -> the version that answered last
    answers.write("ready\n")
    answers.flush()
    for line in sys.stdin:
        swaps = 0
        for _ in range(int(line)):
            request = rng.choice(requests)
            answer = json.loads(json.dumps(handler(json.loads(request.event), None)))  # as the runtime does
            assert answer["statusCode"] == request.status, answer
            version = answer["headers"].get("x-model-version")
            if version:
                (model,) = request.model
                swaps += served.setdefault(model, version) != version
                served[model] = version
        answers.write(f"{swaps}\n")
        answers.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
