"""Runs one public script or notebook, unedited, as Daybook does, and prints as JSON what was seen.

A script goes under `daybook exec` (one run), a notebook cell by cell through a real kernel (errors do not
stop it). `runs`: runs at the top of the table; `fits`: fits told, each with its parameters; `children`: all
runs inside others (fits, folds, candidates).
"""

import json
import os
import subprocess
import sys
import tempfile
from typing import Any, Dict

from fake_daemon import PYTHON, FakeDaemon, environment
from kernel_client import TestKernel

RUN = "b" * 32


def run_script(path: str, daemon: FakeDaemon, folder: str) -> str:
    env = environment(daemon, PYTHONPATH=os.path.join(PYTHON, "exec"), DAYBOOK_RUN_ID=RUN, MPLBACKEND="agg")
    ran = subprocess.run([sys.executable, path], cwd=folder, env=env, capture_output=True, text=True, timeout=600)
    return "" if ran.returncode == 0 else (ran.stderr.strip().split("\n") or ["?"])[-1]


def run_notebook(path: str, daemon: FakeDaemon, folder: str) -> str:
    with open(path, encoding="utf-8") as file:
        cells = json.load(file)["cells"]
    kernel = TestKernel(daemon, cwd=folder, MPLBACKEND="agg")
    failed = ""
    try:
        for index, cell in enumerate(cells):
            if cell["cell_type"] == "code":
                ran = kernel.run("".join(cell["source"]), cell_id="cell-%d" % index)
                if ran["error"] is not None:
                    failed = "cell %d: %s" % (index, ran["error"]["ename"])
    finally:
        kernel.stop()
    return failed


def seen(daemon: FakeDaemon, script: bool) -> Dict[str, Any]:
    parent = {run["run_id"]: run["parent_run_id"] for run in daemon.of_type("run")}
    told = set()
    for event in daemon.of_type("tags"):
        if "mlflow.parentRunId" in event["tags"]:
            parent[event["run_id"]] = event["tags"]["mlflow.parentRunId"]
        if "daybook.autolog" in event["tags"]:
            told.add(event["run_id"])
    if RUN in told and len(told) > 1:
        told.remove(RUN)
    children = sum(1 for run in parent.values() if run is not None)
    return {
        "runs": 1 if script else len(parent) - children,
        "fits": len(told),
        "children": children,
        "metrics": len({(e["run_id"], row[0]) for e in daemon.of_type("metrics") for row in e["rows"]}),
        "inputs": len({e["name"] for e in daemon.of_type("dataset")}),
    }


def main(path: str) -> None:
    daemon = FakeDaemon()
    script = path.endswith(".py")
    with tempfile.TemporaryDirectory() as folder:
        failed = (run_script if script else run_notebook)(path, daemon, folder)
    print(json.dumps({**seen(daemon, script), "failed": failed}))


if __name__ == "__main__":
    main(sys.argv[1])
