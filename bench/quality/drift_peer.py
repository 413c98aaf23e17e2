"""How often a peer calls columns drifted: `drift_peer.py evidently|nannyml REPETITIONS`, cells as JSON on standard input.

A cell is [number that seeds it, kind, rows of the reference, rows of the current side, shift in standard deviations].
Written is a share a line, as soon as it is there. A repetition is a column of its own; both tools are used with their
defaults.
"""

import json
import sys

import numpy as np
import pandas as pd


def draw(kind, rows, random):
    """Rows of one kind, as test/monitor/false_alarm.ts draws them."""
    if kind == "normal":
        return random.normal(size=rows)
    if kind == "lognormal":
        return np.exp(2 * random.normal(size=rows))
    if kind == "Pareto 1.5":
        return 1 + random.pareto(1.5, rows)
    if kind == "whole numbers":
        return random.integers(12, size=rows)
    if kind == "Zipf 1000":
        shares = 1 / np.arange(1, 1001)
        picked = random.choice(1000, rows, p=shares / shares.sum())
    else:
        picked = random.integers(int(kind.split()[0]), size=rows)
    return np.char.add("c", picked.astype(str)).astype(object)


def evidently(reference, current):
    """Share of columns that the preset counts as drifted."""
    from evidently import DataDefinition, Dataset, Report
    from evidently.presets import DataDriftPreset

    texts = [name for name in reference if reference[name].dtype == object]
    numbers = [name for name in reference if name not in texts]
    definition = DataDefinition(numerical_columns=numbers, categorical_columns=texts)
    sides = [Dataset.from_pandas(side, data_definition=definition) for side in (current, reference)]
    metrics = Report([DataDriftPreset()]).run(*sides).dict()["metrics"]
    return next(one["value"]["share"] for one in metrics if "DriftedColumnsCount" in str(one))


def nannyml(reference, current):
    """Share of chunks that raise an alert; a chunk has a tenth of the rows of the smaller side, here and there."""
    import nannyml as nml

    names = list(reference)
    chunk = max(1, min(len(reference), len(current)) // 10)
    texts = [name for name in names if reference[name].dtype == object]
    found = nml.UnivariateDriftCalculator(
        column_names=names, treat_as_categorical=texts, chunk_size=chunk
    ).fit(reference).calculate(current)
    table = found.filter(period="analysis").to_df()
    alerts = table.loc[:, [column for column in table.columns if column[-1] == "alert"]]
    return float(alerts.to_numpy().mean())


def main():
    """Answers every cell."""
    peer = {"evidently": evidently, "nannyml": nannyml}[sys.argv[1]]
    repetitions = int(sys.argv[2])
    for at, kind, before, now, shift in json.load(sys.stdin):
        random = np.random.default_rng(at)
        columns = {"x%d" % i: draw(kind, before + now, random) for i in range(repetitions)}
        whole = pd.DataFrame(columns)
        reference = whole.iloc[:before].reset_index(drop=True)
        current = whole.iloc[before:].reset_index(drop=True)
        print(peer(reference, current + shift if shift else current), flush=True)


if __name__ == "__main__":
    main()
