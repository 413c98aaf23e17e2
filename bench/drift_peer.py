"""Makes two Parquet files of a million rows x 20 mixed columns, and times Evidently's drift preset on them."""

import json
import os
import sys
import time

import numpy as np
import pandas as pd

ROWS = 1_000_000


def make(reference: str, current: str) -> None:
    """15 columns of numbers and 5 of categories; three of them drift."""
    for seed, path in enumerate((reference, current)):
        random = np.random.default_rng(seed)
        columns = {}
        for i in range(10):
            columns["x%d" % i] = random.normal(i + (0.3 * seed if i < 2 else 0), 1 + i, ROWS)
        for i in range(5):
            columns["n%d" % i] = random.lognormal(i, 0.5, ROWS).round(2)
        for i, kinds in enumerate((3, 10, 20, 50, 100)):
            shares = np.ones(kinds) + (seed if i == 0 else 0) * np.arange(kinds) / 5
            columns["c%d" % i] = random.choice(["kind %d" % k for k in range(kinds)], ROWS, p=shares / shares.sum())
        pd.DataFrame(columns).to_parquet(path)


def measure(reference: str, current: str) -> None:
    """Seconds for reading, comparing and writing the page; bytes of the page; columns that drifted."""
    begin = time.perf_counter()
    from evidently import Dataset, DataDefinition, Report
    from evidently.presets import DataDriftPreset

    frames = [pd.read_parquet(path) for path in (reference, current)]
    texts = [name for name in frames[0] if name.startswith("c")]
    numbers = [name for name in frames[0] if not name.startswith("c")]
    definition = DataDefinition(numerical_columns=numbers, categorical_columns=texts)
    datasets = [Dataset.from_pandas(frame, data_definition=definition) for frame in frames]
    result = Report([DataDriftPreset()]).run(datasets[1], datasets[0])
    page = reference + ".html"
    result.save_html(page)
    json.dump({"seconds": time.perf_counter() - begin, "bytes": os.path.getsize(page)}, sys.stdout)


if __name__ == "__main__":
    {"make": make, "time": measure}[sys.argv[1]](*sys.argv[2:])
