"""What one child of fork_matrix.py does with each library: small, seeded, and returning one number."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "POLARS_MAX_THREADS",
    "ARROW_IO_THREADS",
)
"""Environment variables that set the size of a library's thread pool."""


def work_numpy() -> float:
    """Multiply and solve in BLAS and LAPACK."""
    import numpy as np

    a = np.random.default_rng(0).normal(size=(400, 400))
    return float(np.abs(np.linalg.solve(a @ a.T + np.eye(400), a)).sum())


def work_sklearn() -> float:
    """Fit gradient boosted trees, which run in OpenMP loops."""
    import numpy as np
    from sklearn.ensemble import HistGradientBoostingRegressor

    x = np.random.default_rng(0).normal(size=(3000, 8))
    y = x[:, 0] * x[:, 1]
    model = HistGradientBoostingRegressor(max_iter=8, early_stopping=False)
    return float(np.abs(model.fit(x, y).predict(x)).sum())


def work_torch() -> float:
    """Train a small network for a few steps, backward pass included.

    Without torch.optim, whose first use imports for more than a second.
    """
    import torch

    torch.manual_seed(0)
    x = torch.randn(1024, 64)
    y = x.sum(dim=1, keepdim=True)
    net = torch.nn.Sequential(torch.nn.Linear(64, 128), torch.nn.ReLU(), torch.nn.Linear(128, 1))
    for _ in range(10):
        loss = ((net(x) - y) ** 2).mean()
        gradients = torch.autograd.grad(loss, list(net.parameters()))
        with torch.no_grad():
            for parameter, gradient in zip(net.parameters(), gradients):
                parameter -= 1e-3 * gradient
    return float(loss.detach())


def work_polars() -> float:
    """Group and sort in the lazy engine."""
    import polars as pl

    frame = pl.DataFrame({"key": [i % 97 for i in range(20_000)], "value": range(20_000)})
    query = frame.lazy().group_by("key").agg(pl.col("value").mean()).sort("key")
    return float(query.collect()["value"].sum())


def work_pyarrow() -> float:
    """Group, sort and pass through Parquet in memory."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({"key": [i % 97 for i in range(20_000)], "value": list(range(20_000))})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    table = pq.read_table(pa.BufferReader(sink.getvalue()))
    means = table.group_by("key").aggregate([("value", "mean")]).sort_by("key")
    return float(sum(means["value_mean"].to_pylist()))


def work_lightgbm() -> float:
    """Fit gradient boosted trees in LightGBM's own OpenMP loops."""
    import lightgbm as lgb
    import numpy as np

    x = np.random.default_rng(0).normal(size=(3000, 8))
    y = x[:, 0] * x[:, 1]
    model = lgb.train({"verbosity": -1, "seed": 0}, lgb.Dataset(x, y), num_boost_round=10)
    return float(np.abs(model.predict(x)).sum())


WORK = {
    "numpy": work_numpy,
    "sklearn": work_sklearn,
    "torch": work_torch,
    "polars": work_polars,
    "pyarrow": work_pyarrow,
    "lightgbm": work_lightgbm,
}

ALSO_IMPORTED = {
    "sklearn": ["sklearn.ensemble"],
    "pyarrow": ["pyarrow.parquet", "pyarrow.acero", "pandas"],
}
"""Modules that the work would otherwise import in each child."""

DISTRIBUTIONS = {"sklearn": "scikit-learn"}
"""Name of the package on PyPI where it is not the module's name."""


def import_library(name: str) -> None:
    """Import what the work of `name` needs, running nothing in parallel."""
    importlib.import_module(name)
    for module in ALSO_IMPORTED.get(name, []):
        if importlib.util.find_spec(module):
            importlib.import_module(module)


def widen_pools(threads: int) -> None:
    """Give the pools of the imported libraries `threads` threads."""
    for variable in THREAD_VARIABLES:
        os.environ[variable] = str(threads)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(threads)
    if "pyarrow" in sys.modules:
        sys.modules["pyarrow"].set_cpu_count(threads)
    if importlib.util.find_spec("threadpoolctl"):
        from threadpoolctl import threadpool_limits

        threadpool_limits(threads)
