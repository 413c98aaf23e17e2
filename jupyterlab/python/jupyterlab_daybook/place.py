"""What every handler does first: who asks, and which project is meant."""

import os
from typing import Any

from jupyter_server.utils import ensure_async, to_os_path
from tornado import web

from .daemon import find_project, own_modules


async def check_rights(handler: Any) -> None:
    """Whoever may run code on this server may use Daybook, which does. Raises 403 for others."""
    user = handler.current_user
    if user is None:
        raise web.HTTPError(403)
    if not await ensure_async(handler.authorizer.is_authorized(handler, user, "execute", "kernels")):
        raise web.HTTPError(403)


def project_of(handler: Any) -> str:
    """The project of the notebook or folder named by `?path=`, which is as the server's file browser has it."""
    opened = os.path.abspath(str(handler.settings["server_root_dir"]))
    opened = os.path.expanduser(opened)
    path = to_os_path(handler.get_query_argument("path", ""), opened)
    if os.path.commonpath([opened, os.path.abspath(path)]) != opened:
        raise web.HTTPError(403, "This path lies outside of the server's folder")
    while not os.path.exists(path) and path != opened:
        path = os.path.dirname(path)
    return find_project(path if os.path.isdir(path) else os.path.dirname(path), opened)


def has_state(root: str) -> bool:
    """Whether Daybook was used in a project before: its state may also lie in the user's own folder."""
    with own_modules():
        from daybook.project import state_folders
    return any(os.path.isdir(folder) for folder in state_folders(root))
