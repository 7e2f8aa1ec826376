"""A hundred million users and ten million items: what fits a function, where users' rows go, what Spark does."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from infra.costs.calls import bill
from infra.costs.layout import ID, REAL, Market, als, als_hnsw, dssm, item_knn
from infra.costs.layout import lists as lists_layout
from infra.costs.measured import Measured
from infra.costs.personalize import NEW
from infra.costs.prices import cost
from infra.families import LIMITS, Family
from infra.spark import EXECUTOR, OVERHEAD

MARKET = Market(users=100_000_000, items=10_000_000, interactions=5_000_000_000)
REQUESTS = 1e9  # of a month, ten of each user
MOST = LIMITS["memory_mb"][1] * 2**20  # bytes: Lambda's memory, and its /tmp too
INIT_S = 10  # Lambda's limit
NETWORK_MB_S = 60  # that a function gets from S3, assumed: AWS publishes none
WAITS_MS = {"DynamoDB": 5, "S3": 2 * 30}  # assumed: "single-digit", and twice "tens of" milliseconds, in AWS's words
RANGES = 2  # reads of S3 for a row: where it lies, then what it holds
WEEKS = 52 / 12
ITERATIONS = 15  # of als
SPARK = {"als": 10, "lists": 2}  # times the core seconds of one process, assumed
GB_A_VCPU = EXECUTOR.java_gb * (1 + OVERHEAD) / EXECUTOR.vcpu  # of a worker's memory


@dataclass(frozen=True)
class Place:
    """A store of one record a user, in dollars."""

    stored: float  # a month
    written: float  # all of them once
    read: float  # a million, without the function's waiting


def records(market: Market) -> dict[str, float]:
    """Bytes that one user needs, by what for."""
    mean = market.interactions / market.users
    return {
        "history": mean * (market.row + 2),
        "vector": market.factors * REAL,
        "list": market.listed * (market.row + REAL),
    }


def places(size: float, users: int) -> Mapping[str, Place]:
    """What each store asks for a record of so many bytes for each user."""
    gb, writes, reads = users * (ID + size) / 1e9, math.ceil((ID + size) / 1024), math.ceil((ID + size) / 4096) / 2
    return {
        "DynamoDB": Place(
            cost("dynamo_gb_month", gb),
            cost("dynamo_write_million", writes * users),
            cost("dynamo_read_million", reads * 1e6),
        ),
        "S3": Place(cost("s3_gb_month", gb), 0.0, cost("s3_get_million", RANGES * 1e6)),
    }


def pull_s(size: float, measured: Measured) -> float:
    """Seconds to pull and check so many bytes, whichever of network and hashing is slower."""
    return size / 1e6 / min(NETWORK_MB_S, measured.pulled_mb_s)


def exact_ms(market: Market, measured: Measured) -> float:
    """Milliseconds of one core for all scores of a user, at a batch's rate: what an exact search takes at worst."""
    return market.items / measured.scores_s * 1000


def vcpu_hours(market: Market, measured: Measured) -> dict[str, float]:
    """Of a fit of als, and of lists for everybody by exact scores, on Spark."""
    fit = measured.als_core_s * market.interactions / 1e6 * ITERATIONS
    scored = market.users * market.items / measured.scores_s
    return {"als": SPARK["als"] * fit / 3600, "lists": SPARK["lists"] * scored / 3600}


def spark(hours: float) -> float:
    """What vCPU hours cost on EMR Serverless, with their memory."""
    return cost("emr_vcpu_hour", hours) + cost("emr_gb_hour", GB_A_VCPU * hours)


def month(lists: Family, measured: Measured, place: str, requests: float = REQUESTS) -> dict[str, float]:
    """A month's dollars, with histories in DynamoDB and lists in one place, made and learnt once a week.

    Args:
        lists: the family that would read them.
        measured: its milliseconds.
        place: of the lists, "DynamoDB" or "S3".
        requests: of the month, each of a list and a history; without any, nothing is learnt either.
    """
    size, busy = records(MARKET), requests > 0
    kept, histories = places(size["list"], MARKET.users)[place], places(size["history"], MARKET.users)["DynamoDB"]
    hours = vcpu_hours(MARKET, measured)
    return {
        "calls": bill(lists, measured, requests, WAITS_MS[place]).total if busy else 0.0,
        "reads": requests / 1e6 * (kept.read + histories.read),
        "storage": kept.stored + histories.stored,
        "events into histories": cost("dynamo_write_million", MARKET.interactions * NEW) if busy else 0.0,
        "writing lists": WEEKS * kept.written if busy else 0.0,
        "fitting als": WEEKS * spark(hours["als"]) if busy else 0.0,
        "making lists": WEEKS * spark(hours["lists"]) if busy else 0.0,
    }


def crossing(lists: Family, measured: Measured) -> float:
    """The requests of a month above which lists in DynamoDB cost less than in S3; both grow evenly with them."""
    dynamo, ranges = (month(lists, measured, place) for place in WAITS_MS)
    by_request = {"calls", "reads"}
    more = sum(ranges[what] - dynamo[what] for what in by_request) / REQUESTS
    return sum(dynamo[what] - ranges[what] for what in dynamo.keys() - by_request) / more


def items_alone(market: Market) -> dict[str, float]:
    """Bytes that a function holds of items once users' rows lie elsewhere, by model."""
    items = replace(market, users=0, interactions=0)
    vectors = market.items * market.factors
    exact = als(items).total
    return {
        "`als`": exact,
        "`als`, vectors of float16 (not built)": exact - vectors * (REAL - 2),
        "`als`, vectors of int8 (not built)": exact - vectors * (REAL - 1),
        "`als`, hnsw": als_hnsw(items).total,
        "`dssm`": dssm(items).total,
        **{f"`item_knn`, {k} neighbours": item_knn(replace(items, neighbours=k)).total for k in (100, 50)},
        "`MODEL_offline`: ids, popularity, fallback": lists_layout(items).total,
    }
