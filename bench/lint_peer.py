"""Makes a Parquet file of a million rows x 20 mixed columns, and times what other tools say of it."""

import json
import sys
import time

import numpy as np
import pandas as pd

ROWS = 1_000_000


def make(path: str) -> None:
    """12 columns of numbers, 6 of text, a date and a flag; some of it missing."""
    random = np.random.default_rng(0)
    columns = {}
    for i in range(6):
        columns["x%d" % i] = random.normal(i, 1 + i, ROWS)
    for i in range(6):
        columns["n%d" % i] = random.integers(0, 10 ** (i + 1), ROWS)
    for i, kinds in enumerate((3, 10, 50, 300, 2000)):
        columns["c%d" % i] = np.array(["kind %d" % k for k in range(kinds)])[random.integers(0, kinds, ROWS)]
    columns["text"] = ["row %d" % i for i in random.integers(0, 10**9, ROWS)]
    columns["day"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(random.integers(0, 10**6, ROWS), unit="min")
    columns["flag"] = random.random(ROWS) < 0.3
    frame = pd.DataFrame(columns)
    frame.loc[random.random(ROWS) < 0.1, "x0"] = np.nan
    frame.loc[random.random(ROWS) < 0.05, "c1"] = None
    frame.to_parquet(path)


def measure(path: str) -> None:
    """Seconds of each, reading the file included."""
    import duckdb
    import polars

    def timed(work) -> float:  # type: ignore[no-untyped-def]
        begin = time.perf_counter()
        work()
        return time.perf_counter() - begin

    duckdb.sql("SET threads = 2")
    json.dump(
        {
            "duckdb": timed(lambda: duckdb.sql("SUMMARIZE FROM read_parquet('%s')" % path).fetchall()),
            "pandas": timed(lambda: pd.read_parquet(path).describe(include="all")),
            "polars": timed(lambda: polars.read_parquet(path).describe()),
        },
        sys.stdout,
    )


if __name__ == "__main__":
    {"make": make, "time": measure}[sys.argv[1]](sys.argv[2])
