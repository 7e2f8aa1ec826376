"""What infra calls a thing is what a deployed stage is asked for."""

import pytest

from infra import outputs
from infra.functions import function_names

NAMES = ["two_stage", *function_names()]


@pytest.mark.parametrize("name", NAMES)
def test_a_log_group_s_output_names_its_function(name: str) -> None:
    """What is written for a function is read as that function."""
    assert outputs.log_group(name).isalnum()
    assert outputs.function_of(outputs.log_group(name)) == name


@pytest.mark.parametrize("output", ["ApiUrl", "PlanFree", "StoreUrl", "LogGroup", "ALogGroupLists"])
def test_no_other_output_names_a_function(output: str) -> None:
    """An address, a plan and the log of training belong to no function."""
    assert outputs.function_of(output) is None


def test_a_stack_s_name_names_its_stage() -> None:
    """Each of a stage's stacks is known by its name."""
    for part in ("artifacts", "serving", "training"):
        assert outputs.stage_and_part(outputs.stack("dev2", part)) == ("dev2", part)


@pytest.mark.parametrize("name", ["warmstart-dev", "warmstart-dev-other", "warmstart-a-b-serving", "x-dev-serving"])
def test_other_stacks_are_nobody_s(name: str) -> None:
    """An account holds more than this project's stacks."""
    assert outputs.stage_and_part(name) is None
