"""How much a caller may ask for, and for how long it is known: the deployed and the local gateway agree on it."""

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

# For each open path, whoever asks: all that holds back a caller without a token; one page of documentation is a handful
# of files.
OPEN = Plan("open", rate_per_second=20, burst=40)

AUTHORIZER_CACHE_SECONDS = 60  # a revoked token is refused after this and the 10 s for which functions keep the book
