"""Finds the project's daemon through its `daemon.json`, and asks it for a capability.

Only files that nobody else can have put there are believed: own user, mode 0600, in a folder of the own
user that others cannot write, not tracked by git, and naming an address of this machine.
"""

import json
import os
import socket
import stat
import subprocess
import sys
import time
from typing import Any, Dict, List, NamedTuple, Optional

from .connection import Connection, Unreachable, is_loopback
from .project import find_project_root, state_folders


class Daemon(NamedTuple):
    """What `daemon.json` says of a daemon, believed."""

    root: str
    state: str
    url: str
    token: str
    pid: int
    start_time: Optional[str]
    start: List[str]
    host: Optional[str] = None
    boot: Optional[str] = None


class Capability(NamedTuple):
    """Right to log, given by a daemon to this process."""

    url: str
    env: Dict[str, str]


_started: List[Any] = []


def find_daemon(start: str) -> Optional[Daemon]:
    """The daemon of the project that `start` lies in, running or not; None if there never was one."""
    root = find_project_root(start)
    for state in state_folders(root):
        found = _read(root, state)
        if found is not None:
            return found
    return None


def is_running(daemon: Daemon) -> bool:
    """Whether the process that wrote the file still is the one with that number."""
    if daemon.host not in (None, socket.gethostname()) or daemon.boot not in (None, boot_id()):
        return False  # written on another machine that shares the folder, or before the last boot
    try:
        os.kill(daemon.pid, 0)
    except PermissionError:
        return False  # it belongs to somebody else, so it is not ours
    except (OSError, OverflowError):
        return False
    started = process_start_time(daemon.pid)
    return daemon.start_time is None or started is None or started == daemon.start_time


def process_start_time(pid: int) -> Optional[str]:
    """When a process started, in clock ticks after boot; None where the system does not tell."""
    try:
        with open("/proc/%d/stat" % pid, "rb") as file:
            text = file.read().decode("utf-8", "replace")
        return text[text.rindex(")") + 2 :].split(" ")[19]
    except (OSError, ValueError, IndexError):
        return None


def boot_id() -> str:
    """Changes with every boot of the machine; empty where the system does not tell."""
    try:
        with open("/proc/sys/kernel/random/boot_id") as file:
            return file.read().strip()
    except OSError:
        return ""


def ask_capability(daemon: Daemon, timeout_s: float = 2.0) -> Optional[Capability]:
    """Asks a running daemon for an address that this process may log to; None if it does not give one."""
    connection = Connection(daemon.url, timeout_s=timeout_s)
    body = {"kind": "script", "pid": os.getpid(), "notebook": _notebook(daemon.root)}
    try:
        status, answer = connection.post(
            "/api/capabilities.create",
            json.dumps(body).encode(),
            {"Content-Type": "application/json", "Authorization": "Bearer " + daemon.token},
        )
        told = json.loads(answer.decode("utf-8")) if status == 200 else {}
    except (Unreachable, ValueError):
        return None
    finally:
        connection.close()
    url = told.get("url") if isinstance(told, dict) else None
    if not isinstance(url, str) or not is_loopback(url):
        return None
    env = told.get("env")
    env = {str(k): str(v) for k, v in env.items()} if isinstance(env, dict) else {}
    return Capability(url, env)


