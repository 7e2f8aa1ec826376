"""The Lambda function of the ranker family."""

from warmstart.lambda_handler import start

with start() as serve:  # the models are on their way while their scorers are imported
    from functions.ranker.scorer import TwoStageScorer

    handler = serve(TwoStageScorer)
