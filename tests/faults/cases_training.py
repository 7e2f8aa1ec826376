"""Trainings that are stopped, set up wrongly or given next to nothing, as the command that people run."""

import signal
import subprocess
import time
from collections.abc import Sequence
from functools import partial

from tests.faults.ask import TRACES
from tests.faults.case import Case, Seen
from tests.faults.world import World
from tests.training.sagemaker.tree import board_tree
from warmstart.registry import versions

RECIPE = """name = "small"
[data]
path = "."
[fold]
kind = "leave_last_out"
[models.{model}]
{settings}
"""
HEADER = "user_id,item_id,weight,timestamp"
BOARD = [
    f"{user},{item},1,2026-01-{(user + 3 * item) % 28 + 1:02d}"
    for user in range(12)
    for item in range(12)
    if (user + item) % 2 == 0
]
STARTED = "fitting"
PATIENCE_SECONDS = 60.0


def _start(world: World, rows: Sequence[str], model: str, settings: str, prefix: str) -> subprocess.Popen[str]:
    folder = world.folder / prefix
    folder.mkdir()
    (folder / "interactions.csv").write_text("\n".join([HEADER, *rows]) + "\n")
    (folder / "recipe.toml").write_text(RECIPE.format(model=model, settings=settings))
    return world.command("train", "--recipe", "recipe.toml", prefix=prefix, folder=folder)


def _trained(world: World, rows: Sequence[str], model: str = "popular", settings: str = "") -> Seen:
    """Train, and say how it ended."""
    prefix = world.fresh_name()
    process = _start(world, rows, model, settings, prefix)
    _, err = process.communicate(timeout=PATIENCE_SECONDS)
    return _end(world, prefix, model, process.returncode, err)


def _end(world: World, prefix: str, model: str, code: int, err: str) -> Seen:
    lines = [line for line in err.splitlines() if line.startswith(("error: ", "Aborted!"))]
    clear = "" if code == 0 or lines else ", no clear error"
    trace = ", a trace" if any(sign in err for sign in TRACES[:2]) else ""
    published = len(versions(world.store(prefix), model))
    return Seen(
        f"{'exit 0' if code == 0 else 'fails'}{clear}{trace}, {published} published", f"exit {code}; {' '.join(lines)}"
    )


def _stopped(world: World, sign: signal.Signals) -> Seen:
    """Stop a training that would take for ever while it fits, and look at what it leaves."""
    prefix = world.fresh_name()
    process = _start(world, BOARD, "als", "factors = 64\niterations = 10000000", prefix)
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        said += line
        if STARTED in line and "als" in line:
            break
    time.sleep(0.3)
    process.send_signal(sign)
    try:
        _, rest = process.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return Seen("goes on")
    seen = _end(world, prefix, "als", process.returncode, said + (rest or ""))
    left = [path.name for path in (world.folder / prefix).glob("warmstart-*")]
    again = _trained(world, BOARD, "als", "factors = 2")
    return Seen(f"{seen.what}{', a draft left' if left else ''}; a rerun: {again.what}", seen.figures)


def _job(world: World) -> Seen:
    """Let SageMaker's container train with a setting that is none, and read what it leaves for SageMaker."""
    tree = board_tree(world.folder / world.fresh_name(), "[models.als]\nfactors = 0\n")
    done = tree.run()
    told = "the failure is told" if tree.failure and "factors" in tree.failure else "no failure is told"
    return Seen(f"{'fails' if done.returncode else 'exit 0'}, {told}", tree.failure or "")


SAME_TIME = [row.rpartition(",")[0] + ",2026-01-01" for row in BOARD]
REFUSED = "fails, 0 published"
TRAINED = "exit 0, 1 published"
GIVEN: dict[str, tuple[Sequence[str], str, str, str]] = {
    "an empty table": ((), "popular", "", REFUSED),
    "one user": ([f"1,{item},1,2026-01-{item + 1:02d}" for item in range(9)], "popular", "", REFUSED),
    "one item": ([f"{user},1,1,2026-01-0{user}" for user in range(1, 9)], "popular", "", REFUSED),
    "all rows at the same time": (SAME_TIME, "als", "factors = 2", REFUSED),
    "every row twice": ([*BOARD, *BOARD], "als", "factors = 2", TRAINED),
    "no factors": (BOARD, "als", "factors = 0", REFUSED),
    "a setting that is none": (BOARD, "popular", "depth = 3", REFUSED),
    "NaN for a weight": ([*BOARD, "1,1,nan,2026-01-01"], "popular", "", REFUSED),
    "a time that is none": ([*BOARD, "1,1,1,yesterday"], "popular", "", REFUSED),
}

CASES = [
    Case("training", "a setting that is none, in SageMaker", "fails, the failure is told", _job, slow=True),
    *(
        Case("training", name, expected, partial(_trained, rows=rows, model=model, settings=settings), slow=True)
        for name, (rows, model, settings, expected) in GIVEN.items()
    ),
    *(
        Case(
            "training",
            f"{sign.name} while it fits",
            f"{REFUSED}; a rerun: {TRAINED}",
            partial(_stopped, sign=sign),
            slow=True,
        )
        for sign in (signal.SIGTERM, signal.SIGINT)
    ),
]
