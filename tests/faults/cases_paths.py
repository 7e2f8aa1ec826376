"""Paths, headers and events that are nearly or not at all what the API answers."""

from tests.faults.ask import CANARY
from tests.faults.case import Case
from tests.faults.requests import RECO, cases, event, gateway_event, get, request_case

NAMES = {
    "a folder above": "..%2f",
    "a folder above, encoded twice": "%252e%252e%252f",
    "dots": "..",
    "an absolute path": "%2fetc%2fpasswd",
    "another store": "s3:%2f%2fbucket",
    "a fragment": "%23",
    "a query inside": "als%3fx=1",
    "300 characters": "a" * 300,
    "a Cyrillic twin of als": "%D0%B0ls",
    "a full-width twin of als": "%EF%BD%81%EF%BD%8C%EF%BD%93",
    "capitals": "ALS",
    "NUL inside": "als%00",
    "a space behind": "als%20",
}
PATHS = {
    "a slash behind a user": "/reco/als/0/",
    "two slashes": "/reco//als/0",
    "a slash before": "//reco/als/0",
    "capitals": "/RECO/als/0",
    "no user": "/reco/als/",
    "a path below": "/reco/als/0/items",
}
HOSTS: dict[str, str | bytes] = {
    "not there": "",
    "a bracket": "[",
    "a port of eight digits": "localhost:99999999",
    "300 characters": "h" * 300,
    "spaces": "a b",
    "not ASCII": b"\xff\xfe",
}
CONTEXT = gateway_event()["requestContext"]


def named(path: str) -> list[Case]:
    """Return a case for each bad name of a model in a path; the store must not be asked for any model."""
    return [
        request_case(
            "names of models",
            f"{path.replace('?', 'MODEL')}: {name}",
            "404 model_not_found",
            get(path.replace("?", text)),
            reads="/models/",
        )
        for name, text in NAMES.items()
    ]


CASES = [
    *named("/reco/?/0"),
    *named("/similar/?/0"),
    *cases("nearly a path", "404 not_found", [(name, get(path)) for name, path in PATHS.items() if name != "no user"]),
    *cases(
        "nearly a path",
        "405 method_not_allowed",
        [
            *(
                (f"{method} of a user", get(f"{RECO}/0", method=method))
                for method in ("POST", "PUT", "DELETE", "PATCH")
            ),
            ("GET of what is posted to", get(RECO)),
            ("OPTIONS of the models", get("/models", method="OPTIONS")),
        ],
    ),
    *cases("nearly a path", "403 forbidden", [("a method that HTTP lacks", get(f"{RECO}/0", method="BREW"))]),
    *cases(
        "nearly a path",
        "401 unauthorized",
        [
            (f"{path}, in another way and without a token", get(path, [("Authorization", "")]))
            for path in ("/reco/als/0/", "//reco/als/0", "/Models", "/models/", "/health/")
        ],
    ),
    *cases(
        "headers",
        "200",
        [
            *((f"Host: {name}", get(f"{RECO}/0", [("Host", value)])) for name, value in HOSTS.items()),
            *(
                (f"X-Forwarded-Port: {port}", get(f"{RECO}/0", [("X-Forwarded-Port", port)]))
                for port in ("x", "-1", "443, 80")
            ),
            ("X-Forwarded-Proto: gopher", get(f"{RECO}/0", [("X-Forwarded-Proto", "gopher")])),
            ("a header that is null", event(gateway_event(headers={"host": None, "X-Forwarded-Port": None}))),
            ("headers that are null", event(gateway_event(headers=None, multiValueHeaders=None))),
            ("headers that are a list", event(gateway_event(headers=["host"]))),
            ("a Host with a port that is none", event(gateway_event(headers={"Host": f"x:{CANARY}"}))),
        ],
    ),
    *cases(
        "events",
        "400 bad_request",
        [
            ("an empty one", event({})),
            ("null", event(None)),
            ("a list", event([1])),
            ("text", event(CANARY)),
            ("a schedule", event({"source": "aws.events", "detail-type": "Scheduled Event", "detail": {"x": CANARY}})),
            ("a queue", event({"Records": [{"messageId": "1", "body": CANARY, "eventSource": "aws:sqs"}]})),
            (
                "an HTTP API's",
                event({"version": "2.0", "rawPath": f"/{CANARY}", "requestContext": {"http": {"method": "GET"}}}),
            ),
            ("a path that is a number", event(gateway_event(path=7))),
            ("a method that is null", event(gateway_event(httpMethod=None))),
            ("a path of 10,000 characters", event(gateway_event(path=f"{RECO}/{CANARY * 1000}"))),
            ("to the catalogue, a queue", event({"Records": []}, "catalogue")),
        ],
    ),
    *cases("events", "204", [("one that keeps warm", event({"source": "warmstart.warmup"}))]),
    *cases(
        "no authorizer",
        "401 unauthorized",
        [
            (name, event(gateway_event(requestContext={**CONTEXT, "authorizer": said})))
            for name, said in (
                ("no context", None),
                ("an empty one", {}),
                ("one without models", {"token": "t", "plan": "free"}),
                ("one with no models", {"token": "t", "models": ""}),
                ("one whose models are a list", {"token": "t", "models": ["*"]}),
                ("text", "*"),
            )
        ],
    ),
    *cases(
        "no authorizer",
        "401 unauthorized",
        [
            (
                "no context, to a path that is not there",
                event({**gateway_event(path="/nothing"), "requestContext": {}}),
            ),
            (
                "no context, to the catalogue",
                event({**gateway_event(path="/models"), "requestContext": {}}, "catalogue"),
            ),
        ],
    ),
]
