"""What an API may answer for one user, and what is wrong with everything else."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from warmstart.ids import Id
from warmstart.manifest import VERSION
from warmstart.schemas import AnyId

K = 10  # items, as many as an API gives unless asked for another number


class Question(NamedTuple):
    """Whom to ask for, and what an answer must hold."""

    user_id: Id
    item_kind: type  # int or str, as in the training table
    at_least: int  # items: K, or all that are unseen where a small catalogue has fewer


class Answer(msgspec.Struct, frozen=True):
    """An answer of the course's shape; ours adds the version."""

    user_id: AnyId
    items: list[AnyId]
    version: Any = None

    @property
    def version_name(self) -> str | None:
        """Return the version that answered, where it says so in our words."""
        named = isinstance(self.version, str) and VERSION.fullmatch(self.version)
        return self.version if named else None


@dataclass(frozen=True)
class Failure:
    """No answer, or none that counts."""

    kind: str  # one of a few words of ours: nothing that the API sent stands in it
    again: bool = False  # whether another attempt may help
    retry_after: float | None = None  # seconds, where the API says

    @property
    def throttled(self) -> bool:
        """Whether the API wants to be asked more slowly."""
        return self.kind == "status 429"


def read_answer(body: bytes, question: Question | None = None) -> Answer | Failure:
    """Parse an answer and hold it against its question, if there is one."""
    try:
        answer = msgspec.json.decode(body, type=Answer)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Failure("not an answer")
    fault = _fault(answer, question) if question else None
    return Failure(fault) if fault else answer


def _fault(answer: Answer, question: Question) -> str | None:
    if answer.user_id != question.user_id:
        return "another user's answer"
    if not all(isinstance(item, question.item_kind) for item in answer.items):
        return "ids of another type"
    if len(set(answer.items)) < len(answer.items):
        return "an item twice"
    if len(answer.items) > K:
        return "too many items"
    return "too few items" if len(answer.items) < question.at_least else None
