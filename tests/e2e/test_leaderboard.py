"""The course's bot against the API that `warmstart serve` runs: its map@10 is that of the offline measurement."""

import json
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import PASSED_ON, WARMSTART, Commands, Served, serving
from tests.training.leaderboard.apis import Api, Faulty, Said, good, running
from training.data.tables import read_tables
from training.leaderboard.run import Manner
from training.recipe import read_recipe
from training.train import Training

RECIPE = """
name = "films"
[data]
path = "data/kion"
layout = "kion"
min_weight = 10.0
[fold]
kind = "time"
days = 1
[models.popular]
[models.als]
factors = 8
alpha = 0.4
[leaderboard]
dream = 0.9
"""
FAST = ("--rate", "500")


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Commands:
    """Publish and promote models that have learnt a made-up KION up to its last day."""
    commands = Commands(tmp_path_factory.mktemp("leaderboard"))
    size = ("--users", "400", "--items", "300", "--interactions", "12000", "--days", "60")
    commands.json("data", "synth", *size, "--to", "data/kion")
    (commands.folder / "films.toml").write_text(RECIPE)
    made = commands.json("leaderboard", "publish", "--recipe", "films.toml", "--store", "store", "--promote")
    assert [(one["model"], one["state"]) for one in made["published"]] == [("popular", "served"), ("als", "served")]
    return commands


@pytest.fixture(scope="module")
def tokens(commands: Commands) -> dict[str, str]:
    """Make tokens before the API starts: it would know a later one only after ten seconds."""
    plans = {"narrow": ("--models", "popular"), "slow": ("--plan", "free")}
    return {n: commands.json("token", "create", n, *plan, "--store", "store")["token"] for n, plan in plans.items()}


@pytest.fixture(scope="module")
def board(commands: Commands, tokens: dict[str, str]) -> Iterator[Served]:
    """Serve them."""
    with serving(commands) as served:
        yield served


@pytest.fixture
def file(tmp_path: Path) -> str:
    """Name a file of entrants of one's own."""
    return str(tmp_path / "leaderboard.json")


