"""The `warmstart` command."""

import os
import signal

import click

from training.cli.batch import batch
from training.cli.console import Commands
from training.cli.data import data
from training.cli.demo import demo
from training.cli.deployed import logs, url
from training.cli.evaluate import evaluate
from training.cli.init import init
from training.cli.inspect import inspect
from training.cli.job import job
from training.cli.leaderboard import leaderboard
from training.cli.recommend import recommend
from training.cli.registry import models, promote, rollback, sweep
from training.cli.report import report
from training.cli.retrain import retrain
from training.cli.serve import serve
from training.cli.token import token
from training.cli.train import train
from training.cli.trend import trend
from training.cli.tune import tune
from training.stopping import EXIT_CODE


@click.group(cls=Commands, context_settings={"max_content_width": 100, "help_option_names": ["-h", "--help"]})
@click.version_option(package_name="warmstart")
def main() -> None:
    """Recommendations as an HTTPS API with no server that idles."""
    signal.signal(signal.SIGTERM, _end)


def _end(*_: object) -> None:
    """End as on Ctrl-C, so that half-made folders go; `serve` has a way of its own."""
    os.write(2, b"error: stopped by SIGTERM\n")  # a buffered stream may be just in use
    raise SystemExit(EXIT_CODE)


COMMANDS = (
    data,
    init,
    train,
    job,
    retrain,
    evaluate,
    report,
    tune,
    trend,
    models,
    promote,
    rollback,
    sweep,
    recommend,
    batch,
    inspect,
    serve,
    token,
    leaderboard,
    url,
    logs,
    demo,
)
for command in COMMANDS:
    main.add_command(command)
