"""What orders candidates: trees or a blend, into the artifact that its scorer reads."""

import numpy as np
from numpy.typing import NDArray

from functions.ranker.trees import FILE
from training.ranking.blending import Blended
from training.ranking.boosting import Boosted
from training.ranking.onnx_file import write_onnx
from training.ranking.parity import check_parity
from training.ranking.paths import write_paths
from warmstart.artifact_writer import ArtifactWriter

SecondStage = Boosted | Blended


def write_second(writer: ArtifactWriter, second: SecondStage, sample: NDArray[np.float32]) -> None:
    """Add `blend_weights`, or the trees as ONNX and as paths.

    Args:
        writer: of the draft.
        second: what was learnt.
        sample: (n, f) features on which the file must score as the library does.

    Raises:
        DataError: it does not.
    """
    if isinstance(second, Blended):
        writer.array("blend_weights", second.weights)
        return
    write_onnx(writer.folder / FILE, second.trees, sample.shape[1])
    check_parity(writer.folder / FILE, second.predict, sample)
    write_paths(writer, second.trees)
