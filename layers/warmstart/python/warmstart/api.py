"""The routes of a family's API. Every answer is built here or in problems.py."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple, Protocol
from urllib.parse import unquote

import msgspec
from msgspec import UNSET
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from warmstart.errors import (
    BodyTooLarge,
    FieldError,
    Forbidden,
    Invalid,
    ItemNotFound,
    MethodNotAllowed,
    ModelNotFound,
    ModelUnavailable,
    NotFound,
    SimilarNotSupported,
    Unauthorized,
    UnsupportedMediaType,
    UserNotFound,
    WarmstartError,
)
from warmstart.grant import Grant
from warmstart.histories import Event
from warmstart.ids import Id, IdMap, id_of
from warmstart.live import L_co, Served
from warmstart.manifest import MODEL_NAME
from warmstart.problems import kind_of, problem_response
from warmstart.recommender import Ask, Detail, Recommendation, Recommender
from warmstart.schemas import (
    Because,
    CountOption,
    ExplainOption,
    ItemDetail,
    OnTheFly,
    Options,
    Recommendations,
    Share,
    SimilarItems,
    StringId,
    decode_body,
    decode_query,
)
from warmstart.telemetry import log_failure, metric

Handler = Callable[[Request, bytes], Response]
Call = Callable[[Handler, Request, bytes], Awaitable[Response]]
CONTEXT = "warmstart"  # the key of a request's Context in its ASGI scope


class Context(NamedTuple):
    """What surrounds one request; the adapter puts it into the scope."""

    grant: Grant | None  # None where no authorizer let it pass: fine for open paths only
    deadline: float  # `time.monotonic()` by which it must be answered
    request_id: str


class Provider(Protocol[L_co]):
    """Whatever knows the served version of a model."""

    def current(self, name: str, deadline: float) -> Served[L_co]:
        """Return it, or raise ModelNotFound or ModelUnavailable."""
        ...


class Operation(NamedTuple):
    """One method of one path: what runs, and what the OpenAPI document says of it."""

    handler: Handler
    summary: str
    answer: type
    query: type[msgspec.Struct] | None = None
    body: type[msgspec.Struct] | None = None
    errors: tuple[type[WarmstartError], ...] = ()  # its own, besides those that every operation has
    open: bool = False  # needs no token


Paths = Mapping[str, Mapping[str, Operation]]


class Api:
    """The calls that every family answers, for the models of one function."""

    def __init__(self, models: Provider[Recommender]) -> None:
        self._models = models

    def paths(self) -> Paths:
        """Return what this API answers: path, method, operation."""
        model_errors = (Forbidden, ModelNotFound, Invalid, ModelUnavailable)
        return {
            "/reco/{model_name}/{user_id}": {
                "GET": Operation(
                    self.read,
                    "Recommend items to one user",
                    Recommendations,
                    query=Options,
                    errors=(*model_errors, UserNotFound),
                )
            },
            "/reco/{model_name}": {
                "POST": Operation(
                    self.on_the_fly,
                    "Recommend on the fly, to people and histories that no training saw",
                    Recommendations,
                    query=ExplainOption,
                    body=OnTheFly,
                    errors=(*model_errors, UserNotFound, BodyTooLarge, UnsupportedMediaType),
                )
            },
            "/similar/{model_name}/{item_id}": {
                "GET": Operation(
                    self.similar,
                    "Find items like one item",
                    SimilarItems,
                    query=CountOption,
                    errors=(*model_errors, ItemNotFound, SimilarNotSupported),
                )
            },
            "/health": {"GET": Operation(health, "Say that the API is alive", str, open=True)},
        }

    def read(self, request: Request, _: bytes) -> Response:
        """Answer GET /reco/{model_name}/{user_id}."""
        served = self._served(request)
        options = decode_query(query_of(request), Options)
        user_id = path_id(request, "user_id", served.loaded.user_ids, UserNotFound)
        ask = Ask(user_id=user_id, k=options.k, explain=options.explain)
        return _recommended(served, ask, on_the_fly=False)

    def on_the_fly(self, request: Request, body: bytes) -> Response:
        """Answer POST /reco/{model_name}."""
        served = self._served(request)
        options = decode_query(query_of(request), ExplainOption)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise UnsupportedMediaType
        wanted = decode_body(body, OnTheFly)
        ask = Ask(
            user_id=wanted.user_id,
            history=[Event(event.item_id, event.weight, event.timestamp) for event in wanted.history],
            features=wanted.features,
            exclude=wanted.exclude,
            only=wanted.only,
            k=wanted.k,
            explain=options.explain,
        )
        return _recommended(served, ask, on_the_fly=True)

    def similar(self, request: Request, _: bytes) -> Response:
        """Answer GET /similar/{model_name}/{item_id}."""
        served = self._served(request)
        options = decode_query(query_of(request), CountOption)
        item_id = path_id(request, "item_id", served.loaded.item_ids, ItemNotFound)
        items = served.loaded.similar(item_id, options.k)
        return json_response(SimilarItems(item_id, items, served.manifest.model, served.manifest.version), served)

    def _served(self, request: Request) -> Served[Recommender]:
        """Return the model that a path names, if the token covers it: 403 comes before any look at the model."""
        name = request.path_params["model_name"]
        context = context_of(request)
        if context.grant is None or not context.grant.allows(name):
            raise Forbidden
        if not MODEL_NAME.fullmatch(name):
            raise ModelNotFound
        return self._models.current(name, context.deadline)


def health(_request: Request, _body: bytes) -> Response:
    """Answer GET /health."""
    return json_response("I am alive")


async def call_here(handler: Handler, request: Request, body: bytes) -> Response:
    """Run a handler on the event loop: right where one request runs at a time, as in Lambda."""
    return handler(request, body)


def create_app(paths: Paths, call: Call = call_here) -> ASGIApp:
    """Return an ASGI app that answers these paths, and every error as a problem.

    Args:
        paths: what to answer.
        call: runs a handler; a server with many requests at a time runs it in a thread.
    """
    router = Router([Route(path, _Resource(methods, call)) for path, methods in paths.items()], redirect_slashes=False)
    router.default = _no_such_path

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await router(scope, receive, send)
        except Exception as error:  # every error has an answer, and none but a listed one a text
            if kind_of(error).status == 500:
                log_failure("server error", error, request_id=scope[CONTEXT].request_id)
            await problem_response(error)(scope, receive, send)

    return app


def context_of(request: Request) -> Context:
    """Return what surrounds a request."""
    context: Context = request.scope[CONTEXT]
    return context


def query_of(request: Request) -> dict[str, list[str]]:
    """Return the values of each query parameter, in order."""
    found: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        found.setdefault(name, []).append(value)
    return found


def json_response(content: object, served: Served[Any] | None = None) -> Response:
    """Return a 200 with a JSON body, for nobody to keep; an answer that a model made names its version."""
    headers = {"cache-control": "no-store", **({"x-model-version": served.manifest.version} if served else {})}
    return Response(msgspec.json.encode(content), 200, headers, "application/json")


class _Resource:
    """One path: finds the operation for the method. An instance, so that Starlette adds no HEAD of its own."""

    def __init__(self, methods: Mapping[str, Operation], call: Call) -> None:
        self._methods = methods
        self._call = call

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        operation = self._methods.get(request.method)
        if not (operation and operation.open) and context_of(request).grant is None:
            raise Unauthorized
        if operation is None:
            raise MethodNotAllowed(tuple(self._methods))
        response = await self._call(operation.handler, request, await request.body())
        await response(scope, receive, send)


async def _no_such_path(scope: Scope, _receive: Receive, _send: Send) -> None:
    raise NotFound if scope[CONTEXT].grant else Unauthorized


def path_id(request: Request, name: str, ids: IdMap, unknown: type[WarmstartError]) -> Id:
    """Read an id out of the path, which is still percent-encoded, as the type that the model's ids are of."""
    try:
        text = msgspec.convert(unquote(request.path_params[name], errors="strict"), StringId)
    except (msgspec.ValidationError, UnicodeDecodeError):
        raise Invalid(FieldError("string_pattern_mismatch", "Not an id", ("path", name))) from None
    found = id_of(ids, text)
    if found is None:
        raise unknown
    return found


def _recommended(served: Served[Recommender], ask: Ask, *, on_the_fly: bool) -> Response:
    found: Recommendation = served.loaded.recommend(ask)
    if served.manifest.personal and found.source not in ("model", "mixed"):
        metric("Fallback", 1, model=served.manifest.model)
    answer = Recommendations(
        user_id=ask.user_id,
        items=found.items,
        model=served.manifest.model,
        version=served.manifest.version,
        source=found.source,
    )
    if on_the_fly:
        answer.ignored_items = found.ignored_items
    if ask.explain:
        answer.details = [_detail(detail) for detail in found.details]
    return json_response(answer, served)


def _detail(detail: Detail) -> ItemDetail:
    shares = [Share(item_id, share) for item_id, share in detail.because]
    neighbours = UNSET if detail.neighbours is None else detail.neighbours
    because = Because(shares, detail.users, neighbours, detail.trend, dict(detail.features))
    return ItemDetail(detail.item_id, detail.score, detail.source, because)
