"""Recipes are read strictly: whatever is wrong names file and key."""

from pathlib import Path

import pytest

from training.recipe import Fold, read_recipe
from warmstart.errors import DataError

GOOD = """
name = "films"
[data]
path = "data/films"
layout = "movielens-100k"
segments = ["age", "sex"]
[fold]
kind = "time"
[models.popular]
[models.als_films]
algorithm = "als"
factors = 32
alpha = 1.5
"""
RECIPES = Path(__file__).parents[2] / "training" / "recipes"


def test_a_recipe_is_typed(tmp_path: Path) -> None:
    """Defaults are filled in, and an algorithm is its model's name unless said."""
    path = tmp_path / "films.toml"
    path.write_text(GOOD)
    recipe = read_recipe(path)
    assert (recipe.name, recipe.seed, recipe.fallback, recipe.fold) == ("films", 32, "popular", Fold("time", 7))
    assert (recipe.data.path, recipe.data.segments, recipe.data.columns) == (Path("data/films"), ("age", "sex"), {})
    popular, als = recipe.models
    assert (popular.algorithm, popular.params) == ("popular", {})
    assert (als.name, als.algorithm, als.params) == ("als_films", "als", {"factors": 32, "alpha": 1.5})


@pytest.mark.parametrize(
    ("said", "described"),
    [
        ('interactions = "orders.csv"', "data/films/orders.csv"),
        ('layout = "kion"', "data/films (kion)"),
        ('separator = "\\t"', "data/films/interactions.*"),
    ],
)
def test_a_message_can_name_the_interactions(tmp_path: Path, said: str, described: str) -> None:
    """The data section is named by its file or by its layout, never by a folder alone."""
    path = tmp_path / "films.toml"
    path.write_text(GOOD.replace('layout = "movielens-100k"', said))
    assert read_recipe(path).data.described == described


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("2026-11-30", 1_795_996_800),
        ("2026-11-30T01:00:00", 1_796_000_400),
        ("2026-11-30T01:00:00+01:00", 1_795_996_800),
        ("2026-11-30 01:00:00.9", 1_796_000_400),
    ],
)
def test_the_end_of_a_table_is_a_date_or_a_time(tmp_path: Path, said: str, seconds: int) -> None:
    """A date is its midnight, a time without a zone is UTC, and part of a second is left away."""
    path = tmp_path / "films.toml"
    path.write_text(GOOD.replace("[data]", f"[data]\nuntil = {said}"))
    assert read_recipe(path).data.until == seconds


