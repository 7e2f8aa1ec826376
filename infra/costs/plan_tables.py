"""The tables of docs/SCALE.md about a hundred million users, as Markdown."""

from collections.abc import Sequence

from infra.costs import personalize, plan
from infra.costs.layout import MODELS
from infra.costs.measured import Measured
from infra.costs.plan import MARKET, MOST, REQUESTS, WEEKS
from infra.costs.tables import dollars, table
from infra.families import Family


def planned(families: Sequence[Family], measured: Measured) -> str:
    """The whole part: sizes, items alone, where users' rows go, Spark, the month."""
    return "\n".join(
        [
            f"{MARKET.users:,} users, {MARKET.items:,} items, {MARKET.interactions:,} interactions with times.\n",
            "**Versions as they are now**\n",
            _versions(measured),
            "**Items alone**, the rows of users elsewhere\n",
            _items(measured),
            "**One record a user**\n",
            _records(),
            "**Spark**, EMR Serverless\n",
            _spark(measured),
            f"**A month of {REQUESTS:,.0f} requests**, each of a list and a history; fits and lists once a week\n",
            _month(next(family for family in families if family.name == "lists"), measured),
        ]
    )


def _gb(size: float) -> str:
    return f"{size / 1e9:,.2f}"


def _fit(size: float, measured: Measured) -> tuple[str, str, str]:
    """Seconds to pull; whether two fit memory and disk, as in a swap; whether an init is long enough."""
    seconds = plan.pull_s(size, measured)
    return f"{seconds:,.0f}", "yes" if 2 * size <= MOST else "no", "yes" if seconds <= plan.INIT_S else "no"


def _versions(measured: Measured) -> str:
    rows = []
    for name, layout in MODELS.items():
        size = layout(MARKET)
        parts = (size.users, size.items, size.interactions, size.total)
        rows.append((f"`{name}`", *map(_gb, parts), *_fit(size.total, measured)))
    head = ("model", "users, GB", "items, GB", "histories, GB", "in all, GB")
    return table((*head, "pull, s", "two fit 10 GB", "pulled in 10 s"), rows)


def _items(measured: Measured) -> str:
    rows = [(name, _gb(size), *_fit(size, measured)) for name, size in plan.items_alone(MARKET).items()]
    return (
        table(("held of items", "GB", "pull, s", "two fit 10 GB", "pulled in 10 s"), rows)
        + f"\nAll scores of one user take a core {plan.exact_ms(MARKET, measured):,.0f} ms, at the rate of a batch.\n"
    )


def _records() -> str:
    sizes = plan.records(MARKET)
    sizes["all three"] = sum(sizes.values())
    rows = []
    for what, size in sizes.items():
        dynamo, ranges = plan.places(size, MARKET.users).values()
        amounts = (dynamo.stored, dynamo.read, dynamo.written, ranges.stored, ranges.read)
        rows.append((what, f"{size:,.0f}", *map(dollars, amounts)))
    head = ("record", "bytes", "DynamoDB: a month", "a million reads", "all written once")
    return table((*head, "S3: a month", f"a million reads of {plan.RANGES} ranges"), rows)


def _spark(measured: Measured) -> str:
    what = {
        "als": f"fit of `als`, {plan.ITERATIONS} iterations",
        "lists": "100 best of all items for every user, exact",
    }
    rows = [
        (
            what[name],
            f"{hours:,.0f}",
            f"{plan.SPARK[name]}",
            dollars(plan.spark(hours)),
            dollars(WEEKS * plan.spark(hours)),
        )
        for name, hours in plan.vcpu_hours(MARKET, measured).items()
    ]
    return table(("job", "vCPU hours", "of these for Spark, times", "dollars", "a month, weekly"), rows)


def _month(lists: Family, measured: Measured) -> str:
    busy = {place: plan.month(lists, measured, place) for place in plan.WAITS_MS}
    still = {place: plan.month(lists, measured, place, requests=0.0) for place in plan.WAITS_MS}
    columns = [*busy.values(), *still.values()]
    rows = [(what, *(dollars(column[what]) for column in columns)) for what in columns[0]]
    rows.append(("in all", *(dollars(sum(column.values())) for column in columns)))
    priced = personalize.month(MARKET, REQUESTS, WEEKS)
    head = ("", *(f"lists in {place}" for place in busy), *(f"{place}, no request" for place in still))
    return (
        table(head, rows)
        + f"\nUp to {plan.crossing(lists, measured) / 1e6:,.0f} million requests a month lists in S3 cost less, "
        + "above that in DynamoDB.\n\n"
        + ("Amazon Personalize takes such a market. " if personalize.takes(MARKET) else _too_large())
        + f"By its prices these requests would be {dollars(priced['recommendations'])} a month, and "
        f"a training a week on what it takes {dollars(priced['training'])}.\n"
    )


def _too_large() -> str:
    return (
        f"Amazon Personalize learns from at most {personalize.MOST_ITEMS:,} items and "
        f"{personalize.MOST_INTERACTIONS:,} interactions, so not from this market. "
    )
