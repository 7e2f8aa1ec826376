"""Stands in recbole's place: gives each asked user the first items that they have not seen, or fails as it is told."""

import json
import sys
import time
from pathlib import Path

import numpy as np

folder = Path(sys.argv[1])
plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
pairs, asked = np.load(folder / "pairs.npy"), np.load(folder / "asked.npy")
n_items = pairs[:, 1].max() + 1
for name, settings in plan["models"].items():
    lists = np.full((len(asked), plan["k"]), -1, np.int32)
    for row, user in zip(lists, asked, strict=True):
        unseen = np.setdiff1d(np.arange(n_items), pairs[pairs[:, 0] == user, 1])[: plan["k"]]
        row[: len(unseen)] = unseen
    match settings.get("does", ""):
        case "fails":
            sys.exit("first line\nOutOfLuck: no luck today")
        case "sleeps":
            time.sleep(30)
        case "gives seen":
            lists[:, 0] = [pairs[pairs[:, 0] == user, 1][0] for user in asked]
        case "gives twice":
            lists[:, 1] = lists[:, 0]
        case "gives strangers":
            lists[:, 0] = n_items
        case "gives floats":
            lists = lists.astype(np.float64)
        case "gives objects":
            lists = lists.astype(object)
        case "gives too much":
            lists = np.zeros((len(asked) + 2_000, plan["k"]), np.int32)
    if settings.get("does") != "gives nothing":
        np.save(folder / f"{name}.npy", lists, allow_pickle=True)
text = {"tells no time": "{}", "tells nonsense": "[1]"}.get(next(iter(plan["models"].values())).get("does", ""))
(folder / "seconds.json").write_text(text or json.dumps(dict.fromkeys(plan["models"], 1.5)), encoding="utf-8")
