"""What the runtime's tests share: a folder and a real HTTP S3 for stores, versions in them, a function over one."""

import itertools
import logging
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tests.layers.artifacts import DotScorer, OddScorer, Spec, promote_new, publish_draft
from tests.layers.gateway import MODELS, ODD, SPEC, Ask, asking
from tests.layers.item_searches import FIRST, LARGEST, TOGETHER
from tests.layers.places import Place
from tests.layers.serving import serve
from warmstart import inner_product, live
from warmstart.adapter import Handler
from warmstart.store import Store

BUCKET = "stage"


@pytest.fixture(scope="session", autouse=True)
def credentials() -> Iterator[None]:
    """An environment as Lambda's, with keys that open nothing: no test looks for real ones."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
            patch.delenv(name, raising=False)
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        patch.setenv("AWS_REGION", "us-east-1")
        yield


@pytest.fixture(scope="session")
def s3_endpoint(credentials: None) -> Iterator[str]:
    """A server that speaks S3 over HTTP, conditional writes included, and one bucket in it."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    boto3.client("s3", endpoint_url=f"http://{host}:{port}", region_name="us-east-1").create_bucket(Bucket=BUCKET)
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def prefixes() -> Iterator[int]:
    """Numbers for prefixes, so that no two tests share one."""
    return itertools.count()


@pytest.fixture
def folder(tmp_path: Path) -> Place:
    """A store in a folder."""
    return Place(f"file://{tmp_path / 'store'}")


@pytest.fixture
def bucket(s3_endpoint: str, prefixes: Iterator[int]) -> Place:
    """A store under a prefix of its own in S3."""
    return Place(f"s3://{BUCKET}/stage-{next(prefixes)}", s3_endpoint)


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest) -> Place:
    """A store, once in a folder and once in S3."""
    found: Place = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def store(place: Place) -> Store:
    """An open store, once in a folder and once in S3."""
    return place.open()


@pytest.fixture
def two(store: Store, tmp_path: Path) -> tuple[str, str]:
    """Two committed versions."""
    first, second = (publish_draft(store, tmp_path, Spec(upward=upward)).version for upward in (True, False))
    return first, second


@pytest.fixture
def version(store: Store, tmp_path: Path) -> str:
    """A committed version that nobody names."""
    return publish_draft(store, tmp_path, Spec(created_at="2026-01-01T00:00:00+00:00")).version


@pytest.fixture
def environment(folder: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """What a function is told: three models, of which one has no version yet."""
    monkeypatch.setenv("WARMSTART_STORE", folder.url)
    monkeypatch.setenv("WARMSTART_MODELS", MODELS)
    monkeypatch.setenv("WARMSTART_PRELOAD", "als,knn")
    monkeypatch.setenv("WARMSTART_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("WARMSTART_REFRESH_SECONDS", "0")
    monkeypatch.setattr(live, "RETRY_SECONDS", 0.0)
    return folder


@pytest.fixture
def handler(environment: Place, tmp_path: Path) -> Handler:
    """The function, started."""
    for spec in (SPEC, ODD):
        promote_new(environment.open(), tmp_path, spec)
    return serve(DotScorer, OddScorer)


@pytest.fixture
def ask(handler: Handler) -> Ask:
    """Send a request as the gateway does, with a token for all models unless said."""
    return asking(handler)


@pytest.fixture(scope="module")
def small_blocks() -> Iterator[None]:
    """Make the blocks of a search so small that a few items fill several of them."""
    with pytest.MonkeyPatch.context() as patch:
        for name, size in (("FIRST", FIRST), ("LARGEST", LARGEST), ("TOGETHER", TOGETHER)):
            patch.setattr(inner_product, name, size)
        yield
