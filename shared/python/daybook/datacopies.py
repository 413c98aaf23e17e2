"""Copies of small data files, by content: what a run read can be had again when the file has changed or gone.

Made in the sender's thread, never in the user's. A copy goes to the spool folder first; the daemon moves it to
`data/<two digits>/<sha256>` beside it, once for the same content, and gives it back when no run refers to it.
"""

import hashlib
import os
import re
from typing import Dict, Optional

from .redaction import redact
from .spool import Spool

SPARE_BYTES = 256 << 20
"""Free space that a copy must leave on the disk."""
MAX_PER_PROCESS_BYTES = 2 << 30
"""What one process copies at most."""
LOOKED_AT_BYTES = 1 << 16
"""How much of a file is looked through for secrets, in pieces: a long search would hold Python's lock."""
PIECE_BYTES = 1 << 12

_SECRET_NAME = re.compile(r"secret|credential|passw|private[_-]?key|api[_-]?key|service[_-]?account|\btokens?\b", re.I)
_copied: Dict[str, str] = {}
_copied_bytes = 0


def limit_bytes() -> int:
    """The largest file that is copied: 50 MB, or what DAYBOOK_DATA_COPY_BYTES says; 0 copies nothing."""
    try:
        return int(os.environ.get("DAYBOOK_DATA_COPY_BYTES") or 50_000_000)
    except ValueError:
        return 50_000_000


def keep_copy(spool: Optional[Spool], path: str, checksum: str) -> Optional[str]:
    """Keeps the content of the file at `path`, whose SHA-256 is `checksum`.

    Returns the name of the copy in the spool folder, '' if the content is kept already, None if it is not kept: too
    large, it may hold secrets, the disk is nearly full, or the file has changed since it was hashed.
    """
    global _copied_bytes
    if spool is None:
        return None
    size = os.path.getsize(path)
    if size > limit_bytes() or _may_hold_secrets(path):
        return None
    held = _held(spool, checksum)
    if held is not None:
        return held
    room = spool.room_bytes()
    if _copied_bytes + size > MAX_PER_PROCESS_BYTES or (room and room - size < SPARE_BYTES):
        return None
    name = spool.keep_file(lambda target: _copy(path, target, checksum))
    if name is not None:
        _copied[checksum] = name
        _copied_bytes += size
    return name


def _held(spool: Spool, checksum: str) -> Optional[str]:
    """'' if the content is in its place, the copy's name if that is still on its way, else None."""
    try:
        # Touched, so that it is not cleaned up before the daemon hears of this run.
        os.utime(os.path.join(os.path.dirname(spool.folder), "data", checksum[:2], checksum))
        return ""
    except OSError:
        name = _copied.get(checksum)
        return name if name and os.path.exists(os.path.join(spool.folder, name)) else None


def _may_hold_secrets(path: str) -> bool:
    if _SECRET_NAME.search(os.path.basename(path)):
        return True
    with open(path, "rb") as file:
        head = file.read(LOOKED_AT_BYTES)
    if b"\0" in head[:4096]:
        return False  # no text
    if b"PRIVATE KEY-----" in head:
        return True
    for at in range(0, len(head), PIECE_BYTES):
        # They overlap: a secret may stand across the end of a piece.
        text = head[at : at + PIECE_BYTES + 256].decode("utf-8", "replace")
        if redact(text) != text:
            return True
    return False


def _copy(source: str, target: str, checksum: str) -> None:
    digest = hashlib.sha256()
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(source, "rb") as file, os.fdopen(descriptor, "wb") as copy:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
            copy.write(block)
        copy.flush()
        os.fsync(copy.fileno())
    if digest.hexdigest() != checksum:
        raise OSError("the file has changed meanwhile")
