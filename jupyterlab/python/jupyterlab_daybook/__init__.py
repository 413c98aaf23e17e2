"""Daybook in JupyterLab: the page's extension, and the server extension that leads it to the project's daemon."""

from typing import Any, Dict, List

__version__ = "0.1.0"


def _jupyter_labextension_paths() -> List[Dict[str, str]]:
    return [{"src": "labextension", "dest": "jupyterlab-daybook"}]


def _jupyter_server_extension_points() -> List[Dict[str, str]]:
    return [{"module": "jupyterlab_daybook"}]


def _load_jupyter_server_extension(server_app: Any) -> None:
    from .server import load

    load(server_app)
