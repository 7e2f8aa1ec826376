"""Where tests keep their stores: a folder, or a bucket of a real HTTP server."""

from pathlib import Path
from typing import NamedTuple

from warmstart.settings import Settings
from warmstart.store import Patience, Store, open_store

QUICK = Patience(request=5, retries=1, retry_for=1)


class Place(NamedTuple):
    """A store's URL, and the server that plays S3 for it."""

    url: str
    endpoint: str | None = None

    def open(self) -> Store:
        """A store of its own, as another process would have it."""
        return open_store(self.url, endpoint=self.endpoint, patience=QUICK)

    def folder(self) -> Path:
        """Where the files of a file:// store lie."""
        return Path(self.url.removeprefix("file://"))

    def settings(
        self,
        cache: Path,
        *models: str,
        memory: int = 2**30,
        disk: int = 2**30,
        refresh: float = 0,
        preload: tuple[str, ...] = (),
    ) -> Settings:
        """A function's settings for this store; by default each request looks at the alias."""
        return Settings(
            store=self.url,
            endpoint=self.endpoint,
            models=models or ("als",),
            preload=preload,
            alias="champion",
            cache=cache,
            refresh_seconds=refresh,
            memory_bytes=memory,
            disk_bytes=disk,
        )
