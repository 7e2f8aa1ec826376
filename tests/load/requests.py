"""What clients ask, by who answers: reads, reasons, histories on the fly, similar items, search, and strange tokens."""

import json
import secrets
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from infra.functions import AUTHORIZER
from tests.load.market import MODELS
from training.interactions import Interactions
from warmstart.manifest import CATALOGUE

CONSTANT = "constant"  # a function that answers the same to everything: what the gateway and awslambdaric cost
ROWS = (CONSTANT, *MODELS, CATALOGUE, AUTHORIZER)  # who is asked, in the order of the tables
WITHOUT_SIMILAR = ("lists", "ranker")
READS = 40  # as many different ones; reasons, histories and similar items are a quarter of it each
STRANGER = 900_000_000  # an id that nobody has


class Request(NamedTuple):
    """One request, and the status of its answer."""

    method: str
    path: str
    body: bytes | None = None
    status: int = 200
    strange: bool = False  # it comes with a token that nobody has, another one each time

    def header(self, token: str) -> str:
        """Return what stands in Authorization."""
        return f"Bearer {secrets.token_urlsafe(32) if self.strange else token}"


def requests_to(row: str, interactions: Interactions) -> list[Request]:
    """Return the requests to one function, to be drawn from at random."""
    if row == CONSTANT:
        return [Request("GET", f"/reco/{CONSTANT}/1")]
    if row == AUTHORIZER:
        return [Request("GET", "/models", status=401, strange=True)]
    users, items = _spread(interactions.user_ids), _spread(interactions.item_ids)
    if row == CATALOGUE:
        return _of_catalogue(users, interactions.titles or [])
    return _of_model(MODELS[row].name, users, items, similar=row not in WITHOUT_SIMILAR)


def _of_model(model: str, users: Sequence[Any], items: Sequence[Any], *, similar: bool) -> list[Request]:
    few = READS // 4
    found = [Request("GET", f"/reco/{model}/{user}") for user in users]
    found += [Request("GET", f"/reco/{model}/{user}?k=20&explain=true") for user in users[:few]]
    for count in range(1, few + 1):
        history = [{"item_id": item, "timestamp": 1_700_000_000 + n} for n, item in enumerate(items[: 2 * count])]
        found.append(Request("POST", f"/reco/{model}", json.dumps({"history": history, "k": 20}).encode()))
    if similar:
        found += [Request("GET", f"/similar/{model}/{item}?k=20") for item in items[:few]]
    return [*found, Request("GET", f"/reco/{model}/{STRANGER}")]


def _of_catalogue(users: Sequence[Any], titles: Sequence[str | None]) -> list[Request]:
    few = READS // 4
    words = [title.split()[0][:4] for title in titles if title and title.isascii()][:few]
    found = [Request("GET", f"/items?query={word.strip(',:;()&?#%')}&limit=20") for word in words]
    found += [Request("GET", f"/users/{user}/history?limit=50") for user in users[:few]]
    return [*found, *[Request("GET", "/users?limit=10"), Request("GET", "/models")] * (few // 2)]


def _spread(ids: Any) -> list[Any]:
    rows = np.linspace(0, len(ids) - 1, READS).astype(np.int32)
    return list(ids.external(rows))
