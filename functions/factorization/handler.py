"""The Lambda function of the factorization family."""

from warmstart.lambda_handler import start

with start() as serve:  # the models are on their way while their scorers are imported
    from functions.factorization.scorer import FactorizationScorer

    handler = serve(FactorizationScorer)
