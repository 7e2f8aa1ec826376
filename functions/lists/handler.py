"""The Lambda function of the lists family."""

from warmstart.lambda_handler import start

with start() as serve:  # the models are on their way while their scorers are imported
    from functions.lists.random_scorer import RandomScorer
    from functions.lists.ready_lists_scorer import ReadyListsScorer
    from functions.lists.scorer import ListsScorer

    handler = serve(ListsScorer, RandomScorer, ReadyListsScorer)
