"""pip-audit and npm themselves, asked of a database on this machine that knows of one vulnerability, or is broken."""

import gzip
import json
import os
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from infra.supply.known import PIP_AUDIT, Package, Vulnerability, ask_npm, ask_pypi
from infra.supply.pins import Pin

REQUIRED = os.environ.get("WARMSTART_AUDIT") == "required"
PINS = [Pin("idna", "3.4", ()), Pin("idna", "3.20", ()), Pin("numpy", "1.26.4", ())]
OSV = {
    "id": "GHSA-jjg7-2v4v-x38h",
    "aliases": ["CVE-2024-3651"],
    "published": "2024-04-11T00:00:00Z",
    "modified": "2024-04-11T00:00:00Z",
    "summary": "Slow on some inputs",
    "affected": [
        {
            "package": {"name": "idna", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.7"}]}],
        }
    ],
}
ADVISORY = {
    "id": 1,
    "url": "https://github.com/advisories/GHSA-aaaa-bbbb-cccc",
    "title": "Slow on some inputs",
    "severity": "high",
    "vulnerable_versions": "<2.0.0",
}


class Database(BaseHTTPRequestHandler):
    """Answers as OSV and as npm's registry do, of one version of one package each."""

    def do_POST(self) -> None:
        """Say what is known of what the body names."""
        body = self.rfile.read(int(self.headers["content-length"]))
        asked = json.loads(gzip.decompress(body) if self.headers["content-encoding"] == "gzip" else body)
        if "package" in asked:
            known = (asked["package"]["name"], asked["version"]) == ("idna", "3.4")
            self._answer(200, {"vulns": [OSV]} if known else {})
        else:
            self._answer(200, {"preact": [ADVISORY]} if "1.0.0" in asked.get("preact", ()) else {})

    def do_GET(self) -> None:
        """Hold no package."""
        self._answer(404, {"error": "not found"})

    def log_message(self, *_: object) -> None:
        """Print nothing."""

    def _answer(self, status: int, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """Yield its URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Database)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def pip_audit() -> None:
    """Skip where it is not installed; fail where it must be."""
    if not PIP_AUDIT.exists():
        (pytest.fail if REQUIRED else pytest.skip)("no .venv-audit; with it: make setup-audit")


@pytest.fixture
def npm() -> None:
    """Skip where there is none; fail where there must be."""
    if shutil.which("npm") is None:
        (pytest.fail if REQUIRED else pytest.skip)("no npm: apt-get install nodejs npm")


@pytest.mark.usefixtures("pip_audit")
def test_pip_audit_finds_what_is_known(database: str) -> None:
    """Of two versions of a package the vulnerable one is named, with all its names and where it is mended."""
    answer = ask_pypi(PINS, "--vulnerability-service=osv", f"--osv-url={database}")
    assert answer.unasked == {}
    (found,) = answer.known
    assert (found.package, found.remedy) == (Package("idna", "3.4"), "mended in 3.7")
    assert set(found.names) == {"GHSA-jjg7-2v4v-x38h", "CVE-2024-3651"}


@pytest.mark.usefixtures("pip_audit")
def test_a_silent_database_is_not_a_clean_one() -> None:
    """Where nobody listens, every package is named as not asked about."""
    answer = ask_pypi(PINS[1:], "--vulnerability-service=osv", "--osv-url=http://127.0.0.1:1", "--timeout=1")
    assert answer.known == ()
    assert answer.unasked.keys() == {Package(pin.name, pin.version) for pin in PINS[1:]}


def test_without_the_program_nothing_is_audited(monkeypatch: pytest.MonkeyPatch) -> None:
    """What installs it is said."""
    monkeypatch.setattr("infra.supply.known.PIP_AUDIT", "nowhere/pip-audit")
    assert set(ask_pypi(PINS).unasked.values()) == {"no nowhere/pip-audit: make setup-audit"}


@pytest.mark.usefixtures("npm")
def test_npm_finds_what_is_known(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two versions of a package the vulnerable one is named."""
    monkeypatch.setenv("npm_config_registry", database)
    answer = ask_npm([Package("preact", "1.0.0"), Package("preact", "10.0.0"), Package("uplot", "1.6.32")])
    assert answer.unasked == {}
    assert answer.known == (
        Vulnerability(Package("preact", "1.0.0"), ("GHSA-aaaa-bbbb-cccc",), "Slow on some inputs, in <2.0.0"),
    )


@pytest.mark.usefixtures("npm")
def test_a_silent_registry_is_not_a_clean_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody listens, every package is named as not asked about."""
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:1")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    answer = ask_npm([Package("preact", "1.0.0")])
    assert answer.known == ()
    assert answer.unasked.keys() == {Package("preact", "1.0.0")}
