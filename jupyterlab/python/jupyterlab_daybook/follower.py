"""Has each notebook's kernel followed by its project, so that what it writes while no page is open is kept.

Kernels stay this server's. The project's supervisor reads their connection files, on this machine.
"""

import asyncio
import os
import time
from typing import Any, Awaitable, Callable, Dict, NamedTuple, Optional, Tuple

from jupyter_server.utils import ensure_async, to_os_path

from .ask import ask
from .daemon import Problem, find_project


#: How long a kernel that could not be followed is left alone, unless something of it changes.
TRY_AGAIN_S = 30.0

#: How long a page waits for a kernel of its own until that is followed: then it gets it all the same.
STAND_BY_S = 4.0


class Failure(NamedTuple):
    """That a kernel could not be followed."""

    kernel: "Running"
    why: str
    at_s: float


class Running(NamedTuple):
    """A kernel as it is followed: what changes here is told again."""

    root: str
    notebook: str
    pid: int
    connection_file: str
    name: str
    display_name: str
    language: str


class Follower:
    """The kernels of this server's notebooks, and which of them are followed."""

    def __init__(self, server_app: Any) -> None:
        self.survive = True
        self._app = server_app
        self._told: Dict[str, Running] = {}
        self._failed: Dict[str, Failure] = {}
        #: Why a kernel is not followed, by its id.
        self.problems: Dict[str, str] = {}
        self._looking = asyncio.Lock()

    @property
    def followed(self) -> Dict[str, Optional[str]]:
        """Each kernel of a notebook, with the reason why it is not followed, or None."""
        states: Dict[str, Optional[str]] = dict(self.problems)
        states.update({kernel: None for kernel in self._told})
        return states

    def stand_by(self) -> None:
        """From now on no page gets a kernel before that is followed: its first cell is heard from the beginning."""
        sessions = self._app.session_manager
        for name in ("create_session", "update_session"):
            setattr(sessions, name, self._then_look(getattr(sessions, name)))

    def _then_look(self, change: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def changed(*args: Any, **kwargs: Any) -> Any:
            result = await ensure_async(change(*args, **kwargs))
            await asyncio.wait([asyncio.ensure_future(self.look())], timeout=STAND_BY_S)
            return result

        return changed

    async def look(self) -> None:
        """Tells the projects what changed since the last look. Never raises."""
        async with self._looking:
            try:
                running, self.problems = await self._running() if self.survive else ({}, {})
                for kernel in [known for known in self._told if known not in running]:
                    await self._detach(kernel)
                for kernel, now in running.items():
                    if self._told.get(kernel) != now and not self._has_failed(kernel, now):
                        await self._attach(kernel, now)
            except Exception as error:  # noqa: BLE001 - the server goes on without this
                self._app.log.warning("Daybook: cannot look at the kernels: %s: %s", type(error).__name__, error)

    def _has_failed(self, kernel: str, now: Running) -> bool:
        failure = self._failed.get(kernel)
        if failure is None or failure.kernel != now or time.monotonic() - failure.at_s > TRY_AGAIN_S:
            return False
        self.problems[kernel] = failure.why
        return True

    async def _attach(self, kernel: str, now: Running) -> None:
        before = self._told.pop(kernel, None)
        if before is not None and before.root != now.root:
            await self._ask(before.root, "followed.detach", {"id": kernel})
        problem = await self._ask(
            now.root,
            "followed.attach",
            {
                "id": kernel,
                "connectionFile": now.connection_file,
                "pid": now.pid,
                "notebook": now.notebook,
                "name": now.name,
                "displayName": now.display_name,
                "language": now.language,
            },
        )
        if problem is None:
            self._told[kernel] = now
            self._failed.pop(kernel, None)
        else:
            self.problems[kernel] = problem
            self._failed[kernel] = Failure(now, problem, time.monotonic())

    async def _detach(self, kernel: str) -> None:
        await self._ask(self._told.pop(kernel).root, "followed.detach", {"id": kernel})

    async def _ask(self, root: str, method: str, params: Dict[str, Any]) -> Optional[str]:
        try:
            await ask(root, method, params)
        except Problem as problem:
            self._app.log.warning("Daybook: %s", problem.message)
            return problem.message
        return None

    async def _running(self) -> Tuple[Dict[str, Running], Dict[str, str]]:
        opened = os.path.abspath(os.path.expanduser(str(self._app.root_dir)))
        found: Dict[str, Running] = {}
        problems: Dict[str, str] = {}
        for session in await ensure_async(self._app.session_manager.list_sessions()):
            if session.get("type") != "notebook" or not session.get("kernel"):
                continue
            kernel = session["kernel"]["id"]
            path = session["path"].rsplit(":", 1)[-1]
            manager = self._app.kernel_manager.get_kernel(kernel)
            pid = getattr(getattr(manager, "provisioner", None), "pid", None)
            file = getattr(manager, "connection_file", "")
            if not pid and kernel in self._told:
                found[kernel] = self._told[kernel]  # it is being restarted
                continue
            if not pid or not os.path.isfile(file):
                problems[kernel] = "This kernel runs on another machine: what it writes while no page is open is not kept"
                continue
            where = to_os_path(path, opened)
            root = find_project(os.path.dirname(where), opened)
            spec = getattr(manager, "kernel_spec", None)
            found[kernel] = Running(
                root,
                os.path.relpath(where, root).replace(os.sep, "/"),
                pid,
                file,
                str(getattr(manager, "kernel_name", "")),
                str(getattr(spec, "display_name", "")),
                str(getattr(spec, "language", "")),
            )
        return found, problems
