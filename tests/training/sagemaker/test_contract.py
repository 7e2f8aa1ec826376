"""The contract is read as it is written; whatever is missing, broken or hostile is named, and nothing is guessed."""

import json
from pathlib import Path

import pytest

from tests.training.sagemaker.tree import ARN, JOB, Tree
from training.sagemaker.contract import MOST_BYTES, TOLD, Contract, Folders
from warmstart.errors import SettingsError

FILES = ("hyperparameters", "inputdataconfig", "resourceconfig")


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Return a tree with a channel."""
    tree = Tree(tmp_path / "ml")
    tree.write("hyperparameters", {"promote": "true"})
    tree.channel("recipe")
    return tree


def read(tree: Tree, **variables: str) -> Contract:
    """Read a tree, with other variables beside SageMaker's."""
    return Contract.read(tree.root, {**tree.environment, **variables})


def path_of(tree: Tree, name: str) -> Path:
    """Return one of the files of input/config."""
    return tree.root / "input" / "config" / f"{name}.json"


def test_it_is_read_whole(tree: Tree) -> None:
    """Who the job is, what it is told, where its channels are and where it leaves things."""
    contract = read(tree)
    assert (contract.job, contract.arn) == (JOB, ARN)
    assert contract.hyperparameters == {"promote": "true"}
    assert contract.channel("recipe") == tree.root / "input" / "data" / "recipe"
    assert contract.folders == Folders(
        config=tree.root / "input" / "config",
        input=tree.root / "input" / "data",
        model=tree.root / "model",
        output=tree.root / "output",
        checkpoints=tree.root / "checkpoints",
    )


def test_what_sagemaker_s_tools_add_is_left_alone(tree: Tree) -> None:
    """Names that begin with sagemaker_ are not ours."""
    tree.write("hyperparameters", {"promote": "true", "sagemaker_region": '"eu-west-1"'})
    assert read(tree).hyperparameters == {"promote": "true"}


def test_without_sagemaker_s_variables_it_is_a_local_run(tree: Tree) -> None:
    """A container that a person runs has no job's name and no ARN."""
    contract = Contract.read(tree.root, {})
    assert (contract.job, contract.arn) == ("local", None)


def test_variables_say_where_folders_are(tree: Tree, tmp_path: Path) -> None:
    """SM_* of SageMaker's own tools go before the usual places."""
    (tmp_path / "other").mkdir()
    others = {name: str(tmp_path / "other") for name in ("SM_CHANNEL_RECIPE", "SM_MODEL_DIR", "SM_OUTPUT_DIR")}
    contract = read(tree, **others)
    assert {contract.channel("recipe"), contract.folders.model, contract.folders.output} == {tmp_path / "other"}


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(tree: Tree, name: str) -> None:
    """SageMaker writes all three, so none is optional."""
    path_of(tree, name).unlink()
    with pytest.raises(SettingsError, match=rf"{name}\.json cannot be read: No such file"):
        read(tree)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is not JSON"),
        (b"{", "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[]", "is not a JSON object"),
        (b'"text"', "is not a JSON object"),
        (b"null", "is not a JSON object"),
        (b" " * (MOST_BYTES + 1), "holds more than"),
    ],
    ids=["empty", "cut off", "bytes", "deep", "list", "text", "null", "huge"],
)
def test_a_broken_file_is_named(tree: Tree, name: str, content: bytes, why: str) -> None:
    """Each file that is something else is refused with its name and what is wrong."""
    path_of(tree, name).write_bytes(content)
    with pytest.raises(SettingsError, match=rf"{name}\.json {why}"):
        read(tree)


@pytest.mark.parametrize("name", FILES)
def test_a_folder_in_a_file_s_place_is_named(tree: Tree, name: str) -> None:
    """As anything that cannot be opened."""
    path_of(tree, name).unlink()
    path_of(tree, name).mkdir()
    with pytest.raises(SettingsError, match=rf"{name}\.json cannot be read: Is a directory"):
        read(tree)


@pytest.mark.parametrize("value", [1, True, None, ["a"], {"a": "b"}])
def test_a_hyperparameter_is_a_text(tree: Tree, value: object) -> None:
    """SageMaker passes texts only, so anything else did not come from it."""
    tree.write("hyperparameters", {"good": "text", "bad": value})
    with pytest.raises(SettingsError, match="'bad' is no text"):
        read(tree)


@pytest.mark.parametrize("name", ["..", ".", "", "a/b", "../../etc", "a b", "a\0b", "\u0430", "a" * 65])
def test_a_channel_s_name_leads_nowhere_else(tree: Tree, name: str) -> None:
    """What is no channel's name by SageMaker's own pattern is no folder either."""
    tree.write("inputdataconfig", {name: {}})
    with pytest.raises(SettingsError, match="is no channel's name"):
        read(tree)


def test_a_channel_that_was_not_brought_is_named(tree: Tree) -> None:
    """A pipe or a folder that is not there is said with the mode that makes one."""
    tree.write("inputdataconfig", {"data": {}})
    with pytest.raises(SettingsError, match="the channel data is not there; it must be of mode File"):
        read(tree)
    with pytest.raises(SettingsError, match="no channel data; it has none"):
        Contract("a", None, {}, {}, Folders.of(tree.root, {})).channel("data")


@pytest.mark.parametrize("hosts", [["algo-1", "algo-2"], []])
def test_it_trains_on_one_host(tree: Tree, hosts: list[str]) -> None:
    """Two hosts would publish the same versions at once."""
    tree.write("resourceconfig", {"hosts": hosts})
    with pytest.raises(SettingsError, match=f"the job has {len(hosts)} hosts"):
        read(tree)


@pytest.mark.parametrize("hosts", ["algo-1", {"algo-1": 1}, [1], None, 1])
def test_hosts_are_names(tree: Tree, hosts: object) -> None:
    """Whatever else stands there is refused."""
    tree.write("resourceconfig", {"hosts": hosts})
    with pytest.raises(SettingsError, match="hosts is no list of names"):
        read(tree)


def test_a_failure_is_told_as_far_as_it_is_shown(tree: Tree) -> None:
    """One line without control characters, at most as long as SageMaker shows, the beginning first."""
    Folders.of(tree.root, {}).tell_failure("first\n\tthen \x1b[31mred " + "x" * 5_000)
    assert tree.failure is not None
    assert tree.failure.startswith("first then ?[31mred x")
    assert len(tree.failure) == TOLD


def test_a_failure_is_told_without_the_folder_for_it(tmp_path: Path) -> None:
    """However little of the tree is there."""
    Folders.of(tmp_path / "ml", {}).tell_failure("nothing is there")
    assert (tmp_path / "ml" / "output" / "failure").read_text() == "nothing is there"


def test_the_tree_is_written_as_sagemaker_does(tree: Tree) -> None:
    """The files of these tests are objects, and hyperparameters are texts."""
    for name in FILES:
        assert isinstance(json.loads(path_of(tree, name).read_text()), dict)
