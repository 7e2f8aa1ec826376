"""IAM policies are read as IAM reads them, as far as they are understood."""

from typing import Any

import pytest

from infra.local.policy import MalformedPolicy, Policy

ARN = "arn:aws:execute-api:us-east-1:123456789012:local/local/GET/reco/als/1"


def statement(resource: Any, effect: str = "Allow", action: Any = "execute-api:Invoke") -> dict[str, Any]:
    """One statement."""
    return {"Effect": effect, "Action": action, "Resource": resource}


def policy(*statements: dict[str, Any]) -> Policy:
    """A policy of these statements."""
    return Policy({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.mark.parametrize(
    ("resource", "allowed"),
    [
        ("*", True),
        (ARN, True),
        (ARN[:-1], False),
        ("arn:aws:execute-api:*:*:*/*/GET/reco/als/*", True),
        ("arn:aws:execute-api:*:*:*/*/*/reco/als*", True),
        ("arn:aws:execute-api:*:*:*/*/POST/*", False),
        ("arn:aws:execute-api:*:*:*/*/GET/reco/a?s/?", True),
        ("arn:aws:execute-api:*:*:*/*/GET/reco/??/?", False),
        ("arn:aws:execute-api:*:*:*/*/GET/reco/ALS/*", False),
        ("arn:aws:execute.api:*", False),
        ([], None),
        (["arn:x", "*/reco/als/1"], True),
    ],
)
def test_resources_match_with_wildcards(resource: Any, allowed: bool | None) -> None:
    """A star spans slashes, a question mark is one character, nothing else is special."""
    if allowed is None:
        with pytest.raises(MalformedPolicy):
            policy(statement(resource))
    else:
        assert policy(statement(resource)).allows(ARN) is allowed


@pytest.mark.parametrize(
    ("action", "allowed"),
    [("execute-api:*", True), ("*", True), ("EXECUTE-API:invoke", True), ("s3:*", False), (["s3:Get", "*"], True)],
)
def test_only_invoking_counts(action: Any, allowed: bool) -> None:
    """A right to something else is none to call."""
    assert policy(statement("*", action=action)).allows(ARN) is allowed


def test_deny_wins() -> None:
    """In whatever order the statements stand."""
    allow, deny = statement("*"), statement("*/reco/als/*", effect="Deny")
    assert not policy(allow, deny).allows(ARN)
    assert not policy(deny, allow).allows(ARN)
    assert policy(deny, allow).allows(ARN.replace("als", "bpr"))


def test_one_statement_needs_no_list() -> None:
    """As IAM has it."""
    assert Policy({"Statement": statement("*")}).allows(ARN)


@pytest.mark.parametrize(
    "document",
    [
        None,
        "allow",
        {},
        {"Statement": []},
        {"Statement": ["*"]},
        {"Statement": [{"Effect": "Allow", "Action": "*"}]},
        {"Statement": [statement("*", effect="allow")]},
        {"Statement": [statement(7)]},
        {"Statement": [{**statement("*"), "Condition": {}}]},
        {"Statement": [{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}]},
        {"Statement": [statement("*")], "Else": 1},
    ],
)
def test_what_is_not_understood_allows_nothing(document: Any) -> None:
    """A condition that nobody checks must not become a right."""
    with pytest.raises(MalformedPolicy):
        Policy(document)
