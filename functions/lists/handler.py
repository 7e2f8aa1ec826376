"""The Lambda function of the lists family."""

from functions.lists.random_scorer import RandomScorer
from functions.lists.ready_lists_scorer import ReadyListsScorer
from functions.lists.scorer import ListsScorer
from warmstart.lambda_handler import serve

handler = serve(ListsScorer, RandomScorer, ReadyListsScorer)
