"""The processes of a running API: its gateway and its functions, each under `awslambdaric`."""

from pathlib import Path

from tests.load.requests import ROWS

GATEWAY = "gateway"


def processes_of(pid: int) -> dict[str, int]:
    """Return the process of the gateway and of each function, by name."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    found = {GATEWAY: pid}
    for child in children:
        handler = Path(f"/proc/{child}/cmdline").read_text().rstrip("\0").rpartition("\0")[2]
        name = handler.split(".")[-3] if handler.startswith("functions.") else handler.split(".")[-2]
        if name in ROWS:
            found[name] = int(child)
    return found
