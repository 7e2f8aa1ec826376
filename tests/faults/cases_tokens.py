"""Who is let in, and who is not any more."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from tests.faults.ask import CANARY, Answer, ask, outcome
from tests.faults.case import Case, Seen
from tests.faults.effects import cut, drop, late, page, refused
from tests.faults.injector import Act
from tests.faults.requests import request_case
from tests.faults.world import FRONT, SOON, Headers, World
from training.token_book import add
from warmstart.tokens import TOKENS_KEY, create

BOOK = f"{FRONT}/{TOKENS_KEY}"
LONGEST_WAIT = 12.0  # seconds; the authorizer keeps its book for ten
PATHS = ("/reco/als/0", "/models", "/nothing", "/reco/nothing/0")


def _bare(world: World, path: str, headers: Headers) -> Answer:
    answer = ask(world.twin.port, "GET", path, headers)
    time.sleep(SOON)
    return answer


def _secret_in_log(world: World, headers: Headers, path: str) -> Answer:
    """Ask with headers in which SECRET stands for a good token; a log that holds it fails the case."""
    secret = world.token("all")
    mark = world.log.mark()
    sent = [(name, value.replace("SECRET", secret) if isinstance(value, str) else value) for name, value in headers]
    answer = _bare(world, path, sent)
    assert secret not in world.log.text(mark)
    return answer


BAD: dict[str, Headers] = {
    "none": [],
    "an empty header": [("Authorization", "")],
    "a scheme alone": [("Authorization", "Bearer")],
    "an empty token": [("Authorization", "Bearer ")],
    "a wrong token": [("Authorization", f"Bearer {CANARY}")],
    "a good one and a letter": [("Authorization", "Bearer SECRETx")],
    "a good one after two spaces": [("Authorization", "Bearer  SECRET")],
    "not ASCII": [("Authorization", f"Bearer {CANARY}\u00e9".encode())],
    "10 kB": [("Authorization", "Bearer " + CANARY * 1000)],
    "a good one under Basic": [("Authorization", "Basic SECRET")],
    "a good one without a scheme": [("Authorization", "SECRET")],
    "a good one, twice": [("Authorization", "Bearer SECRET"), ("Authorization", "Bearer SECRET")],
    "a good one in another header": [("X-Api-Key", "SECRET")],
}


def _cut(world: World) -> Answer:
    return _bare(world, PATHS[0], [("Authorization", f"Bearer {world.token('all')[:-1]}")])


@contextmanager
def _authorizer(world: World, timeout_s: float | None = None) -> Iterator[None]:
    """Start an authorizer that has read no tokens yet, before a gateway that remembers no policy."""
    function = world.functions(FRONT, world.folder)["authorizer"]
    with world.twin.fresh(replace(function, timeout_s=timeout_s) if timeout_s else function):
        world.twin.forget_policies()
        try:
            yield
        finally:
            world.twin.forget_policies()


def _with(world: World, secret: str, path: str = "/reco/als/0") -> str:
    return outcome(_bare(world, path, [("Authorization", f"Bearer {secret}")]), secret)


def _revoked(world: World) -> Seen:
    """Revoke a token that the gateway knows, and ask until it is refused."""
    secret, made = create(world.fresh_name(), models=["*"], plan="internal", expires_at=None)
    add(world.store(FRONT), made)
    with _authorizer(world):
        before = _with(world, secret)
        revoking = world.command("token", "revoke", made.name, prefix=FRONT)
        revoking.communicate()
        known, started = _with(world, secret), time.perf_counter()
        while True:
            world.twin.forget_policies()  # as if its minute were over
            after = _with(world, secret)
            waited = time.perf_counter() - started
            if after != "200" or waited > LONGEST_WAIT:
                break
            time.sleep(0.25)
    return Seen(f"{before}, {known} while remembered, then {after}", f"refused {waited:.1f} s after the gateway forgot")


def _expired(world: World) -> Seen:
    """Ask with a token before and after its end."""
    end = datetime.now(UTC) + timedelta(seconds=2)
    secret, made = create(world.fresh_name(), models=["*"], plan="internal", expires_at=end)
    add(world.store(FRONT), made)
    with _authorizer(world):
        before = _with(world, secret)
        time.sleep(max(0.0, (end - datetime.now(UTC)).total_seconds()))
        known = _with(world, secret)
        world.twin.forget_policies()
        return Seen(f"{before}, {known} while remembered, then {_with(world, secret)}")


def _failing(world: World, act: Act, timeout_s: float | None = None) -> Seen:
    """Ask two paths while the token book cannot be read, and again when it can."""
    secret = world.token("all")
    with _authorizer(world, timeout_s):
        with world.injector.rule(BOOK, act):
            shut = {_with(world, secret), _with(world, secret, "/models")}
            alive = outcome(_bare(world, "/health", []))
        return Seen(f"{' or '.join(sorted(shut))}, /health {alive}, then {_with(world, secret)}")


def _second_route(world: World, paths: Sequence[str]) -> Seen:
    """Ask one path after another under one remembered policy."""
    world.twin.forget_policies()
    came = [(path, outcome(_bare(world, path, [("Authorization", f"Bearer {world.token('als')}")]))) for path in paths]
    return Seen("; ".join(f"{path} {what}" for path, what in came))


ROUTES = {
    "/reco/als/0": "200",
    "/reco/popular/u1": "403 forbidden",
    "/similar/als/0": "200",
    "/models": "200",
    "/reco/nothing/0": "403 forbidden",
    "/reco/als/../popular/u1": "404 not_found",
    "/reco/als%2f..%2fpopular/u1": "403 forbidden",
    "/reco/alsx/0": "403 forbidden",
}
FAILURES: dict[str, tuple[Act, float | None]] = {
    "overload": (refused(503, "SlowDown"), None),
    "no right to read it": (refused(403, "AccessDenied"), None),
    "connections that drop": (drop, None),
    "a page for a book": (page, None),
    "half a book": (cut(honest=True), None),
    "a store later than the authorizer's time": (late(1.5), 0.7),
}


def _remembered(name: str, paths: Sequence[str]) -> Case:
    expected = "; ".join(f"{path} {ROUTES[path]}" for path in paths)
    return Case("remembered policy", name, expected, partial(_second_route, paths=paths))


CASES = [
    *(
        request_case(
            "bad tokens", f"{name}: {path}", "401 unauthorized", partial(_secret_in_log, headers=sent, path=path)
        )
        for path in PATHS
        for name, sent in BAD.items()
        if path == PATHS[0] or name in {"none", "a wrong token"}
    ),
    request_case("bad tokens", "a good one without its last letter", "401 unauthorized", _cut),
    Case("tokens of yesterday", "revoked", "200, 200 while remembered, then 401 unauthorized", _revoked, slow=True),
    Case("tokens of yesterday", "expired", "200, 200 while remembered, then 401 unauthorized", _expired),
    *(
        Case(
            "authorizer fails",
            name,
            "500 server_error, /health 200, then 200",
            partial(_failing, act=act, timeout_s=limit),
        )
        for name, (act, limit) in FAILURES.items()
    ),
    _remembered("what it covers, then what it does not", [*ROUTES]),
    _remembered("what it does not cover, then what it does", [*reversed(ROUTES)]),
]
