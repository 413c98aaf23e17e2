"""Makes frames of random columns of every type, with gaps, NaN, infinities, no rows and one; writes each as Arrow and
prints what pandas, NumPy and SciPy say of it.

Usage: random_frames.py FOLDER COUNT SEED
"""

import json
import sys

import numpy as np
import pandas as pd
from pandas_profile import tell

folder, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
random = np.random.default_rng(seed)


def column(kind: str, rows: int) -> pd.Series:
    """A column of a kind; a few of its values are missing, or none, or all."""
    gaps = random.random(rows) < random.choice([0, 0.1, 1], p=[0.4, 0.5, 0.1])
    if kind in ("float64", "float32"):
        values = random.choice([random.normal(3, 2, rows), np.round(random.lognormal(0, 3, rows), 1)]).astype(kind)
        odd = random.random(rows) < 0.02
        values[odd] = random.choice([np.inf, -np.inf, 0.0], odd.sum())
        return pd.Series(values).mask(gaps)
    if kind in ("int8", "uint16", "int32", "int64", "Int64"):
        most = {"int8": 100, "uint16": 60_000}.get(kind, 1_000_000)
        values = pd.Series(random.integers(0 if kind == "uint16" else -most, most, rows)).astype(kind)
        return values.mask(gaps) if kind == "Int64" else values
    if kind in ("bool", "boolean"):
        values = pd.Series(random.random(rows) < 0.3).astype(kind)
        return values.mask(gaps) if kind == "boolean" else values
    if kind == "datetime64":
        return pd.Series(pd.to_datetime(random.integers(0, 2_000_000_000, rows), unit="s")).mask(gaps)
    words = np.array(["", " ", "a", "Äö", "\U0001f600", "10", "long " * 20])[random.integers(0, 7, rows)]
    texts = pd.Series(words, dtype="str").mask(gaps)
    return texts.astype("category") if kind == "category" else texts


kinds = "float64 float32 int8 uint16 int32 int64 Int64 bool boolean datetime64 str category".split()
told = []
for i in range(count):
    rows = int(random.choice([0, 1, 2, 3, 5, 17, 200, 3000]))
    frame = pd.DataFrame({kind: column(kind, rows) for kind in kinds})
    frame.to_feather("%s/%d.arrow" % (folder, i), compression="uncompressed")
    told.append(tell(frame))
json.dump(told, sys.stdout)
