"""The twin with the functions of these tests: `python -m tests.infra.local.serving PORT SECONDS`."""

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


def functions(timeout_s: float) -> tuple[Function, ...]:
    """The functions of the families, the catalogue and the authorizer."""
    environment = {"WARMSTART_STORE": "file:///nowhere"}
    names = ("authorizer", "catalogue", "echo", "broken")
    return tuple(Function(name, f"{HANDLERS}.{name}.handler.handler", environment, 512, timeout_s) for name in names)


def main() -> None:
    """Serve until a signal; the word `ready` on stdout says when."""
    made = functions(timeout_s=float(sys.argv[2]))
    port = int(sys.argv[1])
    asyncio.run(serve_functions(FAMILIES, made, host="127.0.0.1", port=port, ready=lambda: print("ready", flush=True)))


if __name__ == "__main__":
    main()
