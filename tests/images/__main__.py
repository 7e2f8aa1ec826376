"""`make images`: the table of docs/IMAGES.md."""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from infra.families import CATALOGUE
from tests.bench.events import read_event
from tests.e2e.conftest import Commands, train_networks
from tests.e2e.emulated import base_image
from tests.e2e.emulated.tools import ROOT, why_not
from tests.images.image import Image, answer, build_all, constant, running, size

PAGE = ROOT / "docs" / "IMAGES.md"
ROUNDS = 7
HEAD = """\
# Images

`make images` measures this and writes it, on two shared cores: each image built from `functions/Dockerfile`, then run
by itself with one CPU, the memory of its `family.toml`, `--read-only` and a `/tmp` in memory, under Lambda's runtime
interface emulator. A cold start is the time from `docker start` to the first recommendation, the pull of models of
MovieLens 100k included, networks after one epoch; beside it a handler that returns a constant, on the bare base image,
in the same run. Medians of {rounds}.

Base image: {base}, {base_mb:.0f} MB. Sizes are uncompressed; a test fails where
an image adds more than its line in `family.toml`.

| image | adds | may add | memory | cold start | constant handler | ratio |
|---|---|---|---|---|---|---|
"""


def main() -> None:
    """Measure, print, and write the page where asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.images", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="families or the catalogue; all by default")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.relative_to(ROOT)}, where all are measured")
    arguments = parser.parse_args()
    if reason := why_not():
        parser.exit(1, f"error: {reason}\n")
    how = base_image.provide()
    with tempfile.TemporaryDirectory() as folder:
        store = _demo_store(Path(folder))
        page = HEAD.format(rounds=ROUNDS, base=how, base_mb=size(base_image.IMAGE) / 1e6)
        for image in build_all(Path(folder) / "cdk.out", arguments.names):
            page += _row(image, store, Path(folder)) + "\n"
    print(page)
    if arguments.write and not arguments.names:
        PAGE.write_text(page)


def _demo_store(folder: Path) -> Path:
    """Train what `make demo` trains, and networks."""
    commands = Commands(folder)
    for step in (("data", "fetch", "movielens-100k"), ("train", "--recipe", "movielens_100k", "--promote")):
        done = commands.run(*step, WARMSTART_STORE="store")
        if done.returncode:
            raise SystemExit(done.stderr)
    train_networks(commands, "movielens_100k", "--store", "store")
    return folder / "store"


def _row(image: Image, store: Path, folder: Path) -> str:
    family = image.family
    event = read_event(family.models[0], 186) if family.name != CATALOGUE else _health()
    own, bare = [], []
    for _ in range(ROUNDS):
        own.append(_cold_start(lambda: running(image, store), event))
        bare.append(_cold_start(lambda: constant(folder, family.memory_mb), event))
    cold, least = statistics.median(own), statistics.median(bare)
    added, may = image.added_mb, family.image_mb
    return (
        f"| {family.name} | {added:.0f} MB | {may} MB | {family.memory_mb} MB "
        f"| {cold:.0f} ms | {least:.0f} ms | {cold / least:.2f} |"
    )


def _cold_start(start: Callable[[], AbstractContextManager[tuple[str, float]]], event: dict[str, object]) -> float:
    with start() as (url, started):
        got = answer(url, event)
        took = (time.perf_counter() - started) * 1000
    if got["statusCode"] != 200:
        raise SystemExit(f"answered {got}")
    return took


def _health() -> dict[str, object]:
    return {**read_event("", 0), "resource": "/health", "path": "/health"}


if __name__ == "__main__":
    main()
