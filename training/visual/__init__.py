"""What users had beside what each model recommends to them, to look at."""

from training.visual.analyzer import VisualAnalyzer
from training.visual.lists import Lists

__all__ = ["Lists", "VisualAnalyzer"]
