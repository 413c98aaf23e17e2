"""Whether kernels that this server starts are tracked: they inherit its environment."""

import json
import os
import sys

from .programs import startup_file


def track_kernels(root_dir: str) -> None:
    """From now on. A startup file of the user's own runs after ours."""
    own, ours = os.environ.get("PYTHONSTARTUP", ""), startup_file()
    if own and own != ours:
        os.environ["DAYBOOK_USER_PYTHONSTARTUP"] = own
    os.environ["PYTHONSTARTUP"] = ours
    os.environ["DAYBOOK_OPENED"] = os.path.abspath(os.path.expanduser(root_dir))
    os.environ["DAYBOOK_ENSURE"] = json.dumps([sys.executable, "-m", "jupyterlab_daybook.ensure"])
    os.environ["MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"] = "1"
    # Nothing leaves the computer unless the user says so.
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")


def leave_kernels_alone() -> None:
    """From now on; kernels that run already stay as they are."""
    own = os.environ.pop("DAYBOOK_USER_PYTHONSTARTUP", None)
    if own is not None:
        os.environ["PYTHONSTARTUP"] = own
    elif os.environ.get("PYTHONSTARTUP") == startup_file():
        del os.environ["PYTHONSTARTUP"]
    for name in ("DAYBOOK_OPENED", "DAYBOOK_ENSURE", "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"):
        os.environ.pop(name, None)
