"""Rates, bursts and quotas, by a clock that the test moves."""

import pytest

from infra.local.token_bucket import TokenBucket
from infra.local.usage import DAY_S, Usage
from infra.plans import OPEN, PLANS, Plan


class Clock:
    """Time stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1_000_000 * DAY_S + 1.0

    def __call__(self) -> float:
        """Seconds."""
        return self.now


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    """Two at once, then one every half second, and never more than the burst."""
    clock = Clock()
    bucket = TokenBucket(rate_per_second=2, burst=2, clock=clock)
    assert [bucket.take() for _ in range(3)] == [True, True, False]
    clock.now += 0.5
    assert [bucket.take() for _ in range(2)] == [True, False]
    clock.now += 60
    assert [bucket.take() for _ in range(3)] == [True, True, False]


def test_tokens_do_not_pay_for_each_other() -> None:
    """Each has a bucket of its own."""
    plan = Plan("small", rate_per_second=1, burst=1)
    usage = Usage(Clock())
    assert [usage.refusal(who, plan) for who in ("a", "a", "b")] == [None, "THROTTLED", None]


def test_a_quota_lasts_until_midnight() -> None:
    """What is left of a day's calls is nobody's business the day after."""
    clock = Clock()
    plan = Plan("daily", rate_per_second=100, burst=100, quota_per_day=2)
    usage = Usage(clock)
    assert [usage.refusal("a", plan) for _ in range(3)] == [None, None, "QUOTA_EXCEEDED"]
    clock.now += DAY_S
    assert usage.refusal("a", plan) is None


@pytest.mark.parametrize("plan", [*PLANS.values(), OPEN], ids=lambda plan: plan.name)
def test_every_plan_has_its_limits(plan: Plan) -> None:
    """In one moment it lets its burst through and no call more; at its rate, its quota and no call more."""
    clock = Clock()
    usage = Usage(clock)
    burst = [usage.refusal("a", plan) for _ in range(plan.burst + 1)]
    assert burst == [None] * plan.burst + ["THROTTLED"]
    for _ in range((plan.quota_per_day or 0) - plan.burst):
        clock.now += 1
        assert usage.refusal("a", plan) is None
    clock.now += 1
    assert usage.refusal("a", plan) == ("QUOTA_EXCEEDED" if plan.quota_per_day else None)
