"""The second stage's ranker: boosted trees, their ONNX file and the paths that explain them."""

import training.algorithms  # noqa: F401 first: its registry names two stages, which import what is here
