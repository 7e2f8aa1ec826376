"""What each image is said to hold is what it pins, and nobody's whose licence a served image could not keep."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from infra.families import CATALOGUE
from infra.supply import __main__ as command
from infra.supply.components import vendored
from infra.supply.pins import TRAINING, pinned_by_image, pinned_files, read_pins
from infra.supply.sbom import sbom
from infra.tree import ROOT

IMAGES = pinned_by_image()
COPYLEFT = re.compile(r"GPL|General Public|SSPL|EUPL", re.IGNORECASE)


@pytest.fixture(params=IMAGES)
def image(request: pytest.FixtureRequest) -> str:
    """Return each image's name."""
    return str(request.param)


def test_every_pin_of_an_image_is_in_its_list(image: str) -> None:
    """The distributions of the list are those of the file that the Dockerfile installs, version by version."""
    held = {(one["name"], one["version"]) for one in listed(image) if one["purl"].startswith("pkg:pypi/")}
    assert held == {(pin.name, pin.version) for pin in read_pins(IMAGES[image])}


def test_every_component_can_be_found_and_checked(image: str) -> None:
    """Each has a purl of its own that says its name and version, and the hash of each archive that may be it."""
    components = listed(image)
    assert len({one["purl"] for one in components}) == len(components)
    for one in components:
        assert one["purl"].endswith(f"/{one['name'].replace('@', '%40')}@{one['version'].replace('+', '%2B')}")
        assert one["hashes"]
        sizes = {"SHA-256": 64, "SHA-512": 128}
        assert all(re.fullmatch(f"[0-9a-f]{{{sizes[each['alg']]}}}", each["content"]) for each in one["hashes"])


@pytest.mark.parametrize("image", sorted(set(IMAGES) - set(TRAINING)))
def test_what_serves_binds_nobody(image: str) -> None:
    """Every component of what serves names its licence, and none is a copyleft that reaches further than its file."""
    licences = {one["name"]: one["licenses"][0]["license"]["name"] for one in listed(image) if "licenses" in one}
    assert licences.keys() == {one["name"] for one in listed(image)}
    assert {name: told for name, told in licences.items() if COPYLEFT.search(told)} == {}


def test_every_image_has_a_list() -> None:
    """No family, no function and no file of pins is without one, but for what compiles."""
    functions = {path.parent.name for path in ROOT.glob("functions/*/handler.py")}
    assert functions <= IMAGES.keys()
    pinned = {path for path in pinned_files() if path.parent.parent == ROOT / "functions"}
    pinned |= {path for path in pinned_files() if path.parent == ROOT / "training" / "sagemaker"}
    assert pinned - set(IMAGES.values()) == {path for path in pinned if path.name == "build.txt"}


def test_the_page_is_made_of_what_it_depends_on() -> None:
    """The catalogue's list has each dependency of the page, and nothing that only builds or tests it."""
    package = json.loads((ROOT / "functions" / CATALOGUE / "page" / "package.json").read_text())
    held = {one["name"] for one in listed(CATALOGUE) if one["purl"].startswith("pkg:npm/")}
    assert package["dependencies"].keys() <= held
    assert not package["devDependencies"].keys() & held


def test_vendored_files_are_those_of_the_list() -> None:
    """Each file of Swagger UI has the hash that is written down for it."""
    held = {path: digest for _, files in vendored() for path, digest in files.items()}
    assert {path: hashlib.sha256((ROOT / path).read_bytes()).hexdigest() for path in held} == held
    assert {path for path in held if "swagger-ui" in path} == {
        path.relative_to(ROOT).as_posix() for path in (ROOT / "functions" / CATALOGUE / "static").glob("swagger-ui*")
    }


def test_the_same_pins_make_the_same_list() -> None:
    """A list holds no time and no number drawn: two releases can be compared."""
    first, second = sbom(CATALOGUE), sbom(CATALOGUE)
    assert json.dumps(first) == json.dumps(second)
    assert {"timestamp", "serialNumber"}.isdisjoint({*first, *first["metadata"]})


def test_the_command_writes_a_file_for_each_image(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`sbom` leaves one document an image, and prints how much each holds."""
    monkeypatch.setattr(command, "FOLDER", tmp_path / "sbom")
    monkeypatch.setattr("sys.argv", ["supply", "sbom"])
    command.main()
    assert {path.name for path in (tmp_path / "sbom").iterdir()} == {f"{image}.cdx.json" for image in IMAGES}
    printed = [line.split()[:2] for line in capsys.readouterr().out.splitlines()[1:]]
    written = {image: json.loads((tmp_path / "sbom" / f"{image}.cdx.json").read_text()) for image in IMAGES}
    assert printed == [[image, str(len(document["components"]))] for image, document in written.items()]


def listed(image: str) -> list[dict[str, Any]]:
    """Return the components of an image's list."""
    return list(sbom(image)["components"])
