"""What calls, months and the plan cost, reckoned by hand for round numbers."""

import json
from dataclasses import replace

import pytest

from infra.costs import month, personalize, plan
from infra.costs.calls import COLD, LOGGED, SECONDS, bill, billed_ms, bills, gb_second, traced_percent
from infra.costs.layout import Market
from infra.costs.measured import Call, Measured
from infra.families import Family, read_families
from infra.functions import AUTHORIZER
from infra.tree import ROOT
from tests.bench.served import FAMILIES as BENCHED

CALL = Call(warm_ms=5, cold_ms=500, bytes=500)
MEASURED = Measured(
    dict.fromkeys(("lists", "factorization", AUTHORIZER), CALL),
    pulled_mb_s=600,
    scores_s=100e6,
    als_core_s=1,
    machine="a machine",
)
WHOLE = Family("factorization", ("als",), (), memory_mb=2048, timeout_s=15, disk_mb=512, image_mb=100)


def test_a_million_calls() -> None:
    """2 GB for 5 ms a call, and for 500 ms in one of a hundred."""
    found = bill(WHOLE, MEASURED, 1e6)
    assert found.gateway == pytest.approx(3.50)
    assert found.calls == pytest.approx(0.20)
    assert found.warm == pytest.approx(1e6 * 0.005 * 2 * 0.0000166667)
    assert found.cold == pytest.approx(1e6 * COLD * 0.5 * 2 * 0.0000166667)
    assert found.out == pytest.approx(1.0 * 0.09)
    assert found.logs == pytest.approx((1e6 + 10 * 730 * 60) * LOGGED / 1e9 * 0.53)
    assert found.total == pytest.approx(sum(vars(found).values()))


def test_waiting_is_billed_as_computing_is() -> None:
    """A function that waits for a store costs its memory meanwhile, whatever its share of a vCPU."""
    longer = bill(WHOLE, MEASURED, 1e6, waits_ms=10).warm - bill(WHOLE, MEASURED, 1e6).warm
    assert longer == pytest.approx(1e6 * 0.010 * gb_second(2048))


def test_less_memory_is_slower_and_more_is_not_faster() -> None:
    """A function has its memory's share of a vCPU, and one thread gains nothing from a second one."""
    assert billed_ms(10, 1769) == 10
    assert billed_ms(10, 1769 / 2) == pytest.approx(20)
    assert billed_ms(10, 10_240) == 10


def test_disk_beyond_what_is_free_costs_by_the_second() -> None:
    """1.5 GB of 2 are paid for."""
    assert gb_second(1024, 2048) - gb_second(1024) == pytest.approx(1.5 * 0.0000000309)


def test_traces_are_those_of_prod() -> None:
    """The share that cdk.json names there is paid for."""
    stages = json.loads((ROOT / "cdk.json").read_text())["context"]["stages"]
    assert traced_percent() == stages["prod"]["traced_percent"]
    assert bill(WHOLE, MEASURED, 1e6).traces == pytest.approx(stages["prod"]["traced_percent"] / 100 * 5)


def test_every_family_is_measured() -> None:
    """The benchmark starts one model of each, so that none is missing in the table."""
    families = read_families(ROOT / "functions")
    assert set(BENCHED.values()) == {family.name for family in families}
    assert set(bills(families, MEASURED, 1e6)) == {"lists", "factorization"}


def test_a_month_grows_with_its_requests_alone() -> None:
    """What stands there, training and storage are the same for one request as for many."""
    idle = [("alarms", 4.0)]
    few, many = (month.month(WHOLE, [WHOLE], MEASURED, idle, requests) for requests in (1e6, 10e6))
    assert many.calls > few.calls
    assert replace(many, calls=few.calls) == few
    assert few.watching == pytest.approx(4.0 + (2 * 2 + 7 * 3) * 0.30)  # and the parts of three functions' inits
    assert few.training == pytest.approx(365 / 12 * 0.23)


