"""Credentials: for the command as boto3 finds them, for functions out of the environment."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import pytest

from training.stores import function_credentials, open_named
from warmstart.errors import SettingsError
from warmstart.store import open_store

AWS_VARIABLES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_REGION")


class Seen(NamedTuple):
    """What an S3 server is shown of somebody's credentials."""

    access_key: str
    session_token: str | None


@pytest.fixture
def seen() -> list[Seen]:
    """Return the list that the server writes to."""
    return []


@pytest.fixture(autouse=True)
def endpoint(seen: list[Seen], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """Start a server that notes who asks, in an environment that names it and holds no credentials."""

    class Handler(BaseHTTPRequestHandler):
        """Answers every read with two bytes."""

        def do_GET(self) -> None:
            """Note the signer of the request."""
            signed = self.headers["Authorization"]
            seen.append(Seen(signed.split("Credential=")[1].split("/")[0], self.headers["x-amz-security-token"]))
            self.send_response(200)
            for name, value in (
                ("Content-Length", "2"),
                ("ETag", '"t"'),
                ("Last-Modified", "Sat, 31 Jan 2026 00:00:00 GMT"),
            ):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the library's name
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    for name in AWS_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    url = f"http://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    yield url
    server.shutdown()
    server.server_close()


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Choose a profile that a file holds, with a session token as SSO gives."""
    (tmp_path / "credentials").write_text(
        "[work]\naws_access_key_id = FROMPROFILE\naws_secret_access_key = s\naws_session_token = session\n"
    )
    (tmp_path / "config").write_text("[profile work]\nregion = eu-west-1\n")
    monkeypatch.setenv("AWS_PROFILE", "work")


@pytest.mark.usefixtures("profile")
def test_the_command_uses_a_profile_and_its_session_token(seen: list[Seen]) -> None:
    """A profile file is enough for the command, session token included."""
    open_named("s3://bucket/stage").get("key", limit=10)
    assert seen == [Seen("FROMPROFILE", "session")]


def test_a_function_uses_its_environment(seen: list[Seen], endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A function's store reads the variables that Lambda sets, session token included."""
    for name, value in (
        ("AWS_ACCESS_KEY_ID", "FROMENV"),
        ("AWS_SECRET_ACCESS_KEY", "s"),
        ("AWS_SESSION_TOKEN", "temporary"),
    ):
        monkeypatch.setenv(name, value)
    open_store("s3://bucket/stage", endpoint=endpoint).get("key", limit=10)
    assert seen == [Seen("FROMENV", "temporary")]


@pytest.mark.usefixtures("profile")
def test_serve_hands_a_profile_on_as_lambda_would() -> None:
    """Functions started here get what the profile holds under Lambda's names, and nothing for a folder."""
    assert function_credentials("s3://bucket") == {
        "AWS_ACCESS_KEY_ID": "FROMPROFILE",
        "AWS_SECRET_ACCESS_KEY": "s",
        "AWS_SESSION_TOKEN": "session",
        "AWS_REGION": "eu-west-1",
    }
    assert function_credentials("store") == {}


def test_no_credentials_say_what_to_do() -> None:
    """Without any credentials the command names the way out."""
    with pytest.raises(SettingsError, match="AWS_PROFILE"):
        open_named("s3://bucket/stage")


def test_a_profile_that_does_not_exist_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt profile is an error of the settings, not a traceback."""
    monkeypatch.setenv("AWS_PROFILE", "wrok")
    with pytest.raises(SettingsError, match="wrok"):
        open_named("s3://bucket/stage")
