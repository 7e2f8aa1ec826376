"""The kNN family as an ASGI app: `uvicorn functions.knn.app:app`."""

from pathlib import Path

from functions.knn.item_item_scorer import ItemItemScorer
from functions.knn.user_knn_scorer import UserKnnScorer
from warmstart.plain_app import plain_app

app = plain_app(Path(__file__).parent, ItemItemScorer, UserKnnScorer)
