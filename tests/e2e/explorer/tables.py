"""Tables that attack a page: titles that are markup, endless, or written from right to left; ten thousand events."""

from pathlib import Path

import polars as pl

LONGEST = 10_000  # events of user 1
TITLES = (
    "<img src=x onerror=\"document.title='broken'\">",
    "<script>document.title='broken'</script>",
    "javascript:document.title='broken'",
    "{{constructor.constructor('document.title=1')()}}",
    "\u202egnp.exe\u202e the right way round",
    "\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd",
    "W" * 300,
    "one\u00a0word\u00a0" * 40,
    "Zalgo" + "\u0335\u0321\u0353" * 60,
    "&lt;b&gt;&amp;",
)
RECIPE = """name = "hostile"
seed = 1
[data]
path = "tables"
[fold]
kind = "leave_last_out"
[models.popular]
[models.random]
"""


def write_hostile_tables(folder: Path) -> str:
    """Write interactions, items and a recipe into a folder; return the recipe's path within it."""
    tables = folder / "tables"
    tables.mkdir()
    items = range(1, LONGEST + 1001)
    titles = [TITLES[item] if item < len(TITLES) else f"Title {item}" for item in range(len(items))]
    genres = ["<b>genre</b>|Drama" if item < len(TITLES) else "Drama" for item in range(len(items))]
    pl.DataFrame({"item_id": items, "title": titles, "genres": genres}).write_csv(tables / "items.csv")
    others = [(user, item) for user in range(2, 60) for item in range(30 if user == 5 else 1, 40 + user)]
    pairs = [*((1, item + 500) for item in range(1, LONGEST + 1)), *others, *((3, item) for item in items[-500:])]
    pl.DataFrame(
        {
            "user_id": [user for user, _ in pairs],
            "item_id": [item for _, item in pairs],
            "timestamp": [1_700_000_000 + 60 * second for second in range(len(pairs))],
        }
    ).write_csv(tables / "interactions.csv")
    (folder / "hostile.toml").write_text(RECIPE)
    return "hostile.toml"
