"""The recipe that follows from a guess."""

import json

from training.columns import TIMESTAMP
from training.data.guess import WORDS, Guess


def recipe_text(name: str, guessed: Guess) -> str:
    """Write the recipe that a guess leads to."""
    models = ["popular", *(["popular_recent"] if TIMESTAMP in guessed.columns else []), "random", "als"]
    lines = [
        f"name = {_quoted(name)}",
        "",
        "[data]",
        f"path = {_quoted(guessed.table.parent.as_posix())}",
        f"interactions = {_quoted(guessed.table.name)}",
        "",
        "[data.columns]",
        *(f"{column} = {_quoted(guessed.columns[column])}" for column in WORDS if column in guessed.columns),
        "",
        "[fold]",
        f'kind = "{guessed.fold}"',
        *(["days = 7"] if guessed.fold == "time" else []),
        *(line for model in models for line in ("", f"[models.{model}]")),
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Write text as a TOML string, which escapes what JSON escapes."""
    return json.dumps(text, ensure_ascii=False)
