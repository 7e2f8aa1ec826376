"""Where the code of the functions lies in this repository."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
LAYER = ROOT / "layers" / "warmstart"  # as Lambda unpacks a layer; not in an installed wheel
