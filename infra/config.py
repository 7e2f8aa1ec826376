"""What the deployed and the local gateway agree on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """How much one token may ask for."""

    name: str
    rate_per_second: float
    burst: int
    quota_per_day: int | None = None  # days begin at midnight UTC


PLANS = {
    plan.name: plan
    for plan in (
        Plan("free", rate_per_second=5, burst=10, quota_per_day=10_000),
        Plan("standard", rate_per_second=50, burst=100),
        Plan("internal", rate_per_second=500, burst=1_000),
    )
}

AUTHORIZER_CACHE_SECONDS = 60  # a revoked token is refused after this and the 10 s for which functions keep the book

# /health, /docs and /openapi.json need no token, so this is all that holds back whoever asks; one page of
# documentation is a handful of files.
OPEN_RATE = 20.0  # requests a second, for each of them
OPEN_BURST = 40

# Paths: these and a model belong to its family's function, all others to the catalogue's.
PREFIXES = ("reco", "similar")
GREEDY = "/{proxy+}"
OPEN_RESOURCES = ("/health", "/docs", f"/docs{GREEDY}", "/openapi.json")  # for GET, without a token
