"""The tables of docs/SCALE.md about costs, as Markdown."""

from collections.abc import Iterable, Mapping, Sequence

from infra.costs import calls, month, personalize
from infra.costs.calls import bills
from infra.costs.measured import Measured
from infra.costs.month import LOADS, MARKET, TRAININGS, Idle
from infra.costs.prices import PRICES, cost
from infra.families import Family

Row = Sequence[str]
EXAMPLE = 10e6  # requests of the month whose million is shown
SERVED = "factorization"  # the family that a month's requests go to


def table(head: Row, rows: Iterable[Row]) -> str:
    """Lay out one; columns of numbers to the right."""
    rows = [*rows]
    numbers = [all(cell[:1].isdigit() for cell in column) for column in zip(*rows, strict=True)]
    lines = [head, ["---:" if right else "---" for right in numbers], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def dollars(amount: float) -> str:
    """Write an amount: cents below a hundred."""
    return f"{amount:,.2f}" if amount < 100 else f"{amount:,.0f}"


def costs(families: Sequence[Family], measured: Measured, idle: Mapping[str, Idle]) -> str:
    """The whole part: a million calls, months, an idle month, the prices."""
    return "\n".join(
        [
            "In US dollars, list prices of us-east-1 before free tiers; measured on a machine shared with others, "
            f"{measured.machine}.\n",
            f"**A million requests of a month of {EXAMPLE / 1e6:.0f} million**, by the family that answers\n",
            _million(families, measured),
            f"**A month**: {_market()}; requests to `{SERVED}`, trained anew every day for "
            f"{month.TRAINING_HOURS:g} hour on ml.m5.xlarge\n",
            _months(families, measured, idle["prod"]),
            "**A month without one request**\n",
            _idle(families, idle),
            "**Prices**; * read on a page of AWS\n",
            _prices(),
        ]
    )


def _market() -> str:
    return f"{MARKET.users:,} users, {MARKET.items:,} items, {MARKET.interactions:,} interactions"


def _million(families: Sequence[Family], measured: Measured) -> str:
    head = ("family", "MB", "ms", "cold, ms", "gateway", "Lambda calls", "warm", "cold", "authorizer", "logs", "out")
    rows = []
    for name, bill in bills(families, measured, EXAMPLE).items():
        family = next(family for family in families if family.name == name)
        call = measured.calls[name]
        own = (calls.billed_ms(ms, family.memory_mb) for ms in (call.warm_ms, call.cold_ms))
        parts = (bill.gateway, bill.calls, bill.warm, bill.cold, bill.authorizer, bill.logs, bill.out)
        each = [dollars(part / EXAMPLE * 1e6) for part in (*parts, bill.traces, bill.total)]
        rows.append((name, f"{family.memory_mb:,}", *(f"{ms:,.1f}" for ms in own), *each))
    return table((*head, "traces", "in all"), rows)


def _months(families: Sequence[Family], measured: Measured, idle: Idle) -> str:
    family = next(family for family in families if family.name == SERVED)
    rows = []
    for requests in LOADS:
        own = month.month(family, families, measured, idle, requests)
        daily, weekly = (personalize.month(MARKET, requests, trainings) for trainings in (TRAININGS, TRAININGS / 7))
        bought = [daily["data"], daily["training"], daily["recommendations"], sum(daily.values()), sum(weekly.values())]
        each = [*vars(own).values(), own.total, *bought]
        rows.append((f"{requests / 1e6:,.0f} million", *map(dollars, each)))
    head = ("requests", "calls", "alarms, metrics", "stored", "training", "in all")
    theirs = ("data", "training", "recommendations", "in all", "trained weekly")
    return table((*head, *(f"Personalize: {what}" for what in theirs)), rows)


def _idle(families: Sequence[Family], idle: Mapping[str, Idle]) -> str:
    kept = month.stored(families)
    rows = [
        (f"stage `{name}`", dollars(_sum(rows)), dollars(kept), dollars(_sum(rows) + kept))
        for name, rows in idle.items()
    ]
    campaign = cost("personalize_call_million", personalize.LEAST_A_SECOND * calls.SECONDS)
    rows.append(("Personalize, one campaign that stands", dollars(campaign), dollars(0), dollars(campaign)))
    return table(("", "alarms, dashboard, least throughput", "versions and images", "in all"), rows)


def _sum(idle: Idle) -> float:
    return sum(part for _, part in idle)


def _prices() -> str:
    rows = [
        (
            price.unit,
            ", ".join(f"{of:g}" for of in [*(of for _, of in price.tiers), price.dollars]),
            f"{_link(price.page)}",
            f"{_link(price.seen)}{'*' if price.official else ''}, {price.on}",
        )
        for price in PRICES.values()
    ]
    return table(("what for", "dollars", "published", "read"), rows)


def _link(text: str) -> str:
    return f"<{text}>" if text.startswith("https://") else text