@pytest.mark.parametrize("path", sorted(RECIPES.glob("*.toml")), ids=lambda path: path.stem)
def test_our_recipes_can_be_read(path: Path) -> None:
    """Every recipe of the repository is a good one."""
    assert read_recipe(path).models


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name = "films"', "", "name: is missing"),
        ('name = "films"', 'name = "My Films"', "name: a name is a-z, 0-9"),
        ("[models.popular]", "[models.catalogue]", "models.catalogue: train publishes titles and histories"),
        ('name = "films"', 'name = "films"\nsede = 1', "top level|sede: unknown key; there are data, fallback"),
        ('name = "films"', 'name = "films"\nseed = -1', "seed: must be between 0 and"),
        ('name = "films"', 'name = "films"\nseed = true', "seed: must be a whole number"),
        ('name = "films"', 'name = "films"\nfallback = "als"', "fallback: no model of this name; there are als_films"),
        ('path = "data/films"', "path = 3", "data.path: must be text"),
        ('path = "data/films"', 'path = ""', "data.path: must not be empty"),
        ('"movielens-100k"', '"movielens"', "data.layout: unknown; there are movielens-100k"),
        ('["age", "sex"]', '["age", "age"]', "data.segments: must be a list of different names"),
        ('["age", "sex"]', '"age"', "data.segments: must be a list"),
        ("segments", "min_weight = 0\nsegments", "data.min_weight: must be over 0 and finite"),
        ("segments", "min_weight = nan\nsegments", "data.min_weight: must be over 0 and finite"),
        ("segments", "segment", "data.segment: unknown key"),
        ("segments", 'separator = ";"\nsegments', "data.separator: the layout movielens-100k knows its own"),
        ("segments", 'separator = "::"\nsegments', "data.separator: must be one ASCII character"),
        ("segments", 'separator = "\\""\nsegments', "data.separator: must be one ASCII character"),
        ("segments", 'separator = "\u00a7"\nsegments', "data.separator: must be one ASCII character"),
        ("segments", "separator = 1\nsegments", "data.separator: must be one ASCII character"),
        ("segments", 'time_format = ""\nsegments', "data.time_format: must not be empty"),
        (
            "segments",
            'until = "2026-11-30"\nsegments',
            "data.until: must be a date, or a date with a time",
        ),
        ("segments", "until = 12:30:00\nsegments", "data.until: must be a date, or a date with a time"),
        ("segments", "until = 2026\nsegments", "data.until: must be a date, or a date with a time"),
        ("segments", 'time_format = "%Q"\nsegments', "data.time_format: must be a strptime format of %a"),
        ("segments", 'time_format = "%d/%m/%Y %"\nsegments', "data.time_format: must be a strptime format of %a"),
        ("segments", 'time_format = "%d/%m"\nsegments', "data.time_format: must hold a day, a month and a year"),
        ("segments", 'time_format = "%d/%m/%Y %I:%M"\nsegments', "data.time_format: %I and %p need each other"),
        ("segments", 'time_format = "%d/%m/%Y %H"\nsegments', "data.time_format: an hour needs its minutes"),
        ("segments", 'time_format = "%d/%m/%Y %f"\nsegments', "data.time_format: %f must follow %S and a point"),
        ("segments", 'ignore = "x"\nsegments', "data.ignore: must be a list"),
        ("[fold]", '[data.columns]\nuser_id = "u"\nitem_id = "u"\n[fold]', "data.columns.item_id: u is the user_id"),
        ("[fold]", '[data.columns]\nuser = "u"\n[fold]', "data.columns.user: unknown key"),
        ('kind = "time"', 'kind = "random"', "fold.kind: must be leave_last_out or time"),
        ('kind = "time"', 'kind = "leave_last_out"\ndays = 3', "fold.days: only a fold of kind time has days"),
        ('kind = "time"', 'kind = "time"\ndays = 0', "fold.days: must be between 1 and 3650"),
        ('kind = "time"', 'kind = "time"\nusers = 0', "fold.users: must be between 1 and"),
        ("[models.als_films]", '[models."ALS films"]', "models.ALS films: a model's name is"),
        ("[fold]", "[leaderboard]\npass = 1.5\n[fold]", "leaderboard.pass: a map@10 is at most 1"),
        ("[fold]", "[leaderboard]\npass = 0\n[fold]", "leaderboard.pass: must be over 0 and finite"),
        ("[fold]", "[leaderboard]\npass = '.1'\n[fold]", "leaderboard.pass: must be a number"),
        ("[fold]", "leaderboard = 0.1\n[fold]", "data.leaderboard: unknown key"),
        ("factors = 32", "factors = [32]", "models.als_films.factors: must be a number, text, true or false"),
        ("alpha = 1.5", "alpha = inf", "models.als_films.alpha: must be finite"),
        (
            "alpha = 1.5",
            'first_stages = ["ease"]',
            "models.als_films.first_stages: no model 'ease' that is made of no others",
        ),
        (
            "alpha = 1.5",
            'first_stages = ["als_films"]',
            "models.als_films.first_stages: no model 'als_films' that is made of",
        ),
        ("alpha = 1.5", 'first_stages = "ease"', "models.als_films.first_stages: must be a list"),
        ("alpha = 1.5", "alpha = ", "is not TOML"),
    ],
)
def test_a_fault_names_its_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    """An unknown key, a wrong type and an impossible value are each refused in their own words."""
    path = tmp_path / "films.toml"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(DataError, match=message) as refused:
        read_recipe(path)
    assert str(refused.value).startswith(str(path))


def test_first_stages_are_the_recipes_models(tmp_path: Path) -> None:
    """A model over others has their whole sections, wherever in the file these stand."""
    path = tmp_path / "films.toml"
    again = '[models.again]\nalgorithm = "two_stage"\nfirst_stages = ["als_films"]\n[models.als_films]'
    path.write_text(GOOD.replace("[models.als_films]", again), encoding="utf8")
    models = {model.name: model for model in read_recipe(path).models}
    assert models["again"].stages == (models["als_films"],)
    assert models["again"].params == {}


def test_the_course_marks_are_data() -> None:
    """KION's recipe has the course's map@10 to stand beside; others have none unless they say."""
    assert read_recipe(RECIPES / "kion.toml").marks == {"pass": 0.075, "seed": 0.088}
    assert read_recipe(RECIPES / "movielens_100k.toml").marks == {}


def test_no_models_is_no_recipe(tmp_path: Path) -> None:
    """At least one model must be asked for."""
    path = tmp_path / "films.toml"
    path.write_text(GOOD.split("[models", maxsplit=1)[0] + "[models]\n")
    with pytest.raises(DataError, match="models: at least one model is needed"):
        read_recipe(path)


def test_what_is_no_file_is_no_recipe(tmp_path: Path) -> None:
    """A missing recipe and a folder in its place say what they are."""
    with pytest.raises(DataError, match="no such recipe"):
        read_recipe(tmp_path / "none.toml")
    with pytest.raises(DataError, match="is not a recipe"):
        read_recipe(tmp_path)
