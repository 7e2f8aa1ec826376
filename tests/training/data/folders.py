"""Small data sets on disk, as the tests of reading need them."""

from pathlib import Path

from training.recipe import DataSection

HEADER = "user_id,item_id,weight,timestamp"
GOOD = ("1,10,1.0,2021-05-01", "2,10,2.0,2021-05-02", "2,20,1.5,2021-05-03")


def folder(path: Path, *rows: str, header: str = HEADER, users: str | None = None, items: str | None = None) -> Path:
    """Write interactions.csv, and the other tables where their text is given."""
    (path / "interactions.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf8")
    for name, text in (("users", users), ("items", items)):
        if text is not None:
            (path / f"{name}.csv").write_text(text, encoding="utf8")
    return path


def section(path: Path, layout: str | None = None, **said: object) -> DataSection:
    """Describe a folder as a recipe would."""
    values: dict[str, object] = {
        "interactions": None,
        "users": None,
        "items": None,
        "columns": {},
        "min_weight": None,
        "segments": (),
    }
    return DataSection(path=path, layout=layout, **{**values, **said})  # type: ignore[arg-type]
