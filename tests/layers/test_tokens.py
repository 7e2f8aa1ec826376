"""Tokens: only the whole secret opens, and the book does not hold it."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmstart.errors import ManifestInvalid, Unauthorized
from warmstart.tokens import MAX_HEADER, Token, TokenBook, create, sha256_of

NOW = datetime(2026, 1, 31, tzinfo=UTC)
SECRET, TOKEN = create("alice", models=["als", "popular"], plan="standard", expires_at=None)
BOOK = TokenBook((create("bob", models=["*"], plan="standard", expires_at=None)[1], TOKEN))
GOOD = {
    "name": "alice",
    "sha256": "0" * 64,
    "created_at": "2026-01-31T00:00:00+00:00",
    "expires_at": None,
    "models": ["als"],
    "plan": "standard",
}


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_right_secret_opens(scheme: str) -> None:
    """The scheme's case does not matter."""
    assert BOOK.find(f"{scheme} {SECRET}", NOW) == TOKEN


@pytest.mark.parametrize(
    "header",
    [
        "",
        " ",
        "Bearer",
        "Bearer ",
        SECRET,
        f"Basic {SECRET}",
        f"Bearer  {SECRET}",
        f"Bearer {SECRET} ",
        f" Bearer {SECRET}",
        f"Bearer\t{SECRET}",
        f"Bearer {SECRET[:-1]}",
        f"Bearer {SECRET[1:]}",
        f"Bearer {SECRET}x",
        f"Bearer {SECRET.swapcase()}",
        f"Bearer {SECRET}\n",
        f"Bearer {SECRET}\x00",
        f"Bearer {TOKEN.sha256}",
        "Bearer токен",
        "Bearer \ud800",
        "Bearer " + "x" * 10_000,
        f"Bearer {SECRET}" + " " * MAX_HEADER,
    ],
    ids=count(),  # the secret is another one in each process that collects this
)
def test_anything_else_does_not(header: str) -> None:
    """A part, a prefix, another case, another scheme, no ASCII and no end are all the same refusal."""
    with pytest.raises(Unauthorized):
        BOOK.find(header, NOW)


def test_an_empty_book_opens_to_nobody() -> None:
    """Without tokens there is no good one."""
    with pytest.raises(Unauthorized):
        TokenBook().find(f"Bearer {SECRET}", NOW)


def test_a_revoked_token_is_refused() -> None:
    """What is not in the book any more does not open."""
    with pytest.raises(Unauthorized):
        TokenBook(BOOK.tokens[:1]).find(f"Bearer {SECRET}", NOW)


def test_a_token_expires_at_its_time() -> None:
    """A second before it opens, at the time itself it does not, in whatever zone the time was written."""
    for expires_at in (NOW, NOW.astimezone(tz=datetime.fromisoformat("2026-01-01T00:00:00+05:00").tzinfo)):
        secret, token = create("carol", models=["*"], plan="standard", expires_at=expires_at)
        book = TokenBook.from_json(TokenBook((token,)).to_json())
        assert book.find(f"Bearer {secret}", NOW - timedelta(seconds=1)) == token
        with pytest.raises(Unauthorized):
            book.find(f"Bearer {secret}", NOW)


def test_secrets_are_not_in_the_book() -> None:
    """What is kept is a hash, from which the secret cannot be read; no two secrets are alike."""
    secrets = set()
    for number in range(50):
        secret, token = create(f"user-{number}", models=["*"], plan="standard", expires_at=None)
        data = TokenBook((token,)).to_json()
        assert secret.encode() not in data
        assert sha256_of(secret).encode() in data
        assert len(secret) >= 43
        secrets.add(secret)
    assert len(secrets) == 50


def test_a_book_is_its_json() -> None:
    """What is written can be read."""
    assert TokenBook.from_json(BOOK.to_json()) == BOOK
    assert TokenBook.from_json(TokenBook().to_json()) == TokenBook()


@pytest.mark.parametrize(
    "changed",
    [
        {"sha256": "0" * 63},
        {"sha256": "A" * 64},
        {"sha256": None},
        {"sha256": 7},
        {"name": None},
        {"plan": 1},
        {"models": "als"},
        {"models": "*"},
        {"models": None},
        {"models": {"als": 1}},
        {"models": [7]},
        {"models": ["../als"]},
        {"models": [""]},
        {"expires_at": "soon"},
        {"expires_at": 7},
        {"expires_at": "2026-01-31T00:00:00"},
        {"admin": True},
        {"usage_key": ""},
        {"usage_key": "k" * 19},
        {"usage_key": "k" * 129},
        {"usage_key": "k" * 20 + " "},
        {"usage_key": "k" * 20 + "\n"},
        {"usage_key": 7},
    ],
    ids=str,
)
def test_a_book_with_one_wrong_entry_is_refused(changed: dict[str, Any]) -> None:
    """A wrong field of one token makes the whole book unusable, rather than open to more than was meant."""
    assert TokenBook.from_json(json.dumps({"tokens": [GOOD]}).encode()).tokens[0].models == ("als",)
    with pytest.raises(ManifestInvalid):
        TokenBook.from_json(json.dumps({"tokens": [GOOD, {**GOOD, **changed}]}).encode())


def test_an_api_key_is_kept_and_not_shown() -> None:
    """What is written with a key can be read; the key is in no text of the token."""
    keyed = replace(TOKEN, usage_key="k" * 64)
    book = TokenBook.from_json(TokenBook((keyed,)).to_json())
    assert (book.tokens[0].usage_key, book.find(f"Bearer {SECRET}", NOW)) == ("k" * 64, keyed)
    assert "kkk" not in f"{book!r} {keyed}"


def test_books_without_api_keys_are_those_of_before_there_were_any() -> None:
    """An old book is read, and one of tokens without keys has no field that an old function would refuse."""
    assert TokenBook.from_json(json.dumps({"tokens": [GOOD]}).encode()).tokens[0].usage_key is None
    assert TokenBook.from_json(json.dumps({"tokens": [{**GOOD, "usage_key": None}]}).encode()).tokens[0].name == "alice"
    assert {tuple(sorted(entry)) for entry in json.loads(BOOK.to_json())["tokens"]} == {tuple(sorted(GOOD))}


NO_TOKENS: list[Any] = [None, 7, "ab", {"a": 1}, [None], ["x"], [[]], [{}]]


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"{}", b"<html>", b"\xff", b"[" * 100_000]
    + [json.dumps({"tokens": tokens}).encode() for tokens in NO_TOKENS],
)
def test_what_is_no_book_is_refused(data: bytes) -> None:
    """Garbage is ManifestInvalid."""
    with pytest.raises(ManifestInvalid):
        TokenBook.from_json(data)


@given(st.text(max_size=100))
def test_no_header_raises_anything_else(header: str) -> None:
    """Whatever comes, it is Unauthorized."""
    with pytest.raises(Unauthorized):
        BOOK.find(header, NOW)


def test_a_token_is_typed() -> None:
    """What is kept of a token says for whom, for what and since when."""
    secret, token = create("dora", models=("als",), plan="free", expires_at=NOW)
    assert token == Token("dora", sha256_of(secret), token.created_at, NOW.isoformat(), ("als",), "free")
