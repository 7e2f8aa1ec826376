"""The inverse of a large positive definite matrix, in its own memory."""

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import spotrf, strtri

from warmstart.errors import DataError

TILE = 2048  # rows of a tile; OpenBLAS's own spotrf and spotri write beyond their memory at 41,000 rows
Matrix = NDArray[np.float32]


def invert(matrix: Matrix) -> None:
    """Replace a symmetric positive definite matrix (n, n) by its inverse: L L^T, then L^-1, then L^-T L^-1, by tiles.

    Raises:
        DataError: it is not positive definite in float32.
    """
    tiles = [slice(start, min(start + TILE, len(matrix))) for start in range(0, len(matrix), TILE)]
    _factor(matrix, tiles)
    _invert_factor(matrix, tiles)
    _multiply_factors(matrix, tiles)
    for number, rows in enumerate(tiles):
        for columns in tiles[number + 1 :]:
            matrix[rows, columns] = matrix[columns, rows].T


def _factor(a: Matrix, tiles: list[slice]) -> None:
    """Replace the lower triangle by L; tiles on the diagonal by L^-1, as it is what all that follows needs."""
    for k, own in enumerate(tiles):
        factor, failed = spotrf(a[own, own], lower=1)
        if failed:
            raise DataError("the matrix is singular in float32; take a larger regularization")
        a[own, own], _ = strtri(factor, lower=1)
        for m, rows in enumerate(tiles[k + 1 :], k + 1):
            a[rows, own] = a[rows, own] @ a[own, own].T
            for columns in tiles[k + 1 : m + 1]:
                a[rows, columns] -= a[rows, own] @ a[columns, own].T


def _invert_factor(a: Matrix, tiles: list[slice]) -> None:
    """Replace L below its diagonal, whose tiles are inverted already, by L^-1."""
    for k, own in enumerate(tiles):
        for rows in tiles[k + 1 :]:
            a[rows, own] = -a[rows, own] @ a[own, own]
            for columns in tiles[:k]:
                a[rows, columns] += a[rows, own] @ a[own, columns]
        for columns in tiles[:k]:
            a[own, columns] = a[own, own] @ a[own, columns]


def _multiply_factors(a: Matrix, tiles: list[slice]) -> None:
    """Replace the lower triangle X by that of X^T X."""
    for k, own in enumerate(tiles):
        for n, columns in enumerate(tiles[:k]):
            for rows in tiles[n:k]:
                a[rows, columns] += a[own, rows].T @ a[own, columns]
        for columns in tiles[:k]:
            a[own, columns] = a[own, own].T @ a[own, columns]
        a[own, own] = a[own, own].T @ a[own, own]
