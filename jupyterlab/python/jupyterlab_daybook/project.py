"""Says which project a notebook belongs to, and brings that project's daemon up."""

import json
import os

from jupyter_server.base.handlers import APIHandler
from tornado import web

from .daemon import Problem, ensure_daemon
from .place import check_rights, has_state, project_of
from .remember import remember_project


NO_RUNS = "No runs here yet: open a notebook, and the runs of its project are listed here."


class ProjectHandler(APIHandler):
    """`GET daybook/project?path=…`; with `known=1` no project comes into being by asking."""

    @web.authenticated
    async def get(self) -> None:
        """The project's folder; the daemon runs when the answer comes."""
        await check_rights(self)
        root = project_of(self)
        if self.get_query_argument("known", "") == "1" and not has_state(root):
            self.set_status(404)
            self.finish(json.dumps({"code": "not_found", "message": NO_RUNS}))
            return
        try:
            await ensure_daemon(root)
        except Problem as problem:
            self.set_status(503)
            self.finish(json.dumps(problem.as_json()))
            return
        remember_project(root)
        opened = os.path.abspath(str(self.settings["server_root_dir"]))
        inside = os.path.commonpath([opened, root]) == opened
        self.finish(json.dumps({"root": root, "inServer": os.path.relpath(root, opened) if inside else None}))
