"""Reads a table with pandas, writes it as Arrow and prints what pandas, NumPy and SciPy say of each column."""

import json
import sys

import numpy as np
import pandas as pd
from scipy import stats


def tell(frame: pd.DataFrame) -> dict:
    """Rows, and of each column what a profile holds; statistics are of what is finite."""
    told = {"rows": len(frame), "columns": []}
    for name in frame.columns:
        column = frame[name]
        one = {"name": name, "nulls": int(column.isna().sum()), "distinct": int(column.nunique())}
        if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column) and column.notna().any():
            values = column.dropna().to_numpy(dtype=float)
            values = values[np.isfinite(values)]
            finite = pd.Series(values)
            one.update(
                mean=_number(finite.mean()),
                deviation=_number(finite.std()),
                skewness=_number(stats.skew(values, bias=False)) if len(values) > 2 else None,
                kurtosis=_number(stats.kurtosis(values, bias=False)) if len(values) > 3 else None,
                quantiles=[
                    float(q) for q in np.quantile(values, [0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1])
                ]
                if len(values)
                else [],
                zeros=int((values == 0).sum()),
            )
        else:
            counts = column.astype("object").value_counts()
            one["top"] = int(counts.iloc[0]) if len(counts) else 0
            lengths = column.dropna().astype(str).str.len()
            one["meanLength"] = _number(lengths.mean()) if len(lengths) else None
        told["columns"].append(one)
    return told


def _number(value: float) -> "float | None":
    return None if np.isnan(value) else float(value)


if __name__ == "__main__":
    source, target = sys.argv[1:3]
    table = pd.read_parquet(source) if source.endswith(".parquet") else pd.read_csv(source)
    table.to_feather(target, compression="uncompressed")
    json.dump(tell(table), sys.stdout)
