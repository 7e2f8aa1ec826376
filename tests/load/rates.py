"""How many requests a second each function answers, and how fast, beside one that answers a constant."""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tests.bench.timing import percentile
from tests.load.clients import ask_for
from tests.load.market import Market
from tests.load.requests import CONSTANT, ROWS, Request, requests_to
from tests.load.served import Serving
from training.token_book import add
from warmstart.tokens import create

HEAD = ("function", "clients", "requests", "a second", "p50", "p99", "p50 beside the constant", "errors")
WARM_UP = 0.2  # of the time, before anything counts
TOKENS = 8  # of the largest plan: none of them is to be throttled


class Rate(NamedTuple):
    """What clients of one function had."""

    row: str
    clients: int
    seconds: float
    ms: list[float]
    wrong: Counter[str]


def tokens_of(market: Market) -> list[str]:
    """Add tokens of the largest plan and return their secrets."""
    made = [create(f"load-{n}", models=["*"], plan="internal", expires_at=None) for n in range(TOKENS)]
    for _, token in made:
        add(market.store, token)
    return [secret for secret, _ in made]


def rates(
    market: Market, serving: Serving, tokens: Sequence[str], clients: Sequence[int], seconds: float, seed: int
) -> list[Rate]:
    """Ask one function after another, from so many clients at once."""
    found = []
    for many in clients:
        for row in ROWS:
            sys.stderr.write(f"{row}, {many} at once ...\n")
            requests: Mapping[str, Sequence[Request]] = {row: requests_to(row, market.interactions)}
            ask_for(WARM_UP * seconds, serving.port, requests, tokens, many, seed)
            came = ask_for(seconds, serving.port, requests, tokens, many, seed + 1)
            found.append(Rate(row, many, came.seconds, came.ms[row], came.wrong))
    return found


def check(found: Sequence[Rate]) -> None:
    """Raise SystemExit where a request had no answer, or one of another status than it should have."""
    for rate in found:
        if rate.wrong or not rate.ms:
            sys.exit(f"error: {rate.row}, {rate.clients} at once: {rate.wrong.most_common(5) or 'no answer at all'}")


def table(found: Sequence[Rate]) -> list[list[str]]:
    """Return the table."""
    constant = {rate.clients: percentile(rate.ms, 50) for rate in found if rate.row == CONSTANT}
    return [list(HEAD), *(_line(rate, constant[rate.clients]) for rate in found)]


def _line(rate: Rate, constant_ms: float) -> list[str]:
    p50, p99 = (percentile(rate.ms, percent) for percent in (50, 99))
    return [
        rate.row,
        str(rate.clients),
        f"{len(rate.ms):,}",
        f"{len(rate.ms) / rate.seconds:.0f}",
        f"{p50:.1f} ms",
        f"{p99:.1f} ms",
        f"{p50 / constant_ms:.2f}",
        str(rate.wrong.total()),
    ]
