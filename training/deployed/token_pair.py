"""A deployed stage's token and the API key behind it, made and removed together.

The key comes first and goes last: whatever stops half way leaves a key without a token, which opens nothing, and the
next run finds it.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from training.deployed.aws import StageError
from training.deployed.usage_keys import UsageKeys
from training.token_book import NameTaken, NoSuchToken, add, read, refuse_taken, remove
from warmstart.errors import WarmstartError
from warmstart.store import Store
from warmstart.tokens import Token


class Revoked(NamedTuple):
    """What a revocation found to remove."""

    token: bool
    keys: int


class Joined(NamedTuple):
    """Whose API keys were put into a usage plan, and who has none: the deployed API refuses them."""

    joined: tuple[str, ...]
    without: tuple[str, ...]


def create_pair(store: Store, token: Token, keys: UsageKeys, plan: str) -> Token:
    """Put a token into the book with an API key that is joined to a usage plan, and return it as it stands there.

    Args:
        store: holds the book.
        token: the token, still without a key.
        keys: of the stage.
        plan: the usage plan's id.

    Raises:
        NameTaken: there is a token of this name.
    """
    refuse_taken(read(store), token.name)
    key = keys.find(token.name) or keys.make(token.name)
    keys.join(key, plan)
    made = replace(token, usage_key=key.value)
    try:
        add(store, made)
    except NameTaken:  # by somebody who did the same at the same time, perhaps with this very key
        if all(other.usage_key != key.value for other in read(store).tokens):
            keys.delete(key.id)
        raise
    return made


def join_pairs(store: Store, keys: UsageKeys, plan_of: Callable[[str], str]) -> Joined:
    """Put every token's API key into its usage plan: a stage that was taken down and deployed again has new plans.

    Args:
        store: holds the book.
        keys: of the stage.
        plan_of: a plan's name -> its id.
    """
    joined, without = [], []
    for token in read(store).tokens:
        key = keys.find(token.name)
        if key is None or key.value != token.usage_key:
            without.append(token.name)
        elif keys.join(key, plan_of(token.plan)):
            joined.append(token.name)
    return Joined(tuple(joined), tuple(without))


def revoke_pair(store: Store, name: str, keys: UsageKeys) -> Revoked:
    """Remove a token and then its API key; one without the other goes too.

    Raises:
        NoSuchToken: there is neither.
        StageError: the token is out of the book, the key is still there.
    """
    try:
        remove(store, name)
        token = True
    except NoSuchToken:
        token = False
    try:
        gone = keys.remove(name)
    except WarmstartError as error:
        state = f"{name} is revoked" if token else f"there is no token {name[:64]}"
        raise StageError(
            f"{state}; its API key may still be there, run the same again to remove it: {error}"
        ) from error
    if not token and not gone:
        raise NoSuchToken(f"there is no token {name[:64]}, and no API key of one")
    return Revoked(token, gone)