def test_personalize() -> None:
    """A thousand interactions are trained on for .002, a thousand recommendations cost .15, a campaign its least."""
    market = Market(users=1, items=1, interactions=50_000_000)
    found = personalize.month(market, 10e6, trainings=2)
    assert found["training"] == pytest.approx(2 * 50_000 * 0.002)
    assert found["recommendations"] == pytest.approx(10_000 * 0.15)
    assert personalize.month(market, 0, trainings=0)["recommendations"] == pytest.approx(SECONDS / 1000 * 0.15)


def test_personalize_s_limits() -> None:
    """It takes the market of the month and not that of the plan, of which it would train on a part."""
    assert personalize.takes(month.MARKET)
    assert not personalize.takes(plan.MARKET)
    assert personalize.month(plan.MARKET, 0, trainings=1)["training"] == pytest.approx(3e6 * 0.002)


def test_a_record_of_each_user() -> None:
    """50 events of 6 bytes, 64 numbers of 4, 100 items of 8; DynamoDB counts by 4 KB read and 1 KB written."""
    assert plan.records(plan.MARKET) == {"history": 300, "vector": 256, "list": 800}
    dynamo, ranges = plan.places(800, 100_000_000).values()
    assert dynamo.stored == pytest.approx(80.8 * 0.25)
    assert dynamo.written == pytest.approx(62.5)
    assert dynamo.read == pytest.approx(0.0625)
    assert ranges.stored == pytest.approx(80.8 * 0.023)
    assert ranges.read == pytest.approx(0.80)
    assert plan.places(1_100, 100_000_000)["DynamoDB"].written == pytest.approx(125)


def test_a_pull_is_as_fast_as_the_slower_of_network_and_hashing() -> None:
    """60 MB/s where hashing does 600, and less where hashing does less."""
    assert plan.pull_s(600e6, MEASURED) == pytest.approx(10)
    assert plan.pull_s(600e6, replace(MEASURED, pulled_mb_s=30)) == pytest.approx(20)


def test_spark() -> None:
    """A second a million interactions and iteration, 100 million scores a second, times what Spark adds."""
    hours = plan.vcpu_hours(plan.MARKET, MEASURED)
    assert hours["als"] == pytest.approx(plan.SPARK["als"] * 5_000 * 15 / 3600)
    assert hours["lists"] == pytest.approx(plan.SPARK["lists"] * 1e15 / 100e6 / 3600)
    assert plan.spark(10) == pytest.approx(0.52624 + 7 * 0.057785)


def test_without_a_request_only_what_is_stored_costs() -> None:
    """Nothing is called, learnt or written then."""
    lists = replace(WHOLE, name="lists")
    found = plan.month(lists, MEASURED, "S3", requests=0)
    assert [what for what, dollars in found.items() if dollars] == ["storage"]


def test_where_lists_cost_the_same() -> None:
    """There the two columns are equal: what S3 saves on writing it asks for waiting."""
    lists = replace(WHOLE, name="lists")
    requests = plan.crossing(lists, MEASURED)
    dynamo, ranges = (sum(plan.month(lists, MEASURED, place, requests).values()) for place in plan.WAITS_MS)
    assert requests > 1e6
    assert dynamo == pytest.approx(ranges)


def test_what_items_alone_take() -> None:
    """A vector of 256 bytes, 12 to find it, and 16 that all have; half of the vector by float16."""
    items = plan.items_alone(plan.MARKET)
    assert items["`als`"] == pytest.approx(10e6 * (256 + 12 + 16), rel=1e-4)
    assert items["`als`"] - items["`als`, vectors of float16 (not built)"] == 10e6 * 128
    assert items["`item_knn`, 100 neighbours"] - items["`item_knn`, 50 neighbours"] == 10e6 * 50 * 8
    assert items["`MODEL_offline`: ids, popularity, fallback"] == pytest.approx(10e6 * 16)
