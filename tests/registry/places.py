"""Where the machine keeps its stores, and how they are looked into without the code under test."""

import itertools
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from tests.layers.places import Place

BUCKET = "soak"
Kind = str  # "file" or "s3"
Files = dict[str, bytes]
_numbers = itertools.count()


class Ground(NamedTuple):
    """A fresh store, and what lies in it: read past the code under test."""

    place: Place
    look: Callable[[], Files]
    age: Callable[[timedelta], None]  # let time go by: all that lies there was written that much earlier


Grounds = Callable[[], Ground]  # each call gives a store that nobody has used


@contextmanager
def grounds(kind: Kind, folder: Path) -> Iterator[Grounds]:
    """Give stores in a folder, or in a server that speaks S3 over HTTP."""
    if kind == "file":
        yield lambda: _folder(folder / f"store-{next(_numbers)}")
        return
    with s3_server() as endpoint:
        yield lambda: _bucket(f"stage-{next(_numbers)}", endpoint)


@contextmanager
def s3_server() -> Iterator[str]:
    """Serve S3 in this process, with keys that open nothing else."""
    import boto3
    from moto.server import ThreadedMotoServer

    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        os.environ.pop(name, None)
    os.environ.update(AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing", AWS_REGION="us-east-1")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    boto3.client("s3", endpoint_url=f"http://{host}:{port}", region_name="us-east-1").create_bucket(Bucket=BUCKET)
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def _folder(folder: Path) -> Ground:
    def look() -> Files:
        root = folder / "models"
        return {str(path.relative_to(folder)): path.read_bytes() for path in root.rglob("*") if path.is_file()}

    def age(by: timedelta) -> None:
        for path in (folder / "models").rglob("*"):
            written = path.stat().st_mtime - by.total_seconds()
            os.utime(path, (written, written))

    return Ground(Place(f"file://{folder}"), look, age)


def _bucket(prefix: str, endpoint: str) -> Ground:
    from moto.s3.models import s3_backends

    def keys() -> dict[str, Any]:
        (backend,) = (b for account in s3_backends.values() for b in account.values() if BUCKET in b.buckets)
        found = backend.buckets[BUCKET].keys
        return {name.removeprefix(f"{prefix}/"): key for name, key in found.items() if name.startswith(prefix + "/")}

    def look() -> Files:
        return {name: key.value for name, key in keys().items()}

    def age(by: timedelta) -> None:
        for key in keys().values():
            key.last_modified -= by

    return Ground(Place(f"s3://{BUCKET}/{prefix}", endpoint), look, age)
