"""Item-item weights as the scorer of the kNN family reads them."""

import numpy as np
from scipy import sparse

from warmstart.artifact_writer import ArtifactWriter


def write_sparse(writer: ArtifactWriter, weights: sparse.csr_matrix) -> None:
    """Add `weights_indptr`, `weights_targets` and `weights_values`.

    Args:
        writer: of the draft.
        weights: (n_items, n_items) from source to target.
    """
    weights.sort_indices()
    writer.array("weights_indptr", weights.indptr.astype(np.int64))
    writer.rows("weights_targets", weights.indices, weights.shape[1])
    writer.array("weights_values", weights.data.astype(np.float32, copy=False))