def bring_up(start: str, wait_s: float = 30.0) -> Optional[Daemon]:
    """Has the Jupyter server's Daybook start the daemon of the project that `start` lies in, even a first one.

    DAYBOOK_ENSURE holds the command, which the server put into its kernels' environment.
    """
    try:
        command = json.loads(os.environ.get("DAYBOOK_ENSURE", "[]"))
        if not command or not isinstance(command, list) or not os.path.isabs(str(command[0])):
            return None
        subprocess.run(
            [str(word) for word in command] + [start, os.environ.get("DAYBOOK_OPENED") or start],
            env={k: v for k, v in os.environ.items() if not k.startswith(("DAYBOOK_", "MLFLOW_", "PYTHON"))},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=wait_s,
            check=True,
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return find_daemon(start)


def wake(daemon: Daemon, wait_s: float = 5.0) -> Optional[Daemon]:
    """Starts a daemon that has ended by the command that it left in its file, and waits for it."""
    if is_running(daemon):
        return daemon
    if not daemon.start or not os.path.isabs(daemon.start[0]) or not os.path.exists(daemon.start[0]):
        return None
    try:
        _started.append(
            subprocess.Popen(
                daemon.start,
                cwd=daemon.root,
                env={k: v for k, v in os.environ.items() if not k.startswith(("DAYBOOK_", "MLFLOW_", "PYTHON"))},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        )
    except OSError:
        return None
    end = time.monotonic() + wait_s
    while time.monotonic() < end:
        time.sleep(0.1)
        found = _read(daemon.root, daemon.state)
        if found is not None and is_running(found):
            return found
    return None


def kernel_folder() -> str:
    """Where a kernel looks for its project: beside its notebook, which may have been moved since the kernel's start.

    A restarted kernel keeps the working folder of the first start, the notebook's place is told anew.
    """
    path = _notebook_file()
    return os.getcwd() if path is None else os.path.dirname(path)


def _notebook_file() -> Optional[str]:
    """The file of this kernel's notebook, as the Jupyter server told it, or as VS Code's Jupyter extension did."""
    main = sys.modules.get("__main__")
    for path in (os.environ.get("JPY_SESSION_NAME"), getattr(main, "__vsc_ipynb_file__", None)):
        if isinstance(path, str) and os.path.isabs(path) and os.path.isfile(path):
            return path
    return None


def _notebook(root: str) -> Optional[str]:
    """The notebook of this kernel, from the project's folder."""
    path = _notebook_file()
    if path is None:
        return None
    inside = os.path.relpath(os.path.realpath(path), os.path.realpath(root))
    return None if inside.startswith(os.pardir) else inside.replace(os.sep, "/")


def _read(root: str, state: str) -> Optional[Daemon]:
    path = os.path.join(state, "daemon.json")
    try:
        if not _only_mine(state, 0o022) or not _only_mine(path, 0o077):
            return None
        with open(path, "rb") as file:
            told: Any = json.loads(file.read(65536).decode("utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(told, dict) or _tracked_by_git(root, path):
        return None
    url, token, pid = told.get("url"), told.get("token"), told.get("pid")
    if not isinstance(url, str) or not is_loopback(url):
        return None
    if not isinstance(token, str) or not isinstance(pid, int) or isinstance(pid, bool) or pid <= 0:
        return None
    start = told.get("start")
    words = [str(part) for part in start] if isinstance(start, list) else []
    started, host, boot = (_text(told.get(name)) for name in ("start_time", "host", "boot"))
    return Daemon(root, state, url, token, pid, started, words, host, boot)


def _text(value: Any) -> Optional[str]:
    return value if isinstance(value, str) else None


def _only_mine(path: str, forbidden: int) -> bool:
    """Whether `path` is no link, belongs to this user and gives others none of the `forbidden` rights."""
    told = os.lstat(path)
    if stat.S_ISLNK(told.st_mode):
        return False
    if os.name == "nt":
        return True  # the profile folder's access list stands for it
    return told.st_uid == os.getuid() and stat.S_IMODE(told.st_mode) & forbidden == 0


def _tracked_by_git(root: str, path: str) -> bool:
    """Whether the file came with the repository. Index versions 2 and 3 spell each path out; others we ask git."""
    index = os.path.join(root, ".git", "index")
    try:
        with open(index, "rb") as file:
            head = file.read(8)
            if head[:4] == b"DIRC" and head[4:8] in (b"\0\0\0\2", b"\0\0\0\3"):
                return b".daybook/daemon.json" in file.read()
    except OSError:
        if not os.path.exists(os.path.join(root, ".git")):
            return False
    try:
        asked = subprocess.run(
            ["git", "-C", root, "ls-files", "--error-unmatch", "--", path],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return asked.returncode == 0
