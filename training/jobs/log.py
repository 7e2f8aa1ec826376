"""What a job says, line by line."""


class Log:
    """Says everything on stdout, which AWS puts into CloudWatch line by line."""

    def progress(self, text: str) -> None:
        """Say what is going on."""
        print(text, flush=True)

    def warn(self, text: str) -> None:
        """Say what should be known and stops nothing."""
        self.progress(f"warning: {text}")
