"""The Lambda function of the neural family."""

from warmstart.lambda_handler import start

with start() as serve:  # the models are on their way while their scorers are imported
    from functions.neural.scorer import NeuralScorer

    handler = serve(NeuralScorer)
