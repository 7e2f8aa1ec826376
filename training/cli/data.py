"""`warmstart data`: fetch, make up and check tables."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from training.cli.console import Commands, Console, json_option, table

if TYPE_CHECKING:
    from training.data.check import Report
    from training.recipe import DataSection


@click.group(cls=Commands)
def data() -> None:
    """Fetch, make up and check tables."""


@data.command()
@click.argument("name", type=click.Choice(["movielens-100k", "movielens-1m", "kion"]))
@click.option("--to", type=click.Path(path_type=Path), help="Folder to put it in; data/NAME unless said.")
@click.option("--sha256", help="SHA-256 of the archive; needed for kion, whose checksum nobody publishes.")
@json_option
def fetch(console: Console, name: str, to: Path | None, sha256: str | None) -> None:
    """Download a public data set, checksums verified."""
    from training.data.fetch import fetch as fetch_source
    from training.data.sources import SOURCES

    fetched = fetch_source(SOURCES[name], to or Path("data", name), console.progress, sha256)
    said = {
        "official": f"{name} is in {fetched.path}",
        "wheel": f"{name} is in {fetched.path}, the same tables out of the recbole wheel",
        "already there": f"{name} is already in {fetched.path}, nothing to do",
        "unverified": f"{fetched.path} has files of {name}'s names, left as they are: no checksum tells whose they are",
    }
    console.result({"name": name, "path": str(fetched.path), "origin": fetched.origin}, said[fetched.origin])


@data.command()
@click.option("--users", default=100_000, show_default=True, type=click.IntRange(10, 50_000_000))
@click.option("--items", default=15_000, show_default=True, type=click.IntRange(10, 10_000_000))
@click.option("--interactions", default=1_000_000, show_default=True, type=click.IntRange(50, 1_000_000_000))
@click.option("--days", default=163, show_default=True, type=click.IntRange(1, 3650))
@click.option("--seed", default=32, show_default=True, type=click.IntRange(0, 2**63 - 1))
@click.option("--to", type=click.Path(path_type=Path), default=Path("data/kion"), show_default=True)
@click.option("--format", "form", type=click.Choice(["csv", "parquet"]), default="csv", show_default=True)
@json_option
def synth(
    console: Console,
    users: int,
    items: int,
    interactions: int,
    days: int,
    seed: int,
    to: Path,
    form: Literal["csv", "parquet"],
) -> None:
    """Make up a data set in the shape of KION; equal seeds give equal files."""
    from training.data.synth import Size, synthesise

    console.progress("drawing interactions")
    size = Size(users=users, items=items, interactions=interactions, days=days)
    rows = synthesise(size, seed, to, form)
    text = f"{to}: " + ", ".join(f"{count} {name}" for name, count in rows.items())
    console.result({"path": str(to), "seed": seed, "rows": rows}, text)


@data.command()
@click.argument("path", metavar="DIR_OR_TABLE_OR_RECIPE", type=click.Path(path_type=Path))
@click.option("--layout", help="A known layout; found out from the files unless said.")
@json_option
@click.pass_context
def check(context: click.Context, console: Console, path: Path, layout: str | None) -> None:
    """Count what a folder, a table or a recipe's tables hold and name what is wrong there; exit 1 if anything is.

    The columns of a single table are guessed as `warmstart init` does.
    """
    from training.data.check import check as check_tables

    report = check_tables(_section(path, layout, console))
    console.result(asdict(report) | {"good": report.good}, _text(report))
    context.exit(0 if report.good else 1)


def _section(path: Path, layout: str | None, console: Console) -> "DataSection":
    """Take the data section of a recipe, or describe a folder or a table."""
    from training.data.layouts import LAYOUTS
    from training.data.place import detect
    from training.recipe import DataSection, read_recipe

    if path.suffix == ".toml":
        return read_recipe(path).data
    if layout is not None and layout not in LAYOUTS:
        raise click.BadParameter(f"there are {', '.join(LAYOUTS)}", param_hint="--layout")
    if layout is None and (path.is_file() or path.suffix in (".csv", ".parquet", ".tsv")):
        return _guessed(path, console)
    return DataSection(path, layout or detect(path), None, None, None, {}, None, ())


def _guessed(path: Path, console: Console) -> "DataSection":
    """Describe a table by its columns; what has an option to settle it has that at init."""
    from training.data.guess import guess
    from warmstart.errors import DataError

    try:
        guessed = guess(path).data
    except DataError as error:
        options = f" (options of warmstart init {path})" if "say --" in str(error) else ""
        raise DataError(f"{error}{options}") from error
    console.progress("guessed: " + ", ".join(f"{column} is the {name}" for name, column in guessed.columns.items()))
    return guessed


def _text(report: "Report") -> str:
    """Lay a report out for people: counts, then remarks, then what is wrong."""
    time = f"{report.first} to {report.last}" if report.first else "no timestamps"
    wrong = [f"{finding} ({finding.count} in all)" for finding in report.findings]
    return "\n".join(
        [
            table(("file", "rows"), list(report.rows.items())),
            f"{report.users} users, {report.items} items, {time}",
            *(f"{count} interactions are left out by {key}" for key, count in report.left_out.items()),
            *report.remarks,
            *wrong,
            *([report.unusable] if report.unusable else []),
            "all rows are good" if not report.bad_rows else f"{report.bad_rows} bad rows",
        ]
    )
