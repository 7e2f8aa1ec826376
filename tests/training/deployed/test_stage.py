"""A deployed stage is found by its stacks, and what is wrong with it is said in one line with a way out."""

import pytest

from tests.training.deployed.conftest import Deploy
from tests.training.deployed.stages import ACCOUNT, REGION, DeployedStage
from training.deployed.aws import StageError
from training.deployed.stage import read_stack
from warmstart.errors import SettingsError

HERE = f"in {REGION} of account {ACCOUNT}"


def test_a_stack_has_its_outputs(stage: DeployedStage) -> None:
    """What the stack says is what is read, and a good stack needs no remark."""
    stack = read_stack(stage.name, "artifacts")
    assert (stack.output("StoreUrl"), stack.remark) == (f"s3://{stage.bucket}", None)


def test_a_misspelt_stage_is_answered_by_those_that_are_there(deploy: Deploy) -> None:
    """Region, account and the stages of this kind are named, those with another part alone are not."""
    deploy(name="dev")
    deploy(name="prod")
    deploy("artifacts", name="half")
    with pytest.raises(StageError) as raised:
        read_stack("prdo", "serving")
    assert str(raised.value) == (
        f"no stage 'prdo' is deployed {HERE}: make deploy STAGE=prdo; deployed here: dev, prod"
    )


def test_where_nothing_is_deployed_the_region_is_doubted(aws: dict[str, str]) -> None:
    """An empty region is more often the wrong one than a new one."""
    with pytest.raises(StageError, match="none is deployed here; is AWS_REGION right"):
        read_stack("prod", "serving")


def test_a_stage_without_one_of_its_parts_is_not_called_missing(deploy: Deploy) -> None:
    """Who has artifacts and no serving learns which is which."""
    half = deploy("artifacts", "training")
    with pytest.raises(StageError) as raised:
        read_stack(half.name, "serving")
    assert str(raised.value) == (
        f"stage '{half.name}' has no warmstart-{half.name}-serving {HERE}, only artifacts, training: "
        f"make deploy STAGE={half.name} makes it"
    )


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        ("CREATE_IN_PROGRESS", "wait until its first deploy has ended"),
        ("REVIEW_IN_PROGRESS", "wait until its first deploy has ended"),
        ("CREATE_FAILED", "delete the stack, then make deploy"),
        ("ROLLBACK_COMPLETE", "delete the stack, then make deploy"),
        ("ROLLBACK_FAILED", "delete the stack, then make deploy"),
        ("DELETE_IN_PROGRESS", "somebody deletes it"),
        ("DELETE_FAILED", "somebody deletes it"),
    ],
)
def test_a_stack_that_was_never_made_is_not_read(stage: DeployedStage, status: str, advice: str) -> None:
    """A state without good outputs is named, with what to do about it."""
    stage.set_status("artifacts", status)
    with pytest.raises(StageError, match=f"{stage.stack('artifacts')} is {status}: .*{advice}"):
        read_stack(stage.name, "artifacts")


@pytest.mark.parametrize(
    ("status", "remarked"),
    [
        ("UPDATE_IN_PROGRESS", True),
        ("UPDATE_FAILED", True),
        ("UPDATE_ROLLBACK_FAILED", True),
        ("UPDATE_ROLLBACK_IN_PROGRESS", True),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", True),
        ("UPDATE_COMPLETE", False),
        ("UPDATE_ROLLBACK_COMPLETE", False),
    ],
)
def test_an_update_stops_nobody(stage: DeployedStage, status: str, remarked: bool) -> None:
    """A deploy that is under way or has failed must not keep anybody from rolling back a model."""
    stage.set_status("artifacts", status)
    stack = read_stack(stage.name, "artifacts")
    assert stack.output("StoreUrl") == f"s3://{stage.bucket}"
    assert (stack.remark is not None and status in stack.remark) == remarked


def test_a_missing_output_asks_for_a_deploy(deploy: Deploy) -> None:
    """A stack of an older version lacks what this one reads."""
    old = deploy("artifacts")
    old.deploy("serving", without="ApiUrl")
    with pytest.raises(StageError, match=f"has no output ApiUrl: make deploy STAGE={old.name}"):
        read_stack(old.name, "serving").output("ApiUrl")


@pytest.mark.parametrize("name", ["", "-x", "a-b", "Prod", "1a", "a b", "../x", "arn:aws:cloudformation", "x" * 17])
def test_what_is_no_name_is_not_looked_for(aws: dict[str, str], name: str) -> None:
    """An odd name is refused here and not in CloudFormation's words."""
    with pytest.raises(SettingsError, match="small letters and digits, a letter first"):
        read_stack(name, "serving")
