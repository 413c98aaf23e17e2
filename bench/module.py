"""Cost of one logged step: daybook.log and mlflow.log_metric in the same loop, against the same stub.

Prints one JSON object: microseconds a call, the median of several rounds, taken in turns.
"""

import importlib.util
import json
import os
import statistics
import sys
import time

ROUNDS = 7
OURS = 20_000
THEIRS = 200


def load_daybook(folder: str) -> None:
    spec = importlib.util.spec_from_file_location(
        "daybook", os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules["daybook"] = module
    spec.loader.exec_module(module)


def per_call_us(count: int, call: object) -> float:
    begun = time.perf_counter()
    for step in range(count):
        call(step)
    return (time.perf_counter() - begun) / count * 1e6


def main() -> None:
    import mlflow

    load_daybook(os.environ["DAYBOOK_FOLDER"])
    import daybook

    empty = per_call_us(OURS, lambda step: None)
    rows = {"one": [], "three": [], "block": [], "mlflow": []}
    run_id = "0" * 32
    with daybook.run("bench") as run:
        client = mlflow.MlflowClient()
        for turn in range(ROUNDS + 1):
            taken = {
                "one": per_call_us(OURS, lambda step: daybook.log(loss=0.5, step=step)),
                "three": per_call_us(OURS, lambda step: daybook.log(loss=0.5, acc=0.25, lr=1e-3, step=step)),
                "block": per_call_us(OURS, lambda step: run.log({"loss": 0.5}, step=step)),
                "mlflow": per_call_us(THEIRS, lambda step: client.log_metric(run_id, "loss", 0.5, step=step)),
            }
            if turn > 0:
                for name, value in taken.items():
                    rows[name].append(value - empty)
    arrived = daybook.flush(60)
    dropped = daybook._process.session()._sender.dropped
    print(
        json.dumps(
            {**{name: statistics.median(values) for name, values in rows.items()}, "lost": dropped, "arrived": arrived}
        )
    )


main()
