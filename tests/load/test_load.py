"""The load, the soak and the overload, with smaller numbers."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.load import overload, rates, soak
from tests.load.__main__ import MODULE, main
from tests.load.market import Market, opened
from tests.load.requests import ROWS
from tests.load.served import Serving, process

Running = tuple[Market, Serving, list[str]]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Serve a tiny market by every family."""
    folder = tmp_path_factory.mktemp("load")
    market = opened(folder, tiny=True)
    tokens = rates.tokens_of(market)
    with process(MODULE, folder, market.store.url, soak.REFRESH_SECONDS) as serving:
        yield market, serving, tokens


def test_every_function_answers_under_load(running: Running) -> None:
    """Each request of each kind has the status that it should have, from one client and from several."""
    seed = secrets.randbelow(2**31)
    print(f"seed {seed}")
    found = rates.rates(*running, clients=[1, 3], seconds=0.1, seed=seed)
    rates.check(found)
    assert [line[0] for line in rates.table(found)[1:]] == [*ROWS, *ROWS]


def test_nothing_goes_wrong_in_a_short_soak(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promotions and revoked tokens meanwhile are no error, and each process is measured; growth is not judged yet."""
    monkeypatch.setattr(soak, "SLICES", 20)
    monkeypatch.setattr(soak, "WARM", slice(4, 6))
    monkeypatch.setattr(soak, "LAST", slice(18, 20))
    found = soak.soak(*running, seconds=2, seed=secrets.randbelow(2**31))
    assert not found.wrong
    assert {line[0] for line in soak.table(found)[1:]} == found.courses.keys()
    assert all(found.courses[row].requests[-1] for row in ROWS)


@pytest.mark.slow
def test_overload_is_answered_and_passes(tmp_path: Path) -> None:
    """429, 503 and 504 of our shape, each with Retry-After; after that time there is an answer."""
    with overload.api(tmp_path) as api:
        print(overload.table(overload.all_of_it(api, 80)))


@pytest.mark.parametrize(
    "options", [["soak", "--minutes", "6000"], ["rates", "--clients", "1000"], ["rates", "--seconds", "0"]]
)
def test_what_would_not_end_is_refused(options: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A typo is no load of a week."""
    monkeypatch.setattr("sys.argv", ["tests.load", *options])
    with pytest.raises(SystemExit, match="2"):
        main()
