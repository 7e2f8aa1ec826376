"""A recipe: a data set, its columns, the fold it is measured on, the models and their settings."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Self, cast

from training import columns
from training.data.layouts import LAYOUTS
from training.data.time_format import wrong_with
from training.section import Section, Setting
from warmstart.errors import DataError
from warmstart.manifest import CATALOGUE, MODEL_NAME

FIRST_STAGES = "first_stages"
_INTERACTIONS = (columns.USER_ID, columns.ITEM_ID, columns.WEIGHT, columns.TIMESTAMP)  # columns of one table


@dataclass(frozen=True)
class DataSection:
    """Where the tables are and what their columns are called."""

    path: Path
    layout: str | None  # a known directory, see training.data.layouts
    interactions: str | None  # file names; interactions.csv or .parquet, and so on, unless said
    users: str | None
    items: str | None
    columns: Mapping[str, str]  # canonical -> name in the file
    min_weight: float | None  # interactions of less weight are left out, and counted
    segments: tuple[str, ...]  # user features that popularity is also counted by
    separator: str | None = None  # between the values of a line; a comma, or a tab in a .tsv, unless said
    ignore: tuple[str, ...] = ()  # columns of the files that are not read
    time_format: str | None = None  # of the timestamps, as strptime has it; numbers and ISO 8601 unless said
    until: int | None = None  # UTC epoch seconds: interactions of that moment and later are left out, and counted

    @property
    def described(self) -> str:
        """Name the interactions for messages: their file, or the folder and its layout."""
        if self.layout is not None:
            return f"{self.path / (self.interactions or '')} ({self.layout})"
        return str(self.path / (self.interactions or "interactions.*"))


@dataclass(frozen=True)
class Fold:
    """What is held back to measure on: each user's last item, or the last days."""

    kind: Literal["leave_last_out", "time"]
    days: int = 7
    users: int | None = None  # whom to measure on at most, drawn with the recipe's seed; None: everybody


@dataclass(frozen=True)
class ModelSection:
    """A published name, the algorithm that makes it and its settings."""

    name: str
    algorithm: str
    params: Mapping[str, Setting]
    stages: tuple["ModelSection", ...] = ()  # the models of the recipe that it ranks again

    def with_settings(self, settings: Mapping[str, Setting]) -> Self:
        """Return the model with other settings; those that are not named stay."""
        return replace(self, params={**self.params, **settings})


@dataclass(frozen=True)
class Recipe:
    """All that training reads, besides the tables."""

    name: str
    data: DataSection
    fold: Fold
    models: tuple[ModelSection, ...]
    path: Path
    seed: int = 32
    fallback: str = "popular"
    marks: Mapping[str, float] = field(default_factory=dict)  # map@10 that others have had, by whose it is

    def reading(self, folder: Path) -> Self:
        """Return it with its tables in another folder."""
        return replace(self, data=replace(self.data, path=folder))

    def chosen(self, models: str | None) -> list[ModelSection]:
        """Return the models that are named, by commas, or all; DataError where there is none of a name."""
        by_name = {model.name: model for model in self.models}
        wanted = [name.strip() for name in models.split(",")] if models is not None else [*by_name]
        unknown = [name for name in wanted if name not in by_name]
        if unknown:
            raise DataError(f"{self.path} has no model {', '.join(unknown)}; it has {', '.join(by_name)}")
        return [by_name[name] for name in dict.fromkeys(wanted)]


def read_recipe(path: Path) -> Recipe:
    """Read a recipe; an unknown key, a wrong type or an impossible value is a DataError that names file and key."""
    top = Section(path, "", _parsed(path))
    recipe = Recipe(
        name=top.name("name"),
        seed=top.whole("seed", 0, 2**63 - 1, default=32),
        fallback=top.name("fallback", default="popular"),
        data=_data(top.section("data")),
        fold=_fold(top.section("fold")),
        models=_models(top.section("models")),
        path=path,
        marks=_marks(top.section("leaderboard", default={})),
    )
    top.done()
    known = {"popular", *(model.name for model in recipe.models)}
    if recipe.fallback not in known:
        raise top.error("fallback", f"no model of this name; there are {', '.join(sorted(known))}")
    return recipe


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf8"))
    except FileNotFoundError as error:
        raise DataError(f"{path}: no such recipe") from error
    except (IsADirectoryError, UnicodeDecodeError) as error:
        raise DataError(f"{path} is not a recipe: it must be a TOML file") from error
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{path} is not TOML: {error}") from error


