"""Where a command writes its page."""

from pathlib import Path

import click

from training.cli.console import Console
from warmstart.errors import SettingsError


def page_at(to: Path | None, usual: str, console: Console) -> Path | None:
    """Return where the page goes: where --to says, else the usual place, and with --json nowhere."""
    page = to or (None if console.json else Path(usual))
    if page and not page.parent.is_dir():
        raise click.UsageError(f"there is no folder {page.parent} to write to")
    return page


def write_page(page: Path, html: str) -> None:
    """Write it; raise SettingsError where that cannot be."""
    try:
        page.write_text(html, encoding="utf8")
    except OSError as error:
        raise SettingsError(f"{page} cannot be written: {error.strerror}") from error
