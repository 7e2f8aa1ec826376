"""A journal survives kills, and several processes."""

import subprocess
import sys
from pathlib import Path

import optuna
import pytest

from training.tuning.journal import Journal
from warmstart.errors import SettingsError

HOLD = """
import sys, time
from pathlib import Path
from training.tuning.journal import Journal
journal = Journal(Path(sys.argv[1]))
journal.begin(3)
print("held", flush=True)
time.sleep(600)
"""


def write(path: Path, trials: int) -> int:
    """Tell a study some trials and return how many it has then."""
    with Journal(path) as journal:
        study = optuna.create_study(study_name="s", storage=journal.storage, load_if_exists=True)
        for _ in range(trials):
            study.tell(study.ask(), 1.0)
        return len(study.trials)


@pytest.mark.parametrize("torn", ['{"op_code":6,"worker_id":"x","trial_', "{", "\0" * 5000])
def test_half_a_line_at_the_end_is_taken_off(tmp_path: Path, torn: str) -> None:
    """What a kill in the middle of a write left is gone, and all before it is there."""
    path = tmp_path / "j"
    write(path, 2)
    whole = path.read_text()
    path.write_text(whole + torn)
    assert write(path, 1) == 3
    assert path.read_text().startswith(whole)


def test_half_a_line_is_taken_off_while_another_process_works(tmp_path: Path) -> None:
    """A helper that is killed as it writes does not spoil the journal of the one that goes on."""
    path = tmp_path / "j"
    with Journal(path) as journal:
        study = optuna.create_study(storage=journal.storage)
        with path.open("a") as other:
            other.write('{"op_code":4,"wor')
        study.tell(study.ask(), 1.0)
        assert len(study.trials) == 1
    assert "wor{" not in path.read_text()


@pytest.mark.parametrize("text", ["name = 'mine'", "{}\n", '{"op_code":0}\n', '{"op_code":rubbish\n'])
def test_what_is_no_journal_is_left_alone(tmp_path: Path, text: str) -> None:
    """A file of another kind, named by mistake, is refused and keeps every byte."""
    path = tmp_path / "recipe.toml"
    path.write_text(text)
    with pytest.raises(SettingsError, match="no journal of a tuning, or a damaged one"):
        Journal(path)
    assert path.read_text() == text


def test_a_journal_that_cannot_be_is_said(tmp_path: Path) -> None:
    """A folder that does not exist is one line."""
    with pytest.raises(SettingsError, match="No such file"):
        Journal(tmp_path / "none" / "j")


def test_a_trial_runs_as_long_as_its_process(tmp_path: Path) -> None:
    """Its lock is held while its process lives, and gone once that is killed."""
    path = tmp_path / "j"
    with subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        with Journal(path) as journal:
            assert journal.runs(3)
            assert not journal.runs(2)
            child.kill()
            child.wait()
            assert not journal.runs(3)
