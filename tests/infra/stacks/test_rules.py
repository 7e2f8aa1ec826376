"""The rules that each synth is held to: cdk-nag's packs, CloudFormation's own checks, cfn-lint."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3

from infra.app import build
from tests.infra.stacks.synthesis import Assembly, a_stage, an_app, families

ACKNOWLEDGED = "aws:cdk:acknowledged-rules"
OF_CDK_S_OWN_MAKING = "W3005"  # CDK writes a DependsOn beside a reference that says the same


def acknowledged(assembly: Assembly) -> dict[tuple[str, str], str]:
    """What is acknowledged, by the path of the construct and the rule, with the reason."""
    entries: dict[str, list[dict[str, Any]]] = {}
    for path in assembly.folder.glob("*.metadata.json"):
        entries.update(json.loads(path.read_text()))
    return {
        (path.removeprefix("/"), rule): reason
        for path, metadata in entries.items()
        for entry in metadata
        if entry["type"] == ACKNOWLEDGED
        for rule, reason in entry["data"].items()
    }


def left_alone(assembly: Assembly) -> set[tuple[str, str]]:
    """The acknowledgements that a finding met."""
    findings = [finding for pack in assembly.report for finding in pack.get("suppressedViolations", [])]
    return {(finding["acknowledgedAt"], finding["acknowledgedId"]) for finding in findings}


def test_nothing_is_found_but_what_is_acknowledged(assembly: Assembly) -> None:
    """Both packs ran over the stage, and neither has a finding without a reason."""
    conclusions = {pack["pluginName"]: (pack["conclusion"], pack["violations"]) for pack in assembly.report}
    assert {"AwsSolutions", "Serverless"} <= conclusions.keys()
    assert set(map(repr, conclusions.values())) == {repr(("success", []))}


def test_no_acknowledgement_is_idle(assembly: Assembly) -> None:
    """Each meets a finding in the very place where it is said, so none outlives what it was said about."""
    assert acknowledged(assembly).keys() == left_alone(assembly)


def test_every_acknowledgement_is_narrow_and_has_its_reason(assembly: Assembly) -> None:
    """None is said of a whole stack, and each reason is a sentence."""
    for (path, rule), reason in acknowledged(assembly).items():
        assert "/" in path, rule
        assert reason[0].isupper(), rule
        assert reason.endswith("."), rule


def test_a_bad_bucket_is_found(tmp_path: Path) -> None:
    """The packs are at work: a bare bucket beside the stacks stops the synth, and both its faults are named."""
    app = an_app(tmp_path)
    build(app, a_stage(), families())
    s3.Bucket(cdk.Stack(app, "Bad"), "Bucket")
    with pytest.raises(RuntimeError, match="AwsSolutions-S1"):
        app.synth()
    found = [finding["ruleName"] for pack in Assembly(a_stage(), tmp_path).report for finding in pack["violations"]]
    assert sorted(found) == ["AwsSolutions-S1", "AwsSolutions-S10"]


def test_an_acknowledgement_reaches_no_further(tmp_path: Path) -> None:
    """The store's missing access log is acknowledged for the store alone: the same fault in its stack is found."""
    app = an_app(tmp_path)
    build(app, a_stage(), families())
    stack = app.node.find_child("warmstart-dev-artifacts")
    assert isinstance(stack, cdk.Stack)
    s3.Bucket(stack, "Other", enforce_ssl=True)
    with pytest.raises(RuntimeError, match="AwsSolutions-S1"):
        app.synth()
    (finding,) = [finding for pack in Assembly(a_stage(), tmp_path).report for finding in pack["violations"]]
    (construct,) = finding["violatingConstructs"]
    assert (finding["ruleName"], construct["constructPath"]) == (
        "AwsSolutions-S1",
        "warmstart-dev-artifacts/Other/Resource",
    )


def test_cfn_lint_has_nothing_to_say(assembly: Assembly) -> None:
    """Every template of the stage passes."""
    cfn_lint = Path(sys.executable).with_name("cfn-lint")
    command: list[str | Path] = [cfn_lint, "--ignore-checks", OF_CDK_S_OWN_MAKING, "--", *assembly.files]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
