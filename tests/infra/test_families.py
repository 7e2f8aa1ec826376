"""`family.toml` is read strictly: what is wrong is named by file and key."""

from pathlib import Path

import pytest

import infra
from infra.families import Family, read_families

GOOD = {
    "models": '["als"]',
    "preload": '["als"]',
    "memory_mb": "1769",
    "timeout_s": "15",
    "disk_mb": "2048",
    "image_mb": "350",
}


def write(folder: Path, family: str, changes: dict[str, str | None] | None = None) -> Path:
    """A family.toml with some of its lines changed or, for None, left out."""
    lines = {**GOOD, **(changes or {})}
    path = folder / family / "family.toml"
    path.parent.mkdir()
    path.write_text("".join(f"{key} = {value}\n" for key, value in lines.items() if value is not None))
    return path


def test_a_family_is_its_file(tmp_path: Path) -> None:
    """The folder is the name, the keys are the rest."""
    write(tmp_path, "factorization")
    assert read_families(tmp_path) == (Family("factorization", ("als",), ("als",), 1769, 15, 2048, 350),)


def test_the_project_s_own_families_are_well_formed() -> None:
    """Every family of this repository can be read, in the order of its name."""
    families = read_families(Path(infra.__file__).parent.parent / "functions")
    names = [family.name for family in families]
    assert names == sorted(names)
    assert "lists" in names


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"models": None}, "models"),
        ({"image_mb": None}, "image_mb"),
        ({"modles": '["als"]'}, "modles"),
        ({"models": '"als"'}, "models"),
        ({"models": "[]", "preload": "[]"}, "models"),
        ({"models": '["../als"]'}, "models"),
        ({"models": '["als", "als"]'}, "models"),
        ({"models": "[7]"}, "models"),
        ({"preload": '["bpr"]'}, "preload"),
        ({"memory_mb": '"1769"'}, "memory_mb"),
        ({"memory_mb": "true"}, "memory_mb"),
        ({"memory_mb": "64"}, "memory_mb"),
        ({"timeout_s": "30"}, "timeout_s"),
        ({"timeout_s": "1.5"}, "timeout_s"),
        ({"disk_mb": "511"}, "disk_mb"),
        ({"models": '["catalogue"]'}, "no model can be"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, changes: dict[str, str | None], key: str) -> None:
    """A missing, unknown or senseless key is refused with its file and its name."""
    path = write(tmp_path, "factorization", changes)
    with pytest.raises(ValueError, match=key) as error:
        read_families(tmp_path)
    assert str(path) in str(error.value)


def test_code_beside_a_family_is_that_of_others(tmp_path: Path) -> None:
    """Where it is not said there is none; the order is the file's."""
    for name in ("factorization", "knn"):
        write(tmp_path, name, {"models": f'["{name}"]', "preload": "[]"})
    write(tmp_path, "ranker", {"models": '["two"]', "preload": "[]", "beside": '["knn", "factorization"]'})
    beside = {family.name: family.beside for family in read_families(tmp_path)}
    assert beside == {"factorization": (), "knn": (), "ranker": ("knn", "factorization")}


@pytest.mark.parametrize(
    ("beside", "message"),
    [
        ('"knn"', "beside: not a list of family names"),
        ("[7]", "beside: 7 is not a family name"),
        ('["../knn"]', "beside: '../knn' is not a family name"),
        ('["knn", "knn"]', "beside: a name stands twice"),
        ('["neural"]', "beside: 'neural' is no other family"),
        ('["ranker"]', "beside: 'ranker' is no other family"),
        ('["knn"]', "beside: 'lists' is missing, for 'knn' needs it"),
    ],
)
def test_what_cannot_stand_beside_a_family_is_named(tmp_path: Path, beside: str, message: str) -> None:
    """Only families, each once, and all that they need themselves."""
    write(tmp_path, "lists", {"models": '["popular"]', "preload": "[]"})
    write(tmp_path, "knn", {"models": '["ease"]', "preload": "[]", "beside": '["lists"]'})
    write(tmp_path, "ranker", {"beside": beside})
    with pytest.raises(ValueError, match="ranker/family") as error:
        read_families(tmp_path)
    assert message in str(error.value)


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    """A syntax error names its file."""
    path = write(tmp_path, "factorization")
    path.write_text("models = [")
    with pytest.raises(ValueError, match=r"family\.toml"):
        read_families(tmp_path)


def test_one_name_in_two_families_is_refused(tmp_path: Path) -> None:
    """Two families that claim a model would leave to chance which one answers."""
    write(tmp_path, "factorization")
    write(tmp_path, "neural")
    with pytest.raises(ValueError, match=r"neural/family\.toml: models: 'als' .* 'factorization'"):
        read_families(tmp_path)
