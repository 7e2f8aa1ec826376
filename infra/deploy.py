"""`make deploy`: the CDK's own deploy, and afterwards what to do next, whether it went well or not."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from infra.outputs import API_URL, stack

OTHERWISE = "what the CDK says above is why; where CloudFormation had begun, it takes its changes back"
ADVICE = (  # what the CDK says -> what to do about it; the first that fits
    ("UPDATE_ROLLBACK_", OTHERWISE),
    ("Has the environment been bootstrapped", "once for an account and a region: make bootstrap"),
    ("Unable to resolve AWS account", "no credentials: set AWS_PROFILE, or run `aws sso login`"),
    ("ExpiredToken", "the credentials have expired: run `aws sso login` again"),
    ("Cannot connect to the Docker daemon", "images are built by Docker: start it, and deploy again"),
    ("ENOENT docker", "images are built by Docker: install it, and deploy again"),
    ("no stage '", "choose a stage of cdk.json, as in make deploy STAGE=dev"),
    ("ROLLBACK_COMPLETE", "the first deploy of a stack failed: make destroy STAGE={stage}, then deploy again"),
    ("is not authorized to perform", "these credentials may not deploy: use those of the account's administrator"),
)
NEXT = """\
{url} answers. What is not published yet is 503 until:
  warmstart train --recipe RECIPE --stage {stage} --promote
  warmstart token create NAME --stage {stage}
  curl -H "Authorization: Bearer $TOKEN" {url}/reco/popular/1
"""


def main(arguments: Sequence[str]) -> int:
    """Deploy a stage; return the CDK's exit code.

    Args:
        arguments: the stage, then the command of the CDK with its options.
    """
    stage, *cdk = arguments
    with tempfile.TemporaryDirectory() as folder:
        outputs = Path(folder) / "outputs.json"
        command = [*cdk, "deploy", "--all", "--require-approval", "never", "--outputs-file", str(outputs)]
        code, said = _run(command)
        if code == 0:
            url = json.loads(outputs.read_text(encoding="utf-8"))[stack(stage, "serving")][API_URL]
            print(f"\n{NEXT.format(stage=stage, url=url)}", end="")
            return 0
    what = next((advice for text, advice in ADVICE if text in said), OTHERWISE)
    print(f"\nerror: not deployed: {what.format(stage=stage)}", file=sys.stderr)
    return code


def _run(command: Sequence[str]) -> tuple[int, str]:
    """Run a command, show what it says, and return its exit code and that."""
    said = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:  # noqa: S603
        assert process.stdout is not None  # noqa: S101 it is a pipe
        for line in process.stdout:
            print(line, end="", flush=True)
            said.append(line)
    return process.returncode, "".join(said)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
