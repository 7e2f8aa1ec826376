"""`make deploy` with a CDK that is a few lines of Python: what to do next is said, whatever it ends with."""

import sys
from pathlib import Path

import pytest

from infra.deploy import ADVICE, OTHERWISE, main

URL = "https://api.example.org/dev"
FAKE = """\
import json, sys
from pathlib import Path
print({said!r})
Path(sys.argv[sys.argv.index("--outputs-file") + 1]).write_text(json.dumps({outputs!r}))
Path(__file__).with_name("arguments").write_text(" ".join(sys.argv[1:]))
sys.exit({code})
"""
FIRST_FAILED = "error: not deployed: the first deploy of a stack failed: make destroy STAGE=dev, then deploy again"


def cdk(folder: Path, said: str, code: int = 1) -> list[str]:
    """The command of a CDK that says something and ends so."""
    script = folder / "cdk.py"
    outputs = {"warmstart-dev-artifacts": {"StoreUrl": "s3://store"}, "warmstart-dev-serving": {"ApiUrl": URL}}
    script.write_text(FAKE.format(said=said, outputs=outputs, code=code))
    return [sys.executable, str(script)]


def test_a_deploy_says_what_comes_next(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """All stacks, no question, and the API's address in lines that can be copied."""
    assert main(["dev", *cdk(tmp_path, "Stack ARN: x", code=0)]) == 0
    said = capfd.readouterr()
    assert (tmp_path / "arguments").read_text().startswith("deploy --all --require-approval never --outputs-file ")
    assert said.out.startswith(f"Stack ARN: x\n\n{URL} answers.")
    assert f"{URL}/reco/popular/1" in said.out
    assert "--stage dev" in said.out
    assert said.err == ""


@pytest.mark.parametrize(("text", "advice"), ADVICE)
def test_each_mistake_has_its_advice(tmp_path: Path, capfd: pytest.CaptureFixture[str], text: str, advice: str) -> None:
    """What the CDK says is shown, one line says what to do, and the exit code is the CDK's."""
    assert main(["dev", *cdk(tmp_path, f"before {text} after", code=7)]) == 7
    said = capfd.readouterr()
    assert said.out == f"before {text} after\n"
    assert said.err == f"\nerror: not deployed: {advice.format(stage='dev')}\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("warmstart-dev-serving failed: the stack is in ROLLBACK_COMPLETE state", FIRST_FAILED),
        ("12:00:00 | UPDATE_ROLLBACK_COMPLETE | AWS::CloudFormation::Stack", f"error: not deployed: {OTHERWISE}"),
        ("something that nobody has seen yet", f"error: not deployed: {OTHERWISE}"),
    ],
)
def test_an_update_that_was_taken_back_is_no_reason_to_destroy(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], text: str, says: str
) -> None:
    """A stack that was never made has to go first; one that went back to what it was serves on."""
    assert main(["dev", *cdk(tmp_path, text)]) == 1
    assert capfd.readouterr().err == f"\n{says}\n"
