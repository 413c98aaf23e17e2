"""The unmodified MLflow client of a test, pointed at the server whose address is the script's first argument.

Imported before mlflow itself, which reads its settings when it is imported.
"""

import json
import os
import sys
import traceback
import warnings

warnings.filterwarnings("ignore")
URL = sys.argv[1]
os.environ["MLFLOW_TRACKING_URI"] = URL
os.environ["MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"] = "1"
os.environ["GIT_PYTHON_REFRESH"] = "quiet"

import requests  # noqa: E402
from mlflow import MlflowClient  # noqa: E402
from mlflow.exceptions import MlflowException  # noqa: E402

client = MlflowClient()


def call(method, path, **arguments):
    """A plain request, for what no function of the client sends."""
    return requests.request(method, URL + path, timeout=30, **arguments)


def refused(code, action):
    try:
        action()
    except MlflowException as error:
        assert error.error_code == code, (error.error_code, str(error))
        return str(error)
    raise AssertionError(f"not refused with {code}")


def run_checks(checks):
    """Runs every `check_…` of a module's names and prints one JSON line for each."""
    for name, check in list(checks.items()):
        if not name.startswith("check_"):
            continue
        try:
            check()
            failure = None
        except BaseException:
            failure = traceback.format_exc()
        print(json.dumps({"check": name[len("check_") :], "failure": failure}), flush=True)
