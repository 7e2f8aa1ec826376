"""Clean, vulnerable, not audited: what makes which, and what may be left for how long."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from infra.supply import __main__ as command
from infra.supply.acknowledged import Acknowledged, read_acknowledged
from infra.supply.audit import CLEAN, FOUND, NOT_AUDITED, told, verdict
from infra.supply.known import Answer, Package, Vulnerability
from infra.tree import ROOT

TODAY = date(2026, 11, 30)
NUMPY, IDNA = Package("numpy", "1.0"), Package("idna", "3.0")
BAD = Vulnerability(NUMPY, ("PYSEC-1", "CVE-1"), "mended in 1.1")
LEFT = Acknowledged("CVE-1", "numpy", "no function reads it", TODAY)
HELD = {ROOT / "constraints.txt": {NUMPY, IDNA}, ROOT / "constraints-infra.txt": {IDNA}}


@pytest.mark.parametrize(
    ("answer", "acknowledged", "result"),
    [
        (Answer((), {}), (), CLEAN),
        (Answer((BAD,), {}), (), FOUND),
        (Answer((), {IDNA: "silent"}), (), NOT_AUDITED),
        (Answer((BAD,), {IDNA: "silent"}), (), FOUND),
        (Answer((BAD,), {}), (LEFT,), CLEAN),
        (Answer((BAD,), {IDNA: "silent"}), (LEFT,), NOT_AUDITED),
        (Answer((BAD,), {}), (LEFT._replace(until=TODAY - timedelta(days=1)),), FOUND),
        (Answer((BAD,), {}), (LEFT._replace(package="idna"),), FOUND),
        (Answer((BAD,), {}), (LEFT._replace(name="CVE-2"),), FOUND),
    ],
)
def test_what_is_clean(answer: Answer, acknowledged: tuple[Acknowledged, ...], result: int) -> None:
    """Silence is not clean, a finding outweighs it, and what is left is so by name, package and day."""
    assert verdict(answer, acknowledged, TODAY) == result


def test_the_report_counts_by_file() -> None:
    """Each file has its pins, what is known of them and what was not asked, then each finding and each reason."""
    lines = told(HELD, Answer((BAD,), {IDNA: "silent"}), (), TODAY).splitlines()
    assert [line.split() for line in lines[1:3]] == [
        ["constraints.txt", "2", "1", "1"],
        ["constraints-infra.txt", "1", "0", "1"],
    ]
    assert lines[3:] == ["known: numpy 1.0: PYSEC-1, CVE-1; mended in 1.1", "not audited: 1 packages: silent"]


def test_what_is_left_is_told() -> None:
    """An acknowledged finding counts no more, and its reason and day are printed."""
    lines = told(HELD, Answer((BAD,), {}), (LEFT,), TODAY).splitlines()
    assert lines[1].split() == ["constraints.txt", "2", "0", "0"]
    assert lines[3:] == ["left until 2026-11-30: numpy, CVE-1: no function reads it"]


@pytest.mark.parametrize("answer", [Answer((), {}), Answer((BAD,), {}), Answer((), {IDNA: "silent"})])
def test_the_command_exits_with_its_result(
    answer: Answer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three results, three codes, and a last line that says which it is."""
    monkeypatch.setattr(command, "ask_all", lambda: (HELD, answer))
    monkeypatch.setattr("sys.argv", ["supply", "audit"])
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == verdict(answer, (), TODAY)
    assert capsys.readouterr().out.splitlines()[-1] == command.RESULTS[verdict(answer, (), TODAY)]


def test_the_list_as_it_lies_here_reads() -> None:
    """Every entry is whole, and its reason is a sentence."""
    assert all(len(entry.reason.split()) > 2 for entry in read_acknowledged())


@pytest.mark.parametrize(
    "entry",
    [
        'name = "CVE-1"\npackage = "numpy"\nreason = "because"',
        'name = "CVE-1"\npackage = "numpy"\nreason = ""\nuntil = 2026-11-30',
        'name = "CVE-1"\npackage = "numpy"\nreason = "because"\nuntil = "2026-11-30"',
        'name = "CVE-1"\npackage = "numpy"\nreason = "because"\nuntil = 2026-11-30T00:00:00',
        'name = "CVE-1"\npackage = "numpy"\nreason = "because"\nuntil = 2026-11-30\nwho = "me"',
    ],
)
def test_nothing_is_left_without_a_reason_and_a_day(tmp_path: Path, entry: str) -> None:
    """An entry lacks nothing, its day is a day, and it has nothing else."""
    path = tmp_path / "list.toml"
    path.write_text(f"[[vulnerability]]\n{entry}\n")
    with pytest.raises(ValueError, match=r"list\.toml: CVE-1"):
        read_acknowledged(path)


@pytest.mark.parametrize("text", ["[[vulnerabilities]]\nname = 'CVE-1'", "vulnerability = 1", "rubbish["])
def test_a_list_of_something_else_is_refused_by_its_name(tmp_path: Path, text: str) -> None:
    """A key that is misspelt leaves nothing unsaid, and what is no TOML says in which file."""
    path = tmp_path / "list.toml"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"list\.toml: "):
        read_acknowledged(path)
