"""New versions need no deploy, new code touches one function, and what is kept is kept."""

import time

import pytest

from tests.e2e.emulated.conftest import STAGE, Deployed, containers_of

pytestmark = pytest.mark.slow


def test_a_second_version_is_served_and_rolled_back_without_a_deploy(deployed: Deployed) -> None:
    """Publish and promote again: the running function serves it; one command brings the first one back."""
    first = deployed.ask("GET", "/reco/popular/1").json()["version"]
    running = containers_of("lists")
    deployed.warmstart("train", "--recipe", "kion", "--models", "popular", "--promote")
    second = _version_after(deployed, first)
    deployed.warmstart("rollback", "popular")
    assert _version_after(deployed, second) == first
    assert containers_of("lists") == running


def test_new_code_of_one_family_touches_its_function_alone(deployed: Deployed) -> None:
    """A change in one family's folder publishes a version of that function and of no other."""
    before = _live_versions(deployed)
    scorer = deployed.deployment.tree / "functions" / "lists" / "scorer.py"
    scorer.write_text(scorer.read_text() + "\n# changed\n")
    deployed.deployment.deploy()
    after = _live_versions(deployed)
    changed = {name for name in after if after[name] != before[name]}
    assert len(changed) == 1
    assert "Lists" in changed.pop()
    assert deployed.ask("GET", "/reco/popular/1").status_code == 200


def test_destroy_keeps_the_store(deployed: Deployed) -> None:
    """What served is gone; the bucket with its versions and tokens stays, and a new deploy serves them again."""
    deployed.deployment.destroy()
    stacks = {stack["StackName"] for stack in deployed.client("cloudformation").describe_stacks()["Stacks"]}
    assert f"warmstart-{STAGE}-artifacts" in stacks
    assert not {f"warmstart-{STAGE}-serving", f"warmstart-{STAGE}-training"} & stacks
    assert {entry["model"] for entry in deployed.warmstart("models")["models"]} >= {"popular", "als"}
    deployed.outputs.update(deployed.deployment.deploy())
    assert deployed.ask("GET", "/reco/popular/1").status_code == 403  # the usage plans are new, and empty
    assert "owner" in deployed.warmstart("token", "join")["joined"]
    assert deployed.ask("GET", "/reco/popular/1").status_code == 200


def _version_after(deployed: Deployed, former: str) -> str:
    """Return the version that is served once it is another one: a function looks every 15 seconds."""
    until = time.monotonic() + 40
    while time.monotonic() < until:
        answer = deployed.ask("GET", "/reco/popular/1")
        assert answer.status_code == 200
        if answer.json()["version"] != former:
            return str(answer.json()["version"])
        time.sleep(1)
    pytest.fail(f"still {former}")


def _live_versions(deployed: Deployed) -> dict[str, str]:
    """Return which version the alias of each of the stage's functions names."""
    client = deployed.client("lambda")
    names = [function["FunctionName"] for function in client.list_functions()["Functions"]]
    own = [name for name in names if name.startswith(f"warmstart-{STAGE}-")]
    return {name: client.get_alias(FunctionName=name, Name="live")["FunctionVersion"] for name in own}
