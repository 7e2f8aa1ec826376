"""One image: built as a deploy builds it, run as Lambda runs it."""

import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from infra.families import Family, read_families
from infra.functions import TUNING, catalogue, handler, serving_environment
from tests.e2e.emulated.assets import build, family_of, images, synthesize
from tests.e2e.emulated.base_image import IMAGE as BASE
from tests.e2e.emulated.tools import ROOT, docker

MB = 10**6
ANSWER_SECONDS = 30
CONSTANT = 'def handler(event, context):\n    return {"statusCode": 200}\n'


class Image(NamedTuple):
    """A built image and whose it is."""

    family: Family
    tag: str

    @property
    def added_mb(self) -> float:
        """What it adds to Lambda's base image, uncompressed."""
        return (size(self.tag) - size(BASE)) / MB


def build_all(folder: Path, names: Collection[str] = ()) -> list[Image]:
    """Build the image of every family and of the catalogue, or of those that are named, as a deploy builds them."""
    families = read_families(ROOT / "functions")
    assembly = synthesize("dev", folder)
    contexts = {family_of(image): image for image in images(assembly)}
    functions = [family for family in (*families, catalogue(families)) if not names or family.name in names]
    built = [Image(family, f"warmstart-{family.name}") for family in functions]
    for image in built:
        build(assembly, contexts[image.family.name], image.tag)
    return built


def size(tag: str) -> int:
    """Return an image's bytes, uncompressed."""
    return int(docker("image", "inspect", "--format", "{{.Size}}", tag))


@contextmanager
def running(image: Image, store: Path) -> Iterator[tuple[str, float]]:
    """Run it on one CPU with its memory, everything but /tmp read-only; yield its URL and when it was started."""
    environment = {**TUNING, **serving_environment(image.family, "file:///store")}
    mounts = [f"--volume={store}:/store:ro"]
    with _container(image.tag, handler(image.family.name), environment, mounts, image.family.memory_mb) as started:
        yield started


@contextmanager
def constant(folder: Path, memory_mb: int) -> Iterator[tuple[str, float]]:
    """Run a handler that does nothing on the bare base image: what an image is held against."""
    (folder / "constant.py").write_text(CONSTANT)
    mounts = [f"--volume={folder / 'constant.py'}:/var/task/constant.py:ro"]
    with _container(BASE, "constant.handler", {}, mounts, memory_mb) as started:
        yield started


def answer(url: str, event: Mapping[str, Any]) -> dict[str, Any]:
    """Return a function's answer to an event; it is asked again until it listens."""
    until = time.monotonic() + ANSWER_SECONDS
    while True:
        try:
            return dict(httpx.post(url, json=event, timeout=ANSWER_SECONDS).json())
        except httpx.TransportError:
            if time.monotonic() > until:
                raise
            time.sleep(0.005)


@contextmanager
def _container(
    tag: str, command: str, environment: Mapping[str, str], mounts: list[str], memory_mb: int
) -> Iterator[tuple[str, float]]:
    limits = ["--cpus=1", f"--memory={memory_mb}m", "--read-only", "--tmpfs=/tmp", "--publish=127.0.0.1::8080"]
    variables = [f"--env={name}={value}" for name, value in environment.items()]
    known = [f"--env=AWS_LAMBDA_FUNCTION_MEMORY_SIZE={memory_mb}", "--env=AWS_LAMBDA_FUNCTION_NAME=alone"]
    container = docker("create", *limits, *variables, *known, *mounts, tag, command).strip()
    try:
        started = time.perf_counter()
        docker("start", container)
        address = docker("port", container, "8080").splitlines()[0]
        yield f"http://{address}/2015-03-31/functions/function/invocations", started
    finally:
        docker("rm", "--force", container)
