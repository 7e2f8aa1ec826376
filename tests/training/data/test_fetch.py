"""Public data sets: verified, whole, and once."""

import hashlib
import io
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from training.data.fetch import fetch
from training.data.sources import SOURCES, Source
from training.data.wheel import u_data, u_item, u_user
from warmstart.errors import DataError

DATA = b"1\t2\t3\t4\n"
Serve = Callable[[bytes], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve bytes over HTTP on this machine; empty bytes are a 404."""
    servers = []

    def start(content: bytes) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200 if content else 404)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class names it so
                pass

        servers.append(HTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].serve_forever, args=(0.01,), daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}/set.zip"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def archive(**members: bytes) -> bytes:
    """Make a zip archive of one folder."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(f"set/{name}", content)
    return buffer.getvalue()


def source(
    url: str, sha256: str = hashlib.sha256(DATA).hexdigest(), *, limit: int = 1000, wheel: bool = False
) -> Source:
    """Describe a data set of one file."""
    return Source("set", url, {"set/data": sha256}, limit=limit, in_wheel=wheel)


def test_a_verified_archive_is_put_in_place_once(tmp_path: Path, serve: Serve) -> None:
    """The first fetch downloads, the second finds everything there."""
    found = source(serve(archive(data=DATA, other=b"x")))
    to, said = tmp_path / "deep" / "set", list[str]()
    assert fetch(found, to, said.append).origin == "official"
    assert [(path.name, path.read_bytes()) for path in to.iterdir()] == [("data", DATA)]
    assert fetch(found, to, said.append).origin == "already there"
    assert said == ["set.zip: 0 MiB"]


@pytest.mark.parametrize(
    ("content", "limit", "message"),
    [
        (archive(data=b"other"), 1000, "data is not what was asked for"),
        (archive(data=b"x" * 5000), 1000, "over the limit of 1000"),
        (archive(nothing=DATA), 1000, r"set\.zip holds no set/data"),
        (b"<html>sign in</html>", 1000, "not a zip archive"),
        (b"x" * 2000, 1000, "sends more than 1000 bytes"),
        (b"", 1000, r"cannot be reached \(status 404\)"),
    ],
)
def test_a_wrong_archive_leaves_nothing(tmp_path: Path, serve: Serve, content: bytes, limit: int, message: str) -> None:
    """Whatever is wrong with an answer, no file of it stays behind."""
    with pytest.raises(DataError, match=message):
        fetch(source(serve(content), limit=limit), tmp_path / "set", lambda _: None)
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_and_differs_is_left_alone(tmp_path: Path, serve: Serve) -> None:
    """A folder with other content is neither taken for the data set nor written over."""
    (tmp_path / "data").write_bytes(b"mine")
    with pytest.raises(DataError, match=r"exists and is not set \(data differs\)"):
        fetch(source(serve(archive(data=DATA))), tmp_path, lambda _: None)
    assert (tmp_path / "data").read_bytes() == b"mine"


def test_without_a_known_checksum_one_must_be_said(tmp_path: Path, serve: Serve) -> None:
    """No checksum is made up: the caller's is compared with the archive."""
    content = archive(data=DATA)
    found = source(serve(content), "")
    with pytest.raises(
        DataError, match=r"no checksum of set is known: download http.* once, run sha256sum on it, compare .* --sha256$"
    ):
        fetch(found, tmp_path / "set", lambda _: None)
    with pytest.raises(DataError, match=r"set\.zip is not what was asked for"):
        fetch(found, tmp_path / "set", lambda _: None, "0" * 64)
    fetch(found, tmp_path / "set", lambda _: None, hashlib.sha256(content).hexdigest().upper())
    assert (tmp_path / "set" / "data").read_bytes() == DATA


def test_without_a_known_checksum_what_is_there_is_not_vouched_for(tmp_path: Path, serve: Serve) -> None:
    """Files that cannot be told from the data set are left alone, and that is said."""
    (tmp_path / "data").write_bytes(b"mine")
    assert fetch(source(serve(b""), ""), tmp_path, lambda _: None).origin == "unverified"


def test_a_false_wheel_is_refused(tmp_path: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wheel's tables are verified too, and it is pip that finds it."""
    links = tmp_path / "links"
    links.mkdir()
    with zipfile.ZipFile(links / "recbole-1.2.1-py3-none-any.whl", "w") as wheel:
        wheel.writestr("recbole/dataset_example/ml-100k/ml-100k.inter", "user_id:token\n1\n")
        wheel.writestr(
            "recbole-1.2.1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr("recbole-1.2.1.dist-info/METADATA", "Metadata-Version: 2.1\nName: recbole\nVersion: 1.2.1\n")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(links))
    with pytest.raises(DataError, match=r"ml-100k\.inter is not what was asked for"):
        fetch(source(serve(b""), wheel=True), tmp_path / "set", lambda _: None)
    assert not (tmp_path / "set").exists()


def test_without_pip_the_way_out_is_said(tmp_path: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Python without pip is told apart from a registry that does not answer."""
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho 'python: No module named pip' >&2\nexit 1\n")
    python.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(python))
    with pytest.raises(DataError, match=r"this Python has no pip \(python -m ensurepip\)"):
        fetch(source(serve(b""), wheel=True), tmp_path / "set", lambda _: None)


def test_the_wheels_tables_become_the_official_ones() -> None:
    """Headers go, tabs become bars, years return into titles and genres become flags."""
    assert u_data(b"user_id:token\titem_id:token\n1\t2\t3\t4\n") == b"1\t2\t3\t4\n"
    assert u_user(b"user_id:token\tage:token\n1\t24\tM\n") == b"1|24|M\n"
    header = "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n"
    items = f"{header}1\tAm\u00e9lie\t2001\tComedy Romance\n267\tunkonwn\tunkonwn\tunknown\n"
    first, second = u_item(items.encode()).decode("latin-1").splitlines()
    assert first == "1|Am\u00e9lie (2001)||||0|0|0|0|0|1|0|0|0|0|0|0|0|0|1|0|0|0|0"
    assert second.startswith("267|unknown||||1|0")


@pytest.mark.slow
def test_the_real_wheel_gives_the_official_ratings(tmp_path: Path, serve: Serve) -> None:
    """Where a registry can be reached, the wheel's ratings and users are the official bytes."""
    real = SOURCES["movielens-100k"]
    unreachable = Source(real.name, serve(b""), real.files, in_wheel=True, also=real.also)
    try:
        fetch(unreachable, tmp_path / "set", lambda _: None)
    except DataError as error:
        if "pip cannot download" in str(error):
            pytest.skip("no package registry can be reached")
        raise
    assert fetch(real, tmp_path / "set", lambda _: None).origin == "already there"