def _data(section: Section) -> DataSection:
    data = DataSection(
        path=Path(section.text("path")),
        layout=section.optional_text("layout"),
        interactions=section.optional_text("interactions"),
        users=section.optional_text("users"),
        items=section.optional_text("items"),
        columns=_columns(section.section("columns", default={})),
        min_weight=section.positive("min_weight"),
        segments=section.texts("segments"),
        separator=_separator(section),
        ignore=section.texts("ignore"),
        time_format=section.optional_text("time_format"),
        until=section.moment("until"),
    )
    if data.layout is not None and data.layout not in LAYOUTS:
        raise section.error("layout", f"unknown; there are {', '.join(LAYOUTS)}")
    if data.layout is not None and data.separator is not None:
        raise section.error("separator", f"the layout {data.layout} knows its own")
    wrong = None if data.time_format is None else wrong_with(data.time_format)
    if wrong is not None:
        raise section.error("time_format", wrong)
    section.done()
    return data


def _separator(section: Section) -> str | None:
    if "separator" not in section.values:
        return section.optional_text("separator")
    value = section.setting("separator")  # not text(): a tab is no empty text here
    if not isinstance(value, str) or len(value) != 1 or not value.isascii() or value in '"\r\n\0':
        raise section.error("separator", "must be one ASCII character, and neither a quote nor a line break")
    return value


def _columns(section: Section) -> dict[str, str]:
    named = {name: section.text(name) for name in columns.ALL if name in section.values}
    section.done()
    taken = dict[str, str]()  # column -> what it is taken for
    for name in (name for name in _INTERACTIONS if name in named):
        if named[name] in taken:
            raise section.error(name, f"{named[name]} is the {taken[named[name]]} already")
        taken[named[name]] = name
    return named


def _fold(section: Section) -> Fold:
    kind = section.text("kind")
    if kind not in ("leave_last_out", "time"):
        raise section.error("kind", "must be leave_last_out or time")
    if kind != "time" and "days" in section.values:
        raise section.error("days", "only a fold of kind time has days")
    days = section.whole("days", 1, 3650, default=7)
    users = section.whole("users", 1, 2**31 - 1, default=2**31 - 1) if "users" in section.values else None
    fold = Fold(cast("Literal['leave_last_out', 'time']", kind), days, users)
    section.done()
    return fold


def _models(section: Section) -> tuple[ModelSection, ...]:
    if not section.values:
        raise section.error("", "at least one model is needed")
    models = {name: _model(name, section.section(name)) for name in section.values}
    plain = {name: model for name, model in models.items() if FIRST_STAGES not in section.section(name).values}
    return tuple(_over_stages(model, section.section(name), plain) for name, model in models.items())


def _over_stages(model: ModelSection, section: Section, models: Mapping[str, ModelSection]) -> ModelSection:
    """Return a model with those that it names as its first stages, out of the models that have none themselves."""
    names = section.texts(FIRST_STAGES)
    for name in names:
        if name not in models:
            raise section.error(
                FIRST_STAGES, f"no model {name!r} that is made of no others; there are {', '.join(models)}"
            )
    return replace(model, stages=tuple(models[name] for name in names))


def _marks(section: Section) -> dict[str, float]:
    marks = {name: section.positive(name) or 0.0 for name in section.values}
    for name, mark in marks.items():
        if mark > 1:
            raise section.error(name, "a map@10 is at most 1")
    return marks


def _model(name: str, section: Section) -> ModelSection:
    if not MODEL_NAME.fullmatch(name):
        raise section.error("", "a model's name is a-z, 0-9, _ and -, at most 64 of them")
    if name == CATALOGUE:
        raise section.error("", "train publishes titles and histories under this name, so no model can have it")
    algorithm = section.name("algorithm", default=name)
    settings = {key: section.setting(key) for key in section.values if key not in ("algorithm", FIRST_STAGES)}
    return ModelSection(name, algorithm, settings)
