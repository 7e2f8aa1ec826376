"""The `warmstart` command."""

import signal

import click

from training.cli.console import Commands
from training.cli.data import data
from training.cli.demo import demo
from training.cli.deployed import logs, url
from training.cli.init import init
from training.cli.recommend import recommend
from training.cli.registry import models, promote, rollback, sweep
from training.cli.serve import serve
from training.cli.token import token
from training.cli.train import evaluate, train


@click.group(cls=Commands, context_settings={"max_content_width": 100, "help_option_names": ["-h", "--help"]})
@click.version_option(package_name="warmstart")
def main() -> None:
    """Recommendations as an HTTPS API with no server that idles."""
    signal.signal(signal.SIGTERM, _end)


def _end(*_: object) -> None:
    """End as on Ctrl-C, so that half-made folders go; `serve` has a way of its own."""
    click.echo("error: stopped by SIGTERM", err=True)
    raise SystemExit(143)


COMMANDS = (data, init, train, evaluate, models, promote, rollback, sweep, recommend, serve, token, url, logs, demo)
for command in COMMANDS:
    main.add_command(command)
