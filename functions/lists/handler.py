"""The Lambda function of the lists family."""

from functions.lists.scorer import ListsScorer
from warmstart.lambda_handler import serve

handler = serve(ListsScorer)
