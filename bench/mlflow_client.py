"""Logs through the unmodified MLflow client, as told by lines of JSON; answers each with the time it took."""

import json
import os
import sys
import time

os.environ["MLFLOW_ENABLE_ASYNC_LOGGING"] = "false"
os.environ["GIT_PYTHON_REFRESH"] = "quiet"

from mlflow import MlflowClient  # noqa: E402
from mlflow.entities import Metric  # noqa: E402

clients = {}
step = 0


def run_of(url):
    """The client of a server and a run there, made when first asked for."""
    if url not in clients:
        client = MlflowClient(url)
        clients[url] = client, client.create_run("0").info.run_id
    return clients[url]


def log(url, calls, rows):
    """Logs so many times so many values of metrics; a single value as a loop of training does it."""
    global step
    client, run_id = run_of(url)
    started = time.perf_counter()
    for _ in range(calls):
        step += 1
        if rows == 1:
            client.log_metric(run_id, "loss", step * 0.5, step=step)
        else:
            client.log_batch(run_id, [Metric(f"m{i % 10}", i * 0.5, step, step * rows + i) for i in range(rows)])
    return (time.perf_counter() - started) * 1000


for line in sys.stdin:
    wanted = json.loads(line)
    print(json.dumps({"ms": log(wanted["url"], wanted["calls"], wanted["rows"])}), flush=True)
