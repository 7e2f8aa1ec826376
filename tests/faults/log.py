"""What the functions and the gateway say, kept to be looked at."""

import json
from asyncio import StreamReader
from collections.abc import Iterator
from typing import Any

BIGGEST_LINE = 2**16


class Log:
    """Every line with who said it; metrics are lines too."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    async def relay(self, stream: StreamReader, name: str, _count: object = None) -> None:
        """Keep the lines of a function's process."""
        tail = b""
        while chunk := await stream.read(BIGGEST_LINE):
            *lines, tail = (tail + chunk).split(b"\n")
            for line in lines:
                self.say(name, line.decode(errors="replace"))
        if tail:
            self.say(name, tail.decode(errors="replace"))

    def say(self, name: str, text: str) -> None:
        """Keep one line."""
        self.lines.append((name, text))

    def mark(self) -> int:
        """Return where the next line will stand."""
        return len(self.lines)

    def text(self, since: int = 0) -> str:
        """Return all that was said since."""
        return "\n".join(text for _, text in self.lines[since:])

    def entries(self, since: int = 0) -> Iterator[dict[str, Any]]:
        """Return the lines that are objects, metrics among them."""
        for _, text in self.lines[since:]:
            try:
                value = json.loads(text)
            except ValueError:
                continue
            if isinstance(value, dict):
                yield value

    def failures(self, since: int) -> list[str]:
        """Return the kinds of error for which a refresh failed, each once."""
        said = [entry["error"] for entry in self.entries(since) if entry.get("message") == "refresh failed"]
        return [*dict.fromkeys(said)]

    def details(self, since: int) -> str:
        """Return what the log says of failed refreshes, in words."""
        return "; ".join(str(entry["detail"]) for entry in self.entries(since) if "detail" in entry)

    def counted(self, metric: str, since: int) -> bool:
        """Return whether a metric was written."""
        return any("_aws" in entry and metric in entry for entry in self.entries(since))