def register(board: Served, file: str, *changes: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Register als, or something else."""
    whole = ("--name", "als", "--url", board.url, "--model", "als", "--token-env", "BOT", "--entrants", file, *changes)
    return board.commands.run("leaderboard", "register", *whole, **{"BOT": board.token, **environment})


def run(board: Served, file: str, *more: str, token: str = "") -> tuple[int, Any, str]:
    """Run the leaderboard; return the exit code, what it prints as JSON, and its errors."""
    files = ("--recipe", "films.toml", "--entrants", file, "--results", f"{file}l")
    done = board.commands.run("leaderboard", "run", *files, *more, "--json", BOT=token or board.token)
    return done.returncode, json.loads(done.stdout or "null"), done.stderr


def measured(board: Served) -> dict[str, dict[str, float]]:
    """Measure the same models offline, as `train` does; unrounded."""
    recipe = read_recipe(board.commands.folder / "films.toml")
    data = type(recipe.data)(**{**vars(recipe.data), "path": board.commands.folder / "data/kion"})
    training = Training(recipe, read_tables(data))
    found = {model.name: training.measure(model).measured for model in recipe.models}
    return {name: {"users": m.users, **{k: v.mean() for k, v in m.values.items()}} for name, m in found.items()}


def test_the_bot_measures_what_train_measures(board: Served, file: str) -> None:
    """map@10 of the live answers equals the offline one on the same users to 1e-9; the results get a line each."""
    for name in ("als", "popular"):
        assert register(board, file, "--name", name, "--model", name).returncode == 0
    code, said, errors = run(board, file, *FAST)
    assert code == 0, errors
    offline = measured(board)
    for standing in said["standings"]:
        wanted = offline[standing["model"]]
        assert standing["users"] == standing["answered"] == wanted.pop("users") > 50
        assert standing["metrics"] == pytest.approx(wanted, abs=1e-9)
        assert len(standing["versions"]) == 1
        assert 0 < standing["p50_ms"] <= standing["p99_ms"]
        assert (standing["errors"], standing["good"]) == ({}, True)
    assert offline["als"]["map@10"] > 0
    lines = [json.loads(line) for line in Path(f"{file}l").read_text().splitlines()]
    assert [(line["name"], line["metrics"]) for line in lines] == [(s["name"], s["metrics"]) for s in said["standings"]]
    assert board.token not in Path(file).read_text() + Path(f"{file}l").read_text() + errors


@pytest.mark.slow
def test_the_table_has_the_recipe_s_marks(board: Served, file: str) -> None:
    """People see who stands where, the marks of others among them."""
    register(board, file)
    files = ("--recipe", "films.toml", "--entrants", file, "--results", f"{file}l")
    done = board.commands.run("leaderboard", "run", *files, *FAST, BOT=board.token)
    header, mark, entrant = (line.split() for line in done.stdout.splitlines())
    assert (header[:4], mark[:4]) == (["name", "model", "version", "map@10"], ["(dream)", "-", "-", "0.9000"])
    assert (entrant[:2], entrant[4]) == (["als", "als"], "100.00%")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (("--model", "svd"), "there is no model svd"),
        (("--token-env", "WRONG"), "the token in WRONG is refused"),
        (("--token-env", "NARROW"), "the token in NARROW does not allow als"),
        (("--token-env", "ABSENT"), "the variable that should hold its token is not set"),
        (("--url", "http://127.0.0.1:9"), "should answer"),
        (("--url", "http://reco.example.com"), "say https"),
    ],
)
def test_what_is_wrong_is_not_registered(
    board: Served, tokens: dict[str, str], file: str, changes: tuple[str, ...], message: str
) -> None:
    """A wrong model, token or address is found out by asking, and nothing is written."""
    done = register(board, file, *changes, WRONG="x" * 43, NARROW=tokens["narrow"])
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not Path(file).exists()


def test_a_token_that_was_revoked_since_ends_the_run(board: Served, file: str) -> None:
    """What was good at registration is checked again before anybody is asked for."""
    register(board, file)
    code, said, errors = run(board, file, token="wrong")
    assert (code, said) == (1, None)
    assert "als: the token in BOT is refused" in errors
    assert not Path(f"{file}l").exists()


@pytest.mark.slow
def test_a_plan_s_rate_is_respected(board: Served, tokens: dict[str, str], file: str) -> None:
    """Asked faster than the plan allows, the API says 429, and every user is answered all the same."""
    register(board, file, BOT=tokens["slow"])
    code, said, errors = run(board, file, "--rate", "40", token=tokens["slow"])
    standing = said["standings"][0]
    assert (code, standing["answered"]) == (0, standing["users"]), errors
    assert set(standing["errors"]) <= {"status 429"}
    assert standing["errors"]["status 429"] > 0
    assert standing["metrics"]["map@10"] == pytest.approx(measured(board)["als"]["map@10"], abs=1e-9)


@pytest.mark.slow
def test_what_fails_now_and_then_is_asked_again(board: Served, file: str) -> None:
    """Users who fail once are answered at the second attempt: a good run, the same map@10, the errors counted."""
    with running(Faulty(board.url, every=5, times=1)) as url:
        assert register(board, file, "--url", url).returncode == 0
        code, said, errors = run(board, file, *FAST)
    standing = said["standings"][0]
    assert (code, standing["good"]) == (0, True), errors
    assert [*standing["errors"]] == ["status 503"]
    assert standing["metrics"]["map@10"] == pytest.approx(measured(board)["als"]["map@10"], abs=1e-9)


@pytest.mark.slow
def test_too_many_without_an_answer_fail_the_run(board: Served, file: str) -> None:
    """Users who never have an answer are below 99.9 %: exit 3, with the line in the results that says so."""
    with running(Faulty(board.url, every=50, times=1000)) as url:
        assert register(board, file, "--url", url).returncode == 0
        code, said, errors = run(board, file, *FAST)
    standing = said["standings"][0]
    assert (code, standing["good"]) == (3, False)
    assert standing["users"] - standing["answered"] == standing["unanswered"]["status 503"] > 0
    assert "99.9% are needed" in errors
    assert json.loads(Path(f"{file}l").read_text())["answered"] == standing["answered"]


@pytest.mark.slow
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_nothing(board: Served, file: str, stop: signal.Signals) -> None:
    """Ctrl-C in the middle ends the command without a traceback and without a line in the results."""
    api = Api(good)
    command = ("--recipe", "films.toml", "--entrants", file, "--results", f"{file}l", "--rate", "2")
    with running(api) as url:
        assert register(board, file, "--url", url).returncode == 0
        process = subprocess.Popen(
            [str(WARMSTART), "leaderboard", "run", *command],
            cwd=board.commands.folder,
            env={"PATH": "/usr/bin:/bin", "BOT": "x", **PASSED_ON},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr is not None
        for line in process.stderr:
            if "users" in line:
                break
        process.send_signal(stop)
        out, rest = process.communicate(timeout=30)
    assert process.returncode != 0
    assert (out, "Traceback" in rest) == ("", False)
    assert not Path(f"{file}l").exists()


@pytest.mark.slow
def test_a_hostile_api_is_counted_and_sees_no_more_than_its_token(board: Served, file: str) -> None:
    """Huge bodies, NaN and redirects are errors by kind; nobody else is asked, and nothing of it is printed."""
    elsewhere = Api(good)
    with running(elsewhere) as other:
        turns = Counter[str]()

        def answer(user: str) -> Said:
            turns["all"] += 1
            if user == "0":
                return good(user)
            return [
                Said(b"\x1b[2J" * 10**6),
                Said(b'{"user_id": ' + user.encode() + b', "items": [NaN]}'),
                Said(b"", 307, {"location": f"{other}/reco/als/{user}"}),
            ][turns["all"] % 3]

        with running(Api(answer)) as url:
            assert register(board, file, "--url", url).returncode == 0
            code, said, errors = run(board, file, *FAST)
    assert elsewhere.seen == []
    assert code in (1, 3)
    assert "\x1b" not in errors
    if said:
        assert set(said["standings"][0]["errors"]) == {"too large", "not an answer", "redirect"}


@pytest.mark.slow
def test_a_version_that_has_learnt_everything_is_noticed(board: Served, file: str) -> None:
    """What `train` publishes never answers what its users had next; the run says why its map@10 is 0."""
    commands, names = board.commands, ("popular", "--store", "store")
    trained = commands.json("train", "--recipe", "films.toml", "--models", *names, "--promote")["trained"][0]
    assert trained["state"] == "served"
    try:
        register(board, file, "--model", "popular")
        code, said, errors = run(board, file, *FAST)
    finally:
        commands.json("rollback", *names)
    assert (code, said["standings"][0]["metrics"]["map@10"]) == (0, 0.0)
    assert "leaderboard publish makes one that has not" in errors


def test_without_the_data_nothing_is_measured(tmp_path: Path) -> None:
    """Where KION is not, the run says that, where to get it, and ends with a code of its own."""
    commands = Commands(tmp_path)
    done = commands.run("leaderboard", "run", "--recipe", "kion")
    assert done.returncode == 4
    assert done.stdout == "not measured: data/kion is not there; warmstart data fetch kion\n"
    asked = commands.run("leaderboard", "run", "--recipe", "kion", "--json")
    assert asked.returncode == 4
    assert json.loads(asked.stdout)["measured"] is False
    assert json.loads(asked.stdout)["marks"] == {"pass": 0.075, "seed": 0.088}


def test_the_usual_rate_is_the_standard_plan_s() -> None:
    """Who says nothing is not throttled."""
    from infra.plans import PLANS

    assert Manner().rate == PLANS["standard"].rate_per_second
