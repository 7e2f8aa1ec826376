"""The local API under load: `python -m tests.load rates`, about four minutes, or `python -m tests.load soak`, ten."""

import argparse
import secrets
import sys
import tempfile
from pathlib import Path

from tests.load import overload, rates
from tests.load.market import opened
from tests.load.report import LOAD_PAGE, SOAK_PAGE, load_page, soak_page
from tests.load.served import process
from tests.load.soak import REFRESH_SECONDS, soak
from tests.whole import within

MODULE = "tests.load.served"
OVERLOAD_REQUESTS = 160
USUAL_REFRESH = 15  # seconds, as functions have it


def main() -> int:
    """Measure, check, print the page and write it if asked; return the status of the process."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    kinds = parser.add_subparsers(required=True)
    fast = kinds.add_parser("rates", help="requests a second of each function, and overload")
    fast.add_argument("--seconds", type=within(1, 30), default=8, help="for each row; default: %(default)s")
    fast.add_argument("--clients", type=within(1, 64), nargs="+", default=[1, 8], help="at once; default: 1 8")
    fast.set_defaults(run=_rates)
    long = kinds.add_parser("soak", help="memory and descriptors under load, with swaps and revoked tokens")
    long.add_argument("--minutes", type=within(1, 600), default=10, help="default: %(default)s")
    long.set_defaults(run=_soak)
    for kind in (fast, long):
        kind.add_argument("--write", action="store_true", help="write the page")
    asked = parser.parse_args()
    seed = secrets.randbelow(2**31)
    sys.stderr.write(f"seed {seed}\n")
    with tempfile.TemporaryDirectory(prefix="warmstart-load-") as folder:
        return int(asked.run(asked, Path(folder), seed))


def _rates(asked: argparse.Namespace, folder: Path, seed: int) -> int:
    market = opened(folder)
    tokens = rates.tokens_of(market)
    with process(MODULE, folder, market.store.url, USUAL_REFRESH) as serving:
        found = rates.rates(market, serving, tokens, asked.clients, asked.seconds, seed)
    rates.check(found)
    (folder / "overload").mkdir()
    with overload.api(folder / "overload") as api:
        loads = overload.all_of_it(api, OVERLOAD_REQUESTS)
    _say(load_page(market, rates.table(found), overload.table(loads)), LOAD_PAGE, write=asked.write)
    return 0


def _soak(asked: argparse.Namespace, folder: Path, seed: int) -> int:
    market = opened(folder)
    tokens = rates.tokens_of(market)
    with process(MODULE, folder, market.store.url, REFRESH_SECONDS) as serving:
        found = soak(market, serving, tokens, 60 * asked.minutes, seed)
    _say(soak_page(market, found), SOAK_PAGE, write=asked.write)
    return 1 if found.missed else 0


def _say(text: str, page: Path, *, write: bool) -> None:
    print(text)
    if write:
        page.write_text(text, encoding="utf8")


if __name__ == "__main__":
    sys.exit(main())
