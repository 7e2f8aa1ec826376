"""What can be trained: name -> class."""

from training.algorithms.als import ALS
from training.algorithms.autoencoder import Autoencoder
from training.algorithms.base import Algorithm
from training.algorithms.bpr import BPR
from training.algorithms.dssm import DSSM
from training.algorithms.ease import EASE
from training.algorithms.item_knn import ItemKNN
from training.algorithms.lightfm import LightFM
from training.algorithms.popular import Popular
from training.algorithms.popular_recent import PopularRecent
from training.algorithms.random import Random
from training.algorithms.rp3beta import RP3beta
from training.algorithms.sasrec import SASRec
from training.algorithms.two_stage import TwoStage
from training.algorithms.user_knn import UserKNN

ALGORITHMS: dict[str, type[Algorithm]] = {
    "popular": Popular,
    "popular_recent": PopularRecent,
    "random": Random,
    "als": ALS,
    "bpr": BPR,
    "lightfm": LightFM,
    "item_knn": ItemKNN,
    "user_knn": UserKNN,
    "ease": EASE,
    "rp3beta": RP3beta,
    "dssm": DSSM,
    "autoencoder": Autoencoder,
    "sasrec": SASRec,
    "two_stage": TwoStage,
}
