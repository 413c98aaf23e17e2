"""The Jupyter server extension: kernels of this server are tracked, and pages get a line to their project's daemon."""

import json
import os
import sys
from typing import Any

from jupyter_server.utils import url_path_join
from traitlets import Bool
from traitlets.config import Configurable

from .events import EventsHandler
from .project import ProjectHandler
from .programs import startup_file


class Daybook(Configurable):
    """Settings of Daybook on this server (`c.Daybook.track = False` in jupyter_server_config.py)."""

    track = Bool(True, help="Whether kernels that this server starts are tracked.").tag(config=True)


def load(server_app: Any) -> None:
    """Called by the Jupyter server when it starts."""
    web_app = server_app.web_app
    base = web_app.settings["base_url"]
    web_app.add_handlers(
        ".*$",
        [
            (url_path_join(base, "daybook", "project"), ProjectHandler),
            (url_path_join(base, "daybook", "events"), EventsHandler),
        ],
    )
    if Daybook(config=server_app.config).track:
        _track_kernels(server_app.root_dir)
    server_app.log.info("Daybook: the line to this server's projects is open")


def _track_kernels(root_dir: str) -> None:
    """Kernels inherit the server's environment. A startup file of the user's own runs after ours."""
    own, ours = os.environ.get("PYTHONSTARTUP", ""), startup_file()
    if own and own != ours:
        os.environ["DAYBOOK_USER_PYTHONSTARTUP"] = own
    os.environ["PYTHONSTARTUP"] = ours
    os.environ["DAYBOOK_OPENED"] = os.path.abspath(os.path.expanduser(root_dir))
    os.environ["DAYBOOK_ENSURE"] = json.dumps([sys.executable, "-m", "jupyterlab_daybook.ensure"])
    os.environ["MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"] = "1"
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
