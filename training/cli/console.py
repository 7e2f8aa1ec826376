"""What the command says and how it ends: results on stdout, progress and errors on stderr."""

import errno
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click

from training.voice import one_line
from warmstart.errors import WarmstartError


@dataclass
class Console:
    """One command's voice: text for people, JSON for programs."""

    json: bool = False
    _open_line: int = 0  # characters of a progress line that the next one overwrites

    def progress(self, text: str) -> None:
        """Say on stderr what is going on: one line that is overwritten on a terminal, plain lines elsewhere."""
        if not sys.stderr.isatty():
            click.echo(text, err=True)
            return
        click.echo("\r" + text.ljust(self._open_line), nl=False, err=True)
        self._open_line = len(text)

    def warn(self, text: str) -> None:
        """Say on stderr, on a line of its own, what the user should know and what stops nothing."""
        self.end_progress()
        click.echo(f"warning: {text}", err=True)

    def result(self, value: Mapping[str, Any], text: str) -> None:
        """Print the command's answer on stdout: the value as JSON where asked, the text otherwise."""
        self.end_progress()
        click.echo(json.dumps(value, ensure_ascii=False, default=str) if self.json else text)

    def end_progress(self) -> None:
        """Leave the progress line, so that what follows starts on a line of its own."""
        if self._open_line:
            click.echo(err=True)
            self._open_line = 0


def _console(context: click.Context, _: click.Parameter, value: bool) -> Console:
    console = Console(json=value)
    context.call_on_close(console.end_progress)
    return console


json_option = click.option(
    "--json",
    "console",
    is_flag=True,
    callback=_console,
    help="Print the result as JSON.",
)


OURS = ("training", "functions", "infra", "warmstart")


class Commands(click.Group):
    """A group whose commands end a known error as one line on stderr and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a WarmstartError becomes click's own kind, which prints `Error: ...`."""
        try:
            return super().invoke(ctx)
        except WarmstartError as error:
            raise Failure(str(error)) from error
        except MemoryError as error:
            raise Failure(f"not enough memory: {error}") from error
        except OSError as error:  # a full disk, a page that cannot be written
            if error.errno == errno.EPIPE:  # who read it has gone; click ends that quietly
                raise
            raise Failure(str(error)) from error
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] in OURS:
                raise
            raise Failure(f"this needs pip install 'warmstart[train]' (there is no {error.name})") from error


class Failure(click.ClickException):
    """A known error on its way to stderr."""

    exit_code = 1

    def show(self, file: Any = None) -> None:
        """Print one line."""
        click.echo(f"error: {one_line(self.message)}", file=file or sys.stderr)


def table(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Lay rows out in aligned columns, numbers to the right."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(headers, *cells, strict=True)]
    right = [bool(rows) and all(isinstance(row[i], int | float | None) for row in rows) for i in range(len(headers))]

    def line(values: Sequence[str]) -> str:
        aligned = (v.rjust(w) if r else v.ljust(w) for v, w, r in zip(values, widths, right, strict=True))
        return "  ".join(aligned).rstrip()

    return "\n".join([line(headers), *map(line, cells)])


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.4f}" if isinstance(value, float) else str(value)
