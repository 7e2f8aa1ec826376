"""The models that faults are made for: one of each family, and two of the one whose models read different arrays."""

from dataclasses import dataclass

from functions.neural.encoder import FILE as ENCODER
from functions.ranker.trees import FILE as TREES
from warmstart.ann import FILE as INDEX
from warmstart.manifest import ARRAYS, CATALOGUE


@dataclass(frozen=True)
class Kind:
    """A model, and what asks for it."""

    family: str
    model: str
    path: str
    files: tuple[str, ...] = (ARRAYS,)  # of its artifact that are more than a few names


def _recommends(family: str, model: str, *files: str) -> Kind:
    return Kind(family, model, f"/reco/{model}/0", (ARRAYS, *files))


ALS = _recommends("factorization", "als")
ITEM_KNN = _recommends("knn", "item_knn")  # with a trend
USER_KNN = _recommends("knn", "user_knn")
NETWORK = _recommends("neural", "autoencoder", ENCODER, INDEX)
RANKER = _recommends("ranker", "two_stage", TREES)
TITLES = Kind(CATALOGUE, CATALOGUE, "/users/0/history")
RECOMMENDERS = (ALS, ITEM_KNN, USER_KNN, NETWORK, RANKER)
KINDS = (*RECOMMENDERS, TITLES)
