"""The Lambda function of the neural family."""

from functions.neural.scorer import NeuralScorer
from warmstart.lambda_handler import serve

handler = serve(NeuralScorer)
