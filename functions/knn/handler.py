"""The Lambda function of the kNN family."""

from warmstart.lambda_handler import start

with start() as serve:  # the models are on their way while their scorers are imported
    from functions.knn.item_item_scorer import ItemItemScorer
    from functions.knn.user_knn_scorer import UserKnnScorer

    handler = serve(ItemItemScorer, UserKnnScorer)
