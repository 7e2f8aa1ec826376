"""What every function of the API is, on AWS and on one machine: its handler, its size, its environment."""

from collections.abc import Iterable, Sequence

from infra.families import CATALOGUE, Family, read_families
from infra.tree import ROOT

AUTHORIZER = "authorizer"

PYTHON = "3.12"  # of the functions, whatever runs here

AUTHORIZER_MEMORY_MB = 256
AUTHORIZER_TIMEOUT_S = 5

REFRESH_FAILED = "RefreshFailed"  # metrics that functions write and alarms look at
FALLBACK = "Fallback"
INIT_PARTS = ("ImportsMs", "StoreMs", "DownloadMs", "VerifyMs", "MapMs", "SelfCheckMs", "InitMs")

TUNING = {  # every function's
    "OPENBLAS_NUM_THREADS": "1",  # a function has one vCPU or little more: two threads are slower at every size
    "OMP_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",  # else glibc keeps the buffers of each pull's threads: tens of MB after some swaps
    "MALLOC_MMAP_THRESHOLD_": str(2**24),  # else it grows, and swaps leave holes: a network's function grew by 11 %
}


def catalogue(families: Iterable[Family]) -> Family:
    """The function that answers what belongs to no family: it shows every model, and loads titles and histories."""
    models = tuple(model for family in families for model in family.models)
    return Family(CATALOGUE, models, preload=(), memory_mb=1024, timeout_s=10, disk_mb=1024, image_mb=100)


def function_names() -> tuple[str, ...]:
    """Every function of the API: each family's, the catalogue and the authorizer."""
    return (*(family.name for family in read_families(ROOT / "functions")), CATALOGUE, AUTHORIZER)


def handler(name: str) -> str:
    """A function's handler, in any /var/task that holds `functions`."""
    return f"functions.{name}.handler.handler"


def serving_environment(
    family: Family, store: str, *, origins: Sequence[str] = (), stage: str = "local"
) -> dict[str, str]:
    """What `warmstart.settings` and `warmstart.telemetry` read.

    Args:
        family: whose models it answers for, and on which disk.
        store: where they are, as a URL.
        origins: of the pages that may call from a browser.
        stage: whose metrics it counts.
    """
    return {
        "WARMSTART_STORE": store,
        "WARMSTART_MODELS": ",".join(family.models),
        "WARMSTART_PRELOAD": ",".join(family.preload),
        "WARMSTART_DISK_MB": str(family.disk_mb),
        "WARMSTART_CORS_ORIGINS": ",".join(origins),
        "WARMSTART_METRICS": metrics_namespace(stage),
    }


def metrics_namespace(stage: str) -> str:
    """Where CloudWatch shows what a stage's functions count."""
    return f"warmstart/{stage}"
