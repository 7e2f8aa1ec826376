"""The second stage's ranker: boosted trees, their ONNX file and the paths that explain them."""
