"""What calls cost: gateway, authorizer, function, logs, traces and what is sent, by family.

Milliseconds are measured here, on a whole core. A function has its memory's share of a vCPU, and all of its time is
taken for computing, so one of 1,024 MB is reckoned 1.73 times as slow: estimates, and rather too high.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from infra.costs.measured import Call, Measured
from infra.costs.prices import cost
from infra.families import Family
from infra.functions import AUTHORIZER, AUTHORIZER_MEMORY_MB
from infra.plans import AUTHORIZER_CACHE_SECONDS
from infra.stages import read_stage
from infra.tree import ROOT

VCPU_MB = 1_769  # https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
FREE_DISK_MB = 512
SECONDS = 730 * 3600  # of a month
COLD = 0.01  # of calls, assumed; AWS says that it is "typically" fewer
TOKENS = 10  # callers who call all the time, assumed: each is asked about anew when the authorizer's word is old
HEADERS = 500  # bytes of a response around its body, assumed
LOGGED = 660  # bytes: Lambda's platform.start and platform.report as JSON, and 26 for each that CloudWatch adds


@dataclass(frozen=True)
class Bill:
    """Dollars, by what they are paid for."""

    gateway: float = 0.0
    calls: float = 0.0  # Lambda's, by the call
    warm: float = 0.0  # GB-seconds of calls
    cold: float = 0.0  # GB-seconds of starts
    authorizer: float = 0.0
    logs: float = 0.0
    out: float = 0.0
    traces: float = 0.0

    @property
    def total(self) -> float:
        """All together."""
        return float(sum(vars(self).values()))


def bill(family: Family, measured: Measured, requests: float, waits_ms: float = 0.0) -> Bill:
    """What the requests of a month cost, all to one family.

    Args:
        family: which; its memory and disk.
        measured: its milliseconds and bytes.
        requests: of the month.
        waits_ms: that each waits for something else, which is billed as well.
    """
    call = measured.calls[family.name]
    asked = min(requests, TOKENS * SECONDS / AUTHORIZER_CACHE_SECONDS)
    second = gb_second(family.memory_mb, family.disk_mb)
    return Bill(
        gateway=cost("api_call_million", requests),
        calls=cost("lambda_call_million", requests),
        warm=requests * (billed_ms(call.warm_ms, family.memory_mb) + waits_ms) / 1000 * second,
        cold=requests * COLD * billed_ms(call.cold_ms, family.memory_mb) / 1000 * second,
        authorizer=_authorizer(measured.calls[AUTHORIZER], asked),
        logs=logs((requests + asked) * LOGGED / 1e9),
        out=cost("out_gb", requests * (call.bytes + HEADERS) / 1e9),
        traces=cost("trace_million", requests * traced_percent() / 100),
    )


def bills(families: Iterable[Family], measured: Measured, requests: float) -> dict[str, Bill]:
    """The bill of each family that was measured."""
    return {family.name: bill(family, measured, requests) for family in families if family.name in measured.calls}


def billed_ms(ms: float, memory_mb: float) -> float:
    """What a function's share of a vCPU makes of milliseconds on a whole one; never less than these."""
    return ms * max(1.0, VCPU_MB / memory_mb)


def gb_second(memory_mb: float, disk_mb: float = FREE_DISK_MB) -> float:
    """What a function costs for a second, in dollars."""
    disk = max(disk_mb - FREE_DISK_MB, 0) / 1024
    return cost("lambda_gb_second", memory_mb / 1024) + cost("lambda_disk_gb_second", disk)


def logs(gb: float) -> float:
    """What logs cost that are taken in, and kept for a month."""
    return cost("log_gb", gb) + cost("log_gb_month", gb)


@cache
def traced_percent() -> int:
    """How many requests X-Ray records of prod, as cdk.json has it."""
    stages = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]["stages"]
    percent = read_stage("prod", stages).traced_percent
    if percent is None:
        raise ValueError("cdk.json: stages.prod.traced_percent: say how many requests X-Ray records")
    return percent


def _authorizer(call: Call, asked: float) -> float:
    ms = billed_ms(call.warm_ms, AUTHORIZER_MEMORY_MB) + COLD * billed_ms(call.cold_ms, AUTHORIZER_MEMORY_MB)
    return cost("lambda_call_million", asked) + asked * ms / 1000 * gb_second(AUTHORIZER_MEMORY_MB)
