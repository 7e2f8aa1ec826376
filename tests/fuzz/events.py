"""Gateway events: as a REST API sends them, and with any part replaced by anything."""

import re
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from functions.catalogue import explorer, pages
from tests.fuzz.bodies import ids, sent
from tests.fuzz.canary import PLANT, TOKEN
from tests.fuzz.values import TEXTS, anything, texts
from training.openapi import all_paths

ROUTES = sorted((method, path) for path, methods in all_paths().items() for method in methods)
FILES = (*pages.ASSETS, *(f"assets/{path.name}" for path in explorer.BUILT.glob("assets/*")))
PARAMETER = re.compile(r"{(\w+)(?::path)?}")  # of a route
Place = tuple[str, ...]
PLACES: Sequence[Place] = (
    ("resource",),
    ("path",),
    ("httpMethod",),
    ("headers",),
    ("headers", "content-type"),
    ("headers", "Content-Type"),
    ("headers", "host"),
    ("headers", "x-forwarded-port"),
    ("headers", "x-forwarded-for"),
    ("headers", "content-length"),
    ("headers", "cookie"),
    ("multiValueHeaders",),
    ("multiValueHeaders", "content-type"),
    ("queryStringParameters",),
    ("queryStringParameters", "k"),
    ("queryStringParameters", "explain"),
    ("queryStringParameters", PLANT),
    ("multiValueQueryStringParameters",),
    ("multiValueQueryStringParameters", "query"),
    ("multiValueQueryStringParameters", "ids"),
    ("multiValueQueryStringParameters", PLANT),
    ("pathParameters",),
    ("stageVariables",),
    ("requestContext",),
    ("requestContext", "authorizer"),
    ("requestContext", "authorizer", "token"),
    ("requestContext", "authorizer", "models"),
    ("requestContext", "identity"),
    ("requestContext", "requestId"),
    ("requestContext", "stage"),
    ("requestContext", "path"),
    ("body",),
    ("isBase64Encoded",),
    ("source",),
    ("version",),
    ("Records",),
    (PLANT,),
)
METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "CONNECT", "get", "", "G\0T", PLANT)
STRANGE: Sequence[dict[str, Any]] = (  # events that no API sends to its function
    {},
    {"Records": [{"eventSource": "aws:sqs", "body": PLANT}]},
    {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {"planted": PLANT}},
    {"source": "warmstart.warmup"},
    {"version": "2.0", "rawPath": f"/reco/{PLANT}", "requestContext": {"http": {"method": "GET"}}},
    {"type": "TOKEN", "authorizationToken": f"Bearer {TOKEN}", "methodArn": PLANT},
    {"requestContext": {"elb": {"targetGroupArn": PLANT}}, "httpMethod": "GET", "path": "/health"},
)


def filled(template: str, model: str, some_id: str, file: str) -> str:
    """Return a path of a route, with these in the places of its parameters."""
    values = {"model_name": model, "user_id": some_id, "item_id": some_id, "file": file}
    return PARAMETER.sub(lambda found: values[found[1]], template)


def events(models: Sequence[str]) -> st.SearchStrategy[Any]:
    """Events for a function that answers for these models; a few are no events at all."""
    sane = asked(models)
    strange = st.sampled_from(STRANGE).map(deepcopy)
    return st.one_of(sane, sane, sane, spoilt(models), spoilt(models), spoilt(models), spoilt(models), strange)


def event(method: str, path: str) -> dict[str, Any]:
    """Return a proxy event with a good token; values of the client are planted wherever a client has a say."""
    headers = {
        "authorization": f"Bearer {TOKEN}",
        "content-type": "application/json",
        "host": f"{PLANT}.example",
        "user-agent": PLANT,
        "cookie": f"a={PLANT}",
        f"x-{PLANT}": PLANT,
    }
    return {
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": {PLANT: PLANT},
        "multiValueQueryStringParameters": {PLANT: [PLANT]},
        "pathParameters": {"proxy": path[1:]},
        "stageVariables": None,
        "requestContext": {
            "accountId": "123456789012",
            "stage": "v1",
            "path": path,
            "httpMethod": method,
            "domainName": f"{PLANT}.example",
            "requestId": "request-1",
            "identity": {"sourceIp": "127.0.0.1", "userAgent": PLANT},
            "authorizer": {"token": "fuzz", "models": "*"},
        },
        "body": None,
        "isBase64Encoded": False,
    }


@st.composite
def asked(draw: st.DrawFn, models: Sequence[str]) -> dict[str, Any]:
    """A request that fits some route, with any body; its values may be hostile."""
    model = draw(st.sampled_from(models))
    method, template = draw(st.sampled_from(ROUTES))
    path = filled(template, model, draw(ids().map(str) | texts()), draw(st.sampled_from(FILES) | texts()))
    made = event(method, path)
    if method == "POST" or not draw(st.integers(0, 9)):
        made["body"], made["isBase64Encoded"] = draw(sent())
    query = st.fixed_dictionaries(
        {},
        optional={"k": st.sampled_from(["1", "7", "100", *TEXTS]), "explain": st.sampled_from(["true", "false", "1"])},
    )
    made["queryStringParameters"] |= draw(query)
    made["multiValueQueryStringParameters"] |= draw(_repeated())
    return made


def _repeated() -> st.SearchStrategy[dict[str, list[str]]]:
    """Parameters of the catalogue, each some times."""
    numbers = st.sampled_from(["0", "1", "7", "100", "1000", *TEXTS])
    return st.fixed_dictionaries(
        {},
        optional={
            "query": st.lists(st.sampled_from(["a", "script etc", "1", ""]) | texts(), max_size=2),
            "ids": st.lists(ids().map(str) | texts(), max_size=4) | st.just(["1"] * 101),
            "limit": st.lists(numbers, max_size=2),
            "offset": st.lists(numbers, max_size=2),
        },
    )


@st.composite
def spoilt(draw: st.DrawFn, models: Sequence[str]) -> Any:
    """A request with some of its parts replaced by anything, or removed."""
    made = draw(asked(models))
    for place in draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=3, unique=True)):
        _replace(draw, made, place)
    return made


def _replace(draw: st.DrawFn, made: dict[str, Any], place: Place) -> None:
    *above, name = place
    holder: Any = made
    for step in above:
        holder = holder.get(step) if isinstance(holder, dict) else None
    if not isinstance(holder, dict):
        return
    if draw(st.integers(0, 5)) == 0:
        holder.pop(name, None)
    elif name == "httpMethod":
        holder[name] = draw(st.sampled_from(METHODS) | anything())
    elif name == "path":
        holder[name] = draw(texts() | texts().map("/reco/{}".format) | texts().map("/{}/1".format) | anything())
    else:
        holder[name] = draw(anything())
