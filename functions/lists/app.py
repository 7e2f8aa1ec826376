"""The lists family as an ASGI app: `uvicorn functions.lists.app:app`."""

from pathlib import Path

from functions.lists.random_scorer import RandomScorer
from functions.lists.ready_lists_scorer import ReadyListsScorer
from functions.lists.scorer import ListsScorer
from warmstart.plain_app import plain_app

app = plain_app(Path(__file__).parent, ListsScorer, RandomScorer, ReadyListsScorer)
