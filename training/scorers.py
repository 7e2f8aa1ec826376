"""The scorers of all families, as evaluation and the command open them."""

from functions.factorization.scorer import FactorizationScorer
from functions.knn.item_item_scorer import ItemItemScorer
from functions.knn.user_knn_scorer import UserKnnScorer
from functions.lists.random_scorer import RandomScorer
from functions.lists.ready_lists_scorer import ReadyListsScorer
from functions.lists.scorer import ListsScorer
from functions.neural.scorer import NeuralScorer
from functions.ranker.scorer import TwoStageScorer
from warmstart.live import loader
from warmstart.scorer import Scorer

SCORERS: tuple[type[Scorer], ...] = (
    ListsScorer,
    RandomScorer,
    ReadyListsScorer,
    FactorizationScorer,
    ItemItemScorer,
    UserKnnScorer,
    NeuralScorer,
    TwoStageScorer,
)
FAMILIES = {scorer.name: scorer.__module__.split(".")[1] for scorer in SCORERS}  # scorer -> functions/<family>

open_recommender = loader(*SCORERS)
