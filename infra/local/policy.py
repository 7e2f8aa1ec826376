"""Does an IAM policy document allow a call: Deny wins, and what is not allowed is not allowed."""

import re
from dataclasses import dataclass
from typing import Any

INVOKE = "execute-api:Invoke"


class MalformedPolicy(ValueError):
    """A document that API Gateway would not take, or one that says more than is understood here."""


@dataclass(frozen=True)
class _Statement:
    allow: bool
    actions: re.Pattern[str]
    resources: re.Pattern[str]


class Policy:
    """A policy document, read."""

    def __init__(self, document: object) -> None:
        if not isinstance(document, dict) or document.keys() - {"Version", "Id", "Statement"}:
            raise MalformedPolicy("not a policy document")
        statements = document.get("Statement")
        if isinstance(statements, dict):
            statements = [statements]
        if not isinstance(statements, list) or not statements:
            raise MalformedPolicy("no statement")
        self._statements = [_statement(entry) for entry in statements]

    def allows(self, arn: str) -> bool:
        """Whether this call may be made."""
        verdicts = [
            statement.allow
            for statement in self._statements
            if statement.actions.fullmatch(INVOKE) and statement.resources.fullmatch(arn)
        ]
        return bool(verdicts) and all(verdicts)


def _statement(entry: Any) -> _Statement:
    if not isinstance(entry, dict) or entry.keys() - {"Sid"} != {"Effect", "Action", "Resource"}:
        raise MalformedPolicy("a statement needs Effect, Action and Resource, and nothing more is understood")
    if entry["Effect"] not in ("Allow", "Deny"):
        raise MalformedPolicy("an effect is Allow or Deny")
    return _Statement(
        allow=entry["Effect"] == "Allow",
        actions=_pattern(entry["Action"], re.IGNORECASE),
        resources=_pattern(entry["Resource"]),
    )


def _pattern(value: object, flags: int = 0) -> re.Pattern[str]:
    """One expression for a name or a list of them; * and ? also stand for slashes."""
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise MalformedPolicy("actions and resources are names")
    wild = {r"\*": ".*", r"\?": "."}
    return re.compile(
        "|".join(re.sub(r"\\[*?]", lambda star: wild[star[0]], re.escape(name)) for name in names), flags | re.DOTALL
    )
