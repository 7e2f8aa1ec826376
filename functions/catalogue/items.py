"""The catalogue's own calls: items, users, and what a user has had."""

import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from functions.catalogue.catalogue import Catalogue
from functions.catalogue.schemas import (
    HistoryQuery,
    Items,
    ItemsQuery,
    UserHistory,
    Users,
    UsersQuery,
)
from warmstart.api import Operation, Paths, Provider, context_of, json_response, path_id, query_of
from warmstart.errors import FieldError, Forbidden, Invalid, ModelUnavailable, UserNotFound
from warmstart.live import Served
from warmstart.manifest import CATALOGUE
from warmstart.schemas import decode_query


class CatalogueApi:
    """What is answered from the published catalogue."""

    def __init__(self, catalogues: Provider[Catalogue]) -> None:
        self._catalogues = catalogues

    def paths(self) -> Paths:
        """Return these calls: path, method, operation."""
        errors = (Forbidden, Invalid, ModelUnavailable)
        items = Operation(self.items, "Find items, or describe some", Items, query=ItemsQuery, errors=errors)
        users = Operation(self.users, "Draw some users", Users, query=UsersQuery, errors=errors)
        history = Operation(
            self.history,
            "Tell what a user has had",
            UserHistory,
            query=HistoryQuery,
            errors=(*errors, UserNotFound),
        )
        return {
            "/items": {"GET": items},
            "/users": {"GET": users},
            "/users/{user_id}/history": {"GET": history},
        }

    def items(self, request: Request, _: bytes) -> Response:
        """Answer GET /items."""
        served = self._served(request)
        wanted = decode_query(query_of(request), ItemsQuery)
        if wanted.query and wanted.ids:
            raise Invalid(FieldError("ids_with_query", "Either a query or ids, not both", ("query", "ids")))
        catalogue = served.loaded
        if wanted.ids:
            rows, part = catalogue.rows(wanted.ids), slice(0, len(wanted.ids))
        else:
            rows, part = catalogue.find(wanted.query), slice(wanted.offset, wanted.offset + wanted.limit)
        answer = Items(
            catalogue.items(rows[part]),
            len(rows),
            part.stop if part.stop < len(rows) else None,
            served.manifest.version,
        )
        return json_response(answer, served)

    def users(self, request: Request, _: bytes) -> Response:
        """Answer GET /users."""
        served = self._served(request)
        wanted = decode_query(query_of(request), UsersQuery)
        catalogue = served.loaded
        users = catalogue.some_users(wanted.limit, np.random.default_rng())
        answer = Users(users, catalogue.users_with_history, catalogue.people.values, served.manifest.version)
        return json_response(answer, served)

    def history(self, request: Request, _: bytes) -> Response:
        """Answer GET /users/{user_id}/history."""
        served = self._served(request)
        wanted = decode_query(query_of(request), HistoryQuery)
        catalogue = served.loaded
        user_id = path_id(request, "user_id", catalogue.user_ids, UserNotFound)
        user = catalogue.user_row(user_id)
        total, stop = catalogue.seen_count(user), wanted.offset + wanted.limit
        answer = UserHistory(
            user_id,
            catalogue.known_of(user),
            catalogue.history(user, wanted.offset, wanted.limit),
            total,
            stop if stop < total else None,
            served.manifest.version,
        )
        return json_response(answer, served)

    def _served(self, request: Request) -> Served[Catalogue]:
        """Return the catalogue, if the token covers it: 403 comes before any look at it."""
        context = context_of(request)
        if context.grant is None or not context.grant.allows(CATALOGUE):
            raise Forbidden
        return self._catalogues.current(CATALOGUE, context.deadline)
