"""Remembers that a project was opened on this server, so that its trials and notebook runs find this server's Python.

The note lies in the user's own folder, not in the project: what a cloned repository says is not run.
`shared/kernel/environment.ts` reads it.
"""

import os
import sys

from .daemon import own_modules


def remember_project(root: str) -> None:
    """Writes down where this server's Python is. Never raises: without the note other Pythons are looked for."""
    with own_modules():
        from daybook.project import local_state, project_hash
    note = os.path.join(local_state(), "jupyter", project_hash(root))
    try:
        if _text(note) != sys.prefix:
            os.makedirs(os.path.dirname(note), mode=0o700, exist_ok=True)
            with open(note, "w", encoding="utf-8") as file:
                file.write(sys.prefix)
    except OSError:
        pass


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""
