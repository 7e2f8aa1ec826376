"""What an image is made of: pinned distributions, and in the catalogue's the packages of its pages."""

import base64
import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from infra.families import CATALOGUE
from infra.supply.pins import pinned_by_image, read_pins
from infra.tree import ROOT

LOCK = ROOT / "functions" / CATALOGUE / "page" / "package-lock.json"
VENDORED = ROOT / "infra" / "supply" / "vendored.toml"
OSI = "License :: OSI Approved :: "
SHORT = re.compile(r"[\w .+()-]{2,60}")  # a licence's name, not its text


@dataclass(frozen=True, kw_only=True)
class Component:
    """One package of an image."""

    name: str
    version: str
    purl: str
    hashes: tuple[tuple[str, str], ...]  # algorithm as CycloneDX calls it, hex; of archives or files that may be it
    licence: str | None  # as its author writes it; None where that is not known here


def components(image: str) -> tuple[Component, ...]:
    """What is installed or copied into an image beside its base and the project's own code, by purl."""
    own = [*_distributions(image), *(_page() if image == CATALOGUE else ())]
    return tuple(sorted(own, key=lambda component: component.purl))


def vendored() -> Iterator[tuple[Component, dict[str, str]]]:
    """Packages of which files lie in this repository: with the SHA-256 of each file, by path."""
    for name, entry in tomllib.loads(VENDORED.read_text(encoding="utf-8")).items():
        files: dict[str, str] = entry["files"]
        yield _npm(name, entry["version"], tuple(("SHA-256", held) for held in files.values()), entry["licence"]), files


def _distributions(image: str) -> Iterator[Component]:
    for pin in read_pins(pinned_by_image()[image]):
        yield Component(
            name=pin.name,
            version=pin.version,
            purl=f"pkg:pypi/{pin.name}@{pin.version.replace('+', '%2B')}",
            hashes=tuple(("SHA-256", held) for held in pin.hashes),
            licence=_licence(pin.name, pin.version),
        )


def _page() -> Iterator[Component]:
    for path, package in json.loads(LOCK.read_text(encoding="utf-8"))["packages"].items():
        if path and not package.get("dev"):
            algorithm, _, digest = package["integrity"].partition("-")
            held = (algorithm.upper().replace("SHA", "SHA-"), base64.b64decode(digest).hex())
            yield _npm(path.rpartition("node_modules/")[2], package["version"], (held,), package.get("license"))
    yield from (component for component, _ in vendored())


def _npm(name: str, version: str, hashes: tuple[tuple[str, str], ...], licence: str | None) -> Component:
    purl = f"pkg:npm/{name.replace('@', '%40')}@{version}"
    return Component(name=name, version=version, purl=purl, hashes=hashes, licence=licence)


def _licence(name: str, version: str) -> str | None:
    """What the same version, installed here, says of itself."""
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return None
    return _told(found) if found.version.partition("+")[0] == version.partition("+")[0] else None


def _told(found: Distribution) -> str | None:
    told = found.metadata
    if "License-Expression" in told:
        return told["License-Expression"]
    if classified := [value.removeprefix(OSI) for value in told.get_all("Classifier", []) if value.startswith(OSI)]:
        return " OR ".join(classified)
    head = (found.read_text("licenses/LICENSE") or "").strip().partition("\n")[0]
    return next((text for text in (*told.get_all("License", []), head) if SHORT.fullmatch(text)), None)
