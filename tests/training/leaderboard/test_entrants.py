"""The file of entrants."""

from pathlib import Path

import pytest

from training.leaderboard.entrants import Entrant, add_entrant, chosen, read_entrants
from warmstart.errors import SettingsError

GOOD = {"name": "als", "url": "https://x.execute-api.eu-west-1.amazonaws.com/dev", "model": "als", "token_env": "BOT"}


def test_entrants_are_kept_by_name_and_replaced(tmp_path: Path) -> None:
    """A second entrant joins, the same name takes the place of the first, and the file holds no token."""
    path = tmp_path / "leaderboard.json"
    assert not add_entrant(path, Entrant(**GOOD))
    assert not add_entrant(path, Entrant(**{**GOOD, "name": "a"}))
    assert add_entrant(path, Entrant(**{**GOOD, "model": "als_films"}))
    assert [(e.name, e.model) for e in read_entrants(path).values()] == [("a", "als"), ("als", "als_films")]
    assert chosen(path, ("als",)) == [Entrant(**{**GOOD, "model": "als_films"})]
    assert Entrant(**GOOD).token() not in path.read_text()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000",
        "http://localhost:8000/",
        "http://[::1]:8000",
        "http://172.17.0.1:4566/_aws/execute-api/e80bbab3/dev",
        "https://reco.example.com",
    ],
)
def test_addresses_that_may_be_asked(url: str) -> None:
    """Anything over https, and over http only what is near."""
    assert Entrant(**{**GOOD, "url": url}).url == url


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"url": "http://reco.example.com"}, "say https"),
        ({"url": "http://8.8.8.8"}, "say https"),
        ({"url": "ftp://reco.example.com"}, "looks like https"),
        ({"url": "reco.example.com"}, "looks like https"),
        ({"url": "https://"}, "looks like https"),
        ({"url": "https://user:word@reco.example.com"}, "looks like https"),
        ({"url": "https://reco.example.com?x=1"}, "looks like https"),
        ({"url": "https://reco.example.com/\n"}, "the URL is none"),
        ({"url": "https://[::1"}, "the URL is none"),
        ({"name": "../als"}, "an entrant's name"),
        ({"name": ""}, "an entrant's name"),
        ({"model": "../health"}, "a model's name"),
        ({"token_env": "A-B"}, "letters, digits and underscores"),
        ({"token_env": ""}, "letters, digits and underscores"),
    ],
)
def test_what_cannot_be_an_entrant_is_refused(change: dict[str, str], message: str) -> None:
    """Names, models and addresses that cannot be, and those that would send a token in the clear."""
    with pytest.raises(SettingsError, match=message):
        Entrant(**{**GOOD, **change})


@pytest.mark.parametrize("value", [None, "", "two words", "line\nbreak", "t\u00f6ken"])
def test_a_variable_without_a_token_is_named_and_not_repeated(
    value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No token, or what no header could hold, is an error without the value in it."""
    monkeypatch.delenv("BOT")
    if value is not None:
        monkeypatch.setenv("BOT", value)
    with pytest.raises(SettingsError) as refused:
        Entrant(**GOOD).token()
    assert str(refused.value).startswith("als: ")
    assert not value or value not in str(refused.value)


def test_a_token_given_for_its_variable_is_not_repeated() -> None:
    """Somebody who types the token in the place of the variable's name does not find it in the message."""
    entrant = Entrant(**{**GOOD, "token_env": "k5ZAux0pBEjB1WtKY11YsAlQ62l_oR0TsmrwPwo1HA"})
    with pytest.raises(SettingsError) as refused:
        entrant.token()
    assert entrant.token_env not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"entrants": [{"name": "als"}]}',
        '{"entrants": [], "token": "x"}',
        '{"entrants": [{"name": "a", "url": "http://8.8.8.8", "model": "als", "token_env": "BOT"}]}',
        "[" * 100_000,
        "\ud800",
    ],
)
def test_a_file_that_is_none_is_named(text: str, tmp_path: Path) -> None:
    """A broken file, an unknown key and an entrant that could not be registered are one line with the file's name."""
    path = tmp_path / "leaderboard.json"
    path.write_bytes(text.encode(errors="surrogatepass"))
    with pytest.raises(SettingsError, match=r"leaderboard\.json is not a file of entrants"):
        read_entrants(path)
    assert path.read_bytes() == text.encode(errors="surrogatepass")


def test_nobody_and_somebody_else_are_errors(tmp_path: Path) -> None:
    """An empty leaderboard says how to fill it, an unknown name says which there are."""
    path = tmp_path / "leaderboard.json"
    with pytest.raises(SettingsError, match="leaderboard register adds one"):
        chosen(path, ())
    add_entrant(path, Entrant(**GOOD))
    with pytest.raises(SettingsError, match="no entrant knn; it has als"):
        chosen(path, ("als", "knn"))
