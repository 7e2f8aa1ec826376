"""`warmstart models | promote | rollback | sweep`: which versions there are, and which is served."""

from typing import TYPE_CHECKING, Any

import click

from training.cli.console import Console, json_option, table
from training.cli.place import store_option
from training.stores import open_named

if TYPE_CHECKING:
    from warmstart.registry import Alias
    from warmstart.store import Store

FORCE = (
    "Promote in spite of the gate, and over an alias that cannot be read, whose previous version is then forgotten: "
    "a sweep may take it. Needs --reason."
)


@click.command()
@store_option
@json_option
def models(store_url: str, console: Console) -> None:
    """List models, their versions and metrics; the served one is marked."""
    from warmstart import registry

    store = open_named(store_url)
    listed: list[dict[str, Any]] = []
    for model in registry.models(store):
        listed += _listed(store, model, console)
    names = sorted({name for entry in listed for name in entry["metrics"]})
    rows = [
        (
            entry["model"],
            entry["version"],
            "served" if entry["served"] else "",
            *(entry["metrics"].get(n) for n in names),
        )
        for entry in listed
    ]
    text = table(("model", "version", "", *names), rows) if rows else "no models yet: warmstart train makes one"
    console.result({"models": listed}, text)


def _listed(store: "Store", model: str, console: Console) -> list[dict[str, Any]]:
    """Describe a model's versions; what cannot be read is said, and hides nothing else."""
    from warmstart import registry
    from warmstart.errors import ArtifactError

    served, found = None, []
    try:
        champion = registry.read_alias(store, model)
        served = champion.version if champion else None
    except ArtifactError as error:
        console.warn(f"{error}: promote a version with --force --reason to mend it")
    for version in registry.versions(store, model):
        try:
            metrics = dict(registry.read_manifest(store, model, version)[0].metrics)
        except ArtifactError as error:
            console.warn(f"{model} {version}: {error}")
            continue
        found.append({"model": model, "version": version, "served": version == served, "metrics": metrics})
    return found


@click.command()
@click.argument("model")
@click.argument("version")
@store_option
@click.option("--force", is_flag=True, help=FORCE)
@click.option("--reason", default="", help="Why; kept in the alias.")
@json_option
def promote(model: str, version: str, store_url: str, force: bool, reason: str, console: Console) -> None:
    """Serve a version from the next refresh on, if its metrics have earned it."""
    from training.evaluation import gate
    from warmstart import registry

    if force and not reason:
        raise click.UsageError("--force needs --reason: the next one on duty will want to know")
    store = open_named(store_url)
    if not force:
        gate.check(registry.read_manifest(store, model, version)[0])
    alias = registry.promote(store, model, version, reason=reason or "promoted", mend=force)
    _say(console, model, alias)


@click.command()
@click.argument("model")
@store_option
@click.option("--reason", default="rolled back", help="Why; kept in the alias.")
@json_option
def rollback(model: str, store_url: str, reason: str, console: Console) -> None:
    """Serve the version before the present one. No gate, no deploy; a second rollback undoes the first."""
    from warmstart import registry

    _say(console, model, registry.rollback(open_named(store_url), model, reason=reason))


@click.command()
@click.argument("model")
@store_option
@click.option("--keep", default=3, show_default=True, type=click.IntRange(min=0), help="How many of the newest stay.")
@click.option("--older-than", default=14.0, show_default=True, type=click.FloatRange(min=0), help="Days.")
@click.option("--delete", is_flag=True, help="Really delete; without it the command only lists.")
@json_option
def sweep(model: str, store_url: str, keep: int, older_than: float, delete: bool, console: Console) -> None:
    """Delete old versions that no alias names, neither as the present nor as the previous one."""
    from warmstart import registry
    from warmstart.errors import VersionMissing
    from warmstart.sweep import sweep as sweep_versions

    store = open_named(store_url)
    if model not in registry.models(store):
        raise VersionMissing(f"{store.url} has no model {model[:64]}")
    gone = sweep_versions(store, model, keep=keep, older_than_days=older_than, dry_run=not delete)
    verb = "deleted" if delete else "would delete (--delete does)"
    text = "\n".join(f"{verb} {version}" for version in gone) or "nothing to sweep"
    console.result({"model": model, "versions": gone, "deleted": delete}, text)


def _say(console: Console, model: str, alias: "Alias") -> None:
    value = {"model": model, "version": alias.version, "previous": alias.previous, "serial": alias.serial}
    console.result(
        value, f"{model} serves {alias.version} (serial {alias.serial}, before: {alias.previous or 'nothing'})"
    )
