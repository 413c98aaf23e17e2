"""The daemon of a project: found or started through the one program that all hosts use."""

import asyncio
import json
import os
import sys
from contextlib import contextmanager
from typing import Any, Dict, Iterator, NamedTuple, Optional

from .programs import FOLDER, NoNode, daybook_command

START_LIMIT_S = 90


class Daemon(NamedTuple):
    """Where the daemon of a project answers."""

    root: str
    url: str
    token: str


class Problem(Exception):
    """What went wrong, for a person: a sentence, and what to do."""

    def __init__(self, message: str, hint: Optional[str] = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def as_json(self) -> Dict[str, Any]:
        """As it goes to the page."""
        return {"code": "daemon_unreachable", "message": self.message, "hint": self.hint}


@contextmanager
def own_modules() -> Iterator[None]:
    """Lets the kernel module `daybook` of this package be imported: the rules about projects stand there."""
    sys.path.insert(0, os.path.join(FOLDER, "python"))
    try:
        yield
    finally:
        sys.path.pop(0)


def find_project(folder: str, opened: str) -> str:
    """The project folder of `folder`: nearest `.daybook`, else nearest `.git`, else the folder that was opened."""
    with own_modules():
        from daybook.project import find_project_root
    root = find_project_root(folder)
    marked = any(os.path.exists(os.path.join(root, mark)) for mark in (".daybook", ".git"))
    inside = os.path.commonpath([os.path.abspath(opened), root]) == os.path.abspath(opened)
    return os.path.abspath(opened) if inside and not marked else root


async def ensure_daemon(root: str) -> Daemon:
    """The running daemon of a project folder; starts it where none runs.

    Raises Problem.
    """
    try:
        command = daybook_command("daemon", "ensure", "--json", "--project", root)
    except NoNode as error:
        raise Problem(str(error)) from error
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=root,
        env=_environment(),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), START_LIMIT_S)
    except asyncio.TimeoutError:
        process.kill()
        raise Problem("The Daybook daemon of %r did not start in time" % root) from None
    try:
        told = json.loads(out)
    except ValueError:
        raise Problem("The Daybook daemon did not start: %s" % err.decode("utf-8", "replace").strip()[-500:]) from None
    if "error" in told:
        raise Problem(str(told["error"].get("message")), told["error"].get("hint"))
    return Daemon(root, str(told["url"]), str(told["token"]))


def _environment() -> Dict[str, str]:
    """The server's environment without what is meant for its kernels."""
    return {k: v for k, v in os.environ.items() if not k.startswith("DAYBOOK_") and k != "PYTHONSTARTUP"}
