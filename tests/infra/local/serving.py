"""The twin in a process of its own, with the functions of these tests: `python -m tests.infra.local.serving PORT`."""

import asyncio
import sys

from infra.families import Family
from infra.local.function import Function
from infra.local.serve import serve_functions

HANDLERS = "tests.infra.local.handlers"
FAMILIES = (
    Family("echo", ("als", "bpr"), (), memory_mb=512, timeout_s=1, disk_mb=512, image_mb=1),
    Family("broken", ("broken",), (), memory_mb=512, timeout_s=1, disk_mb=512, image_mb=1),
)
FUNCTIONS = tuple(
    Function(name, f"{HANDLERS}.{name}.handler.handler", {"WARMSTART_STORE": "file:///nowhere"}, 512, timeout_s=1)
    for name in ("authorizer", "catalogue", "echo", "broken")
)


def main() -> None:
    """Serve until a signal; the word `ready` on stdout says when."""
    ready = lambda: print("ready", flush=True)  # noqa: E731 one word
    asyncio.run(serve_functions(FAMILIES, FUNCTIONS, host="127.0.0.1", port=int(sys.argv[1]), ready=ready))


if __name__ == "__main__":
    main()
