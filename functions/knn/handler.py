"""The Lambda function of the kNN family."""

from functions.knn.item_item_scorer import ItemItemScorer
from functions.knn.user_knn_scorer import UserKnnScorer
from warmstart.lambda_handler import serve

handler = serve(ItemItemScorer, UserKnnScorer)
