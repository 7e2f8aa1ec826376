"""A voice that remembers."""

from dataclasses import dataclass, field


@dataclass
class Heard:
    """Keeps what it was told."""

    lines: list[str] = field(default_factory=list)

    def progress(self, text: str) -> None:
        """Keep it."""
        self.lines.append(text)

    def warn(self, text: str) -> None:
        """Keep it, too."""
        self.lines.append(f"warning: {text}")
