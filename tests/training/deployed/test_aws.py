"""What AWS refuses is one line that says what to do."""

from collections.abc import Iterator

import pytest

from tests.layers.servers import Answer
from tests.training.deployed.answers import answering
from training.deployed.aws import StageError
from training.deployed.stage import read_stack
from warmstart.errors import SettingsError

REFUSAL = (
    "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
)


@pytest.fixture
def nothing(aws: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Take the credentials away."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    return monkeypatch


def test_no_credentials(nothing: pytest.MonkeyPatch) -> None:
    """Who has none is told where they come from."""
    with pytest.raises(SettingsError, match=r"no AWS credentials: .*AWS_PROFILE.*aws sso login"):
        read_stack("prod", "serving")


def test_no_such_profile(nothing: pytest.MonkeyPatch) -> None:
    """A misspelt profile is named."""
    nothing.setenv("AWS_PROFILE", "wrok")
    with pytest.raises(SettingsError, match="wrok"):
        read_stack("prod", "serving")


def test_no_region(aws: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has no region is told which variable names one."""
    monkeypatch.delenv("AWS_REGION")
    with pytest.raises(SettingsError, match="no AWS region: set AWS_REGION"):
        read_stack("prod", "serving")


def test_nobody_answers(aws: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong endpoint is named."""
    for endpoint, said in (("http://127.0.0.1:9", "127.0.0.1:9"), ("no url", "no url")):
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        with pytest.raises(StageError, match=f"cannot .*{said}"):
            read_stack("prod", "serving")


@pytest.mark.parametrize(
    ("status", "code", "error", "said"),
    [
        (403, "AccessDenied", StageError, "not allowed to read the stack warmstart-prod-serving: User bob may not"),
        (403, "ExpiredToken", SettingsError, r"aws sso login"),
        (403, "InvalidClientTokenId", SettingsError, r"aws sso login"),
        (400, "ValidationError", StageError, r"cannot read the stack warmstart-prod-serving: User bob may not"),
    ],
)
def test_a_refusal_is_passed_on(
    aws: dict[str, str], monkeypatch: pytest.MonkeyPatch, status: int, code: str, error: type[Exception], said: str
) -> None:
    """AWS's own words say who may not do what; what is ours says what to do."""
    body = REFUSAL.format(code=code, message="User bob may not").encode()
    with answering(lambda *_: Answer(status, body)) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        with pytest.raises(error, match=said):
            read_stack("prod", "serving")


def test_where_stacks_may_not_be_listed_the_stage_is_missing_all_the_same(
    aws: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the right to list and to be told the account, the rest of the message stays."""

    def respond(_: str, body: bytes) -> Answer:
        if b"StackName=" in body:
            missing = REFUSAL.format(code="ValidationError", message="Stack with id x does not exist")
            return Answer(400, missing.encode())
        return Answer(403, REFUSAL.format(code="AccessDenied", message="no").encode())

    with answering(respond) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        with pytest.raises(StageError) as raised:
            read_stack("prod", "serving")
    assert str(raised.value) == "no stage 'prod' is deployed in eu-west-1: make deploy STAGE=prod"
