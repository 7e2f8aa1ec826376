"""Who has asked how often: the plans' rates, bursts and daily quotas."""

import time
from collections import Counter
from collections.abc import Callable

from infra.local.token_bucket import TokenBucket
from infra.plans import Plan

DAY_S = 86_400


class Usage:
    """Counts calls against plans."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._buckets: dict[tuple[str, Plan], TokenBucket] = {}
        self._today = 0  # days since 1970, UTC
        self._calls: Counter[tuple[str, Plan]] = Counter()

    def refusal(self, who: str, plan: Plan) -> str | None:
        """Count one more call; the gateway's name for why it is one too many, if it is."""
        key = (who, plan)
        if key not in self._buckets:
            self._buckets[key] = TokenBucket(plan.rate_per_second, plan.burst, self._clock)
        if not self._buckets[key].take():
            return "THROTTLED"
        self._new_day()
        if plan.quota_per_day is not None and self._calls[key] >= plan.quota_per_day:
            return "QUOTA_EXCEEDED"
        self._calls[key] += 1
        return None

    def _new_day(self) -> None:
        today = int(self._clock() // DAY_S)
        if today != self._today:
            self._today = today
            self._calls.clear()
