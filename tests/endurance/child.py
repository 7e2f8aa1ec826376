"""A function's real handler in a process that holds nothing else: `python -m tests.endurance.child NAME SEED`.

Reads how many requests to make from each line of stdin, and answers with the versions that answered them.
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
    answers.write("ready\n")
    answers.flush()
    for line in sys.stdin:
        versions: list[str] = []
        for _ in range(int(line)):
            request = rng.choice(requests)
            answer = json.loads(json.dumps(handler(json.loads(request.event), None)))  # as the runtime does
            assert answer["statusCode"] == request.status, answer
            version = answer["headers"].get("x-model-version")
            if version and versions[-1:] != [version]:
                versions.append(version)
        answers.write(json.dumps(versions) + "\n")
        answers.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
