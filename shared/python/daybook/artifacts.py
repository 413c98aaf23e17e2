"""Files of a run: copied into the spool folder at once, so that they may change afterwards."""

import os
import shutil
from typing import TYPE_CHECKING, Any, Optional

from .clean import warn_once

if TYPE_CHECKING:
    from .session import Session

SPARE_BYTES = 256 << 20
"""Free space that an artifact must leave on the disk."""


def send_artifact(session: "Session", run_id: str, source: Any, name: Optional[str] = None) -> bool:
    """Sends a file, a folder (all files in it) or bytes. False, told once, if there is no place for it."""
    if isinstance(source, (bytes, bytearray, memoryview)):
        if not name:
            warn_once("artifact-name", "bytes need a name to be kept as an artifact: daybook.artifact(data, 'x.bin')")
            return False
        data = bytes(source)
        return send_written(session, run_id, name, lambda path: _write(path, data), len(data))
    path = os.fspath(source)
    if os.path.isdir(path):
        base = name or os.path.basename(os.path.abspath(path))
        sent = True
        for folder, _, files in os.walk(path):
            for file in sorted(files):
                full = os.path.join(folder, file)
                inner = os.path.relpath(full, path).replace(os.sep, "/")
                sent = send_artifact(session, run_id, full, base + "/" + inner) and sent
        return sent
    if not os.path.isfile(path):
        warn_once("artifact:" + str(path), "cannot keep %r as an artifact: there is no such file" % (path,))
        return False
    size = os.path.getsize(path)
    return send_written(session, run_id, name or os.path.basename(path), lambda target: _copy(path, target), size)


def send_written(session: "Session", run_id: str, name: str, write: Any, size_bytes: int = 0) -> bool:
    """Sends a file that `write(path)` writes."""
    spool = session.spool
    relative = _inside(name)
    if spool is None or relative is None:
        if session.active:
            warn_once("artifact-place", "artifact %r is not kept: there is no folder for files on their way" % name)
        return False
    room = spool.room_bytes()
    if room and room - size_bytes < SPARE_BYTES:
        warn_once("artifact-room", "artifact %r is not kept: the disk is nearly full" % name)
        return False
    file = spool.keep_file(write)
    if file is None:
        warn_once("artifact-write", "artifact %r is not kept: it cannot be written to the spool folder" % name)
        return False
    session.put({"type": "artifact", "run_id": run_id, "path": relative, "file": file})
    return True


def send_figure(session: "Session", run_id: str, figure: Any, name: str) -> bool:
    """Sends what a figure looks like: `savefig` (matplotlib), else `write_html` (plotly)."""
    extension = os.path.splitext(name)[1].lstrip(".").lower()
    if hasattr(figure, "figure") and not hasattr(figure, "savefig"):
        figure = figure.figure  # an axes
    if hasattr(figure, "savefig"):
        kind = extension or "png"
        name = name if extension else name + ".png"
        return send_written(session, run_id, name, lambda path: figure.savefig(path, format=kind))
    if hasattr(figure, "write_html"):
        name = os.path.splitext(name)[0] + ".html"
        return send_written(session, run_id, name, lambda path: figure.write_html(path))
    warn_once("figure", "a %s is no figure that can be kept" % type(figure).__name__)
    return False


def _inside(name: str) -> Optional[str]:
    """`name` as a path below the run's artifacts, or None if nothing is left of it."""
    parts = [part for part in str(name).replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return "/".join(parts) or None


def _write(path: str, data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(data)


def _copy(source: str, target: str) -> None:
    shutil.copyfile(source, target)
