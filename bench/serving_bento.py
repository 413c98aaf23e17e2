"""BentoML's service of a pickle: the path is in DAYBOOK_BENCH_MODEL."""

import os
import pickle

import bentoml
import numpy as np


@bentoml.service(workers=1, traffic={"timeout": 30})
class Plain:
    """One model, rows of several requests asked together."""

    def __init__(self) -> None:
        with open(os.environ["DAYBOOK_BENCH_MODEL"], "rb") as file:
            self.model = pickle.load(file)

    @bentoml.api(batchable=True)
    def invocations(self, inputs: np.ndarray) -> np.ndarray:
        """What the model says."""
        return self.model.predict(np.asarray(inputs, dtype=float))
