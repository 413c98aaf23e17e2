"""Where a project begins and where its state lies: the same rule as shared/base/project.ts.

test/fixtures/project-root.json holds both to it.
"""

import hashlib
import os
from typing import List, Optional


def find_project_root(start: str, home: Optional[str] = None) -> str:
    """The project folder of a file or folder.

    That is the nearest ancestor that holds `.daybook/`, else the nearest that holds `.git` (folder or
    file), else the folder itself. The home folder does not count by its marks, unless it is `start`.
    """
    home = os.path.expanduser("~") if home is None else home
    start = os.path.abspath(start)
    folder = start if os.path.isdir(start) else os.path.dirname(start)
    for mark in (".daybook", ".git"):
        at = folder
        while True:
            path = os.path.join(at, mark)
            if at == folder or at != home:
                if os.path.isdir(path) or (mark == ".git" and os.path.exists(path)):
                    return at
            above = os.path.dirname(at)
            if above == at:
                break
            at = above
    return folder


def project_hash(root: str) -> str:
    """Short name for a project in folders outside of it: 16 hexadecimal digits of its path's SHA-256."""
    return hashlib.sha256(root.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def local_state() -> str:
    """The user's own folder for state that lies in no project."""
    base = os.environ.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local", "state")
    return os.path.join(base, "daybook")


def state_folders(root: str) -> List[str]:
    """Where the state of a project may lie, the likelier place first. Neither needs to exist."""
    return [os.path.join(root, ".daybook"), os.path.join(local_state(), project_hash(root))]
