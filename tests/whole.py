"""Whole numbers of a command of tests, within bounds."""

import argparse
from collections.abc import Callable


def within(least: int, most: int) -> Callable[[str], int]:
    """Return what argparse reads a whole number by."""

    def whole(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"must be a whole number from {least} to {most}")
        return int(text)

    return whole
