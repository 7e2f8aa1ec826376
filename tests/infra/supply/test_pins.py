"""Pinned requirements as they are written, and as they must not be."""

from pathlib import Path

import pytest

from infra.supply.pins import Pin, pinned_files, read_pins

HASHES = ("0" * 64, "a" * 64)


def test_a_pin_has_its_version_and_every_hash(tmp_path: Path) -> None:
    """Lines that go on, comments, and names as PyPI spells them."""
    path = tmp_path / "pins.txt"
    path.write_text(
        "# made by a tool\nOne_Two.three==1.0+cpu \\\n"
        f"    --hash=sha256:{HASHES[0]} \\\n    --hash=sha256:{HASHES[1]}\nfour==2 # and why\n"
    )
    assert read_pins(path) == (Pin("one-two-three", "1.0+cpu", HASHES), Pin("four", "2", ()))


@pytest.mark.parametrize(
    "line", ["numpy>=1", "numpy", "-r other.txt", "numpy @ file:///a.whl", "numpy==1 --hash=md5:0"]
)
def test_what_pins_nothing_is_refused(tmp_path: Path, line: str) -> None:
    """The file and the line are named: an audit that skips it would look clean."""
    path = tmp_path / "pins.txt"
    path.write_text(f"four==2\n{line}\n")
    with pytest.raises(ValueError, match=r"pins\.txt.*pins no version"):
        read_pins(path)


@pytest.mark.parametrize("path", pinned_files(), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_is_installed_somewhere_else_has_hashes(path: Path) -> None:
    """Every file reads, and each pin of those that an image or an audit installs has at least one hash."""
    pins = read_pins(path)
    assert pins
    assert [pin.name for pin in pins if not pin.hashes and not path.name.startswith("constraints")] == []
