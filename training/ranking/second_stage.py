"""What orders candidates: trees or a blend, into the artifact that its scorer reads."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from functions.ranker.blend import Blend
from functions.ranker.scorer import NAMES_FILE
from functions.ranker.trees import FILE
from training.ranking.boosting import Boosted
from training.ranking.onnx_file import write_onnx
from training.ranking.parity import check_parity
from training.ranking.paths import write_paths
from warmstart.artifact_writer import ArtifactWriter

Ordering = Boosted | Blend


def ordered_by(ordering: Ordering, features: NDArray[np.float32]) -> NDArray[Any]:
    """Return scores (n,) of candidates (n, f), by what was learnt itself."""
    return ordering.scores(features) if isinstance(ordering, Blend) else ordering.predict(features)


def write_second(writer: ArtifactWriter, ordering: Ordering, names: Sequence[str], sample: NDArray[np.float32]) -> None:
    """Add `blend_weights`, or the trees as ONNX and as paths, and the names of the features that it has learnt from.

    Args:
        writer: of the draft.
        ordering: what was learnt.
        names: (f,) of the features.
        sample: (n, f) features on which the file must score as the library does.

    Raises:
        DataError: it does not.
    """
    writer.json(NAMES_FILE, names)
    if isinstance(ordering, Blend):
        writer.array("blend_weights", ordering.weights)
        return
    write_onnx(writer.folder / FILE, ordering.trees, sample.shape[1])
    check_parity(writer.folder / FILE, ordering.predict, sample)
    write_paths(writer, ordering.trees)
