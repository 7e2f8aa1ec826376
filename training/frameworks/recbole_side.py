"""Trains models of recbole and asks them. Runs in the environment of `make setup-recbole`, as a script.

The argument is a folder with
    pairs.npy   (n, 3) int32: user, item, place in the user's history; users ascending
    asked.npy   (u,) int32: users
    plan.json   {"models": {name: settings}, "k": length of a list, "seed": ...}
and into it are written
    NAME.npy      (u, k) int32: items, best first, without those seen, -1 where there are no more
    seconds.json  {name: of making the model ready, training and asking}
"""

import json
import logging
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from recbole.config import Config
from recbole.data import create_dataset
from recbole.data.interaction import Interaction
from recbole.data.utils import create_samplers, get_dataloader
from recbole.utils import get_model, get_trainer, init_seed

Rows = NDArray[np.int32]
NAME = "pairs"  # of recbole's data set, and of its folder
CALM = {
    "state": "ERROR",
    "show_progress": False,
    "save_dataset": False,
    "save_dataloaders": False,
    "USER_ID_FIELD": "user",
    "ITEM_ID_FIELD": "item",
    "TIME_FIELD": "place",
    "load_col": {"inter": ["user", "item", "place"]},
    # All pairs are learnt from: our own code holds back and measures.
    "eval_args": {"split": {"RS": [1, 0, 0]}, "group_by": "none", "order": "TO", "mode": "full"},
}
SAMPLES_ITSELF = ("SASRec", "GRU4Rec")  # a softmax over all items, which recbole refuses beside drawn negatives
ASKED_AT_ONCE = 256


def main(folder: Path) -> None:
    """Train one model after another."""
    plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    pairs, asked = np.load(folder / "pairs.npy"), np.load(folder / "asked.npy")
    (folder / NAME).mkdir()
    np.savetxt(
        folder / NAME / f"{NAME}.inter",
        pairs,
        fmt="%d",
        delimiter="\t",
        header="user:token\titem:token\tplace:float",
        comments="",
    )
    seconds = {}
    for name, settings in plan["models"].items():
        started = time.perf_counter()
        np.save(folder / f"{name}.npy", lists(name, settings, plan, pairs, asked, folder))
        seconds[name] = time.perf_counter() - started
    (folder / "seconds.json").write_text(json.dumps(seconds), encoding="utf-8")


def lists(name: str, settings: dict[str, Any], plan: dict[str, Any], pairs: Rows, asked: Rows, folder: Path) -> Rows:
    """Train one model and return its list for each asked user."""
    mine = {**CALM, "data_path": str(folder), "checkpoint_dir": str(folder / "saved"), "seed": plan["seed"], **settings}
    if name in SAMPLES_ITSELF:
        mine["train_neg_sample_args"] = None
    config = Config(model=name, dataset=NAME, config_dict=mine)
    init_seed(config["seed"], config["reproducibility"])
    dataset = create_dataset(config)
    built = dataset.build()
    sampler, *_ = create_samplers(config, dataset, built)
    data = get_dataloader(config, "train")(config, built[0], sampler, shuffle=True)
    init_seed(config["seed"], config["reproducibility"])
    model = get_model(name)(config, data.dataset).to(config["device"])
    get_trainer(config["MODEL_TYPE"], name)(config, model).fit(data, saved=False, show_progress=False, verbose=False)
    model.eval()
    histories = np.split(pairs[:, 1], np.searchsorted(pairs[:, 0], np.arange(1, pairs[:, 0].max() + 1)))
    parts = np.split(asked, range(ASKED_AT_ONCE, len(asked), ASKED_AT_ONCE))
    return np.concatenate([best(model, config, dataset, part, histories, plan["k"]) for part in parts])


@torch.no_grad()
def best(model: Any, config: Config, dataset: Any, users: Rows, histories: list[Rows], k: int) -> Rows:
    """Return the best items that users have not seen: (u, k)."""
    device, items = config["device"], dataset.field2token_id["item"]
    seen = [np.array([items[str(item)] for item in histories[user]]) for user in users.tolist()]
    fields = {"user": torch.tensor([dataset.field2token_id["user"][str(user)] for user in users.tolist()])}
    if "MAX_ITEM_LIST_LENGTH" in config:  # a model of sequences
        lasts = [torch.from_numpy(each[-config["MAX_ITEM_LIST_LENGTH"] :]) for each in seen]
        padded = torch.zeros((len(users), config["MAX_ITEM_LIST_LENGTH"]), dtype=torch.int64)
        for row, last in zip(padded, lasts, strict=True):
            row[: len(last)] = last
        fields |= {"item_list": padded, "item_length": torch.tensor([len(last) for last in lasts])}
    scores = scores_of(model, Interaction(fields).to(device), dataset.item_num).cpu().numpy().astype(np.float64)
    scores[:, 0] = -np.inf  # recbole's padding
    for row, each in zip(scores, seen, strict=True):
        row[each] = -np.inf
    order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    rows = np.array([-1, *map(int, dataset.field2id_token["item"][1:])], np.int32)[order]
    rows[np.isneginf(np.take_along_axis(scores, order, axis=1))] = -1
    return np.pad(rows, ((0, 0), (0, k - rows.shape[1])), constant_values=-1)


def scores_of(model: Any, asks: Interaction, n_items: int) -> Any:
    """Return the scores of all items, recbole's padding the first: (u, n_items)."""
    try:
        return model.full_sort_predict(asks).reshape(len(asks), n_items)
    except NotImplementedError:  # it scores pairs
        pairs = asks.repeat_interleave(n_items)
        pairs.update(Interaction({"item": torch.arange(n_items, device=asks["user"].device).repeat(len(asks))}))
        return model.predict(pairs).reshape(len(asks), n_items)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    where = Path(sys.argv.pop())  # recbole reads what is left
    main(where)
