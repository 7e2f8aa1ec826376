"""Whom a job tells how it goes."""

from typing import Protocol


def one_line(text: str) -> str:
    """Return a text as one line that steers no terminal, whatever line breaks and control characters it holds."""
    return "".join(c if c.isprintable() else "?" for c in " ".join(text.split()))


class Voice(Protocol):
    """The command's console, or a job's log."""

    def progress(self, text: str) -> None:
        """Say what is going on."""
        ...

    def warn(self, text: str) -> None:
        """Say what should be known and stops nothing."""
        ...


class Log:
    """Says everything on stdout, which AWS puts into CloudWatch line by line."""

    def progress(self, text: str) -> None:
        """Say what is going on."""
        print(text, flush=True)

    def warn(self, text: str) -> None:
        """Say what should be known and stops nothing."""
        self.progress(f"warning: {text}")
