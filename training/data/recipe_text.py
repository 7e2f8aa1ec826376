"""The recipe that follows from what is known of a data set."""

import json

from training.columns import ALL
from training.data.survey import ALPHA, Survey
from training.recipe import DataSection


def recipe_text(name: str, data: DataSection, found: Survey) -> str:
    """Write the recipe of a data section, with the fold and the settings that its rows ask for."""
    fold = [f'kind = "{found.fold.kind}"', *([f"days = {found.fold.days}"] if found.fold.kind == "time" else [])]
    lines = [
        f"name = {_quoted(name)}",
        *("", "[data]", *_data(data)),
        *(("", "[data.columns]", *_columns(data)) if data.columns else ()),
        *("", f"[fold] # {found.because}", *fold),
        *(line for model in found.models for line in ("", f"[models.{model}]")),
        *("", "[models.als]", *_als(found)),
    ]
    return "\n".join(lines) + "\n"


def _data(data: DataSection) -> list[str]:
    """Write what of a data section is said, columns excepted."""
    said = {
        "path": data.path.as_posix(),
        "layout": data.layout,
        "interactions": data.interactions,
        "separator": data.separator,
        "time_format": data.time_format,
    }
    lists = {"ignore": data.ignore, "segments": data.segments}
    return [
        *(f"{key} = {_quoted(value)}" for key, value in said.items() if value),
        *(f"{key} = [{', '.join(map(_quoted, values))}]" for key, values in lists.items() if values),
    ]


def _columns(data: DataSection) -> list[str]:
    return [f"{name} = {_quoted(data.columns[name])}" for name in ALL if name in data.columns]


def _als(found: Survey) -> list[str]:
    if found.alpha is None:
        return []
    return [
        f"alpha = {found.alpha} # {ALPHA:g} / {found.median_weight:g}, the median weight: a typical row counts as 1"
    ]


def _quoted(text: str) -> str:
    """Write text as a TOML string, which escapes what JSON escapes."""
    return json.dumps(text, ensure_ascii=False)
