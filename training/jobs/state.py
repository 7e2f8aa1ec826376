"""How far a job is, whatever runs it."""

from typing import ClassVar, Literal, NamedTuple, Protocol

End = Literal["well", "badly", "stopped"]


class State(NamedTuple):
    """How far a job is."""

    steps: tuple[tuple[str, str], ...]  # each step that it has come to, and what AWS says of it
    failure: str | None
    started: int  # milliseconds since 1970
    end: End | None  # None: more comes
    outcome: str  # the name under which it leaves what became of it


class Jobs(Protocol):
    """The jobs of a service."""

    service: ClassVar[str]
    stopped: ClassVar[str]  # what a stopped job has left, and what goes on

    def state(self, name: str) -> State:
        """Describe a job; StageError where there is none of this name."""
        ...

    def stop(self, name: str) -> None:
        """Ask a job to stop."""
        ...

    def streams(self, name: str) -> str:
        """Return what the names of its log streams begin with."""
        ...
