"""What could not be delivered, on disk, in order.

1. Segments are files `<pid>-<start ms>-<order and random>.jsonl`; sorted by name they are in order.
2. A segment's first line names the address that its lines were meant for, and the process that wrote it.
3. A line is never in a segment after one that is younger: what failed on its way goes in front.
4. A segment goes away only after all of its lines were taken.
5. The daemon takes segments of processes that no longer run; those of a living process are its own to send.
"""

import json
import os
import shutil
import threading
import time
from typing import Callable, List, Optional

from .discovery import process_start_time

MIDDLE = 500_000
"""Number of a process's first segment: what must go in front counts down from it."""


class Spool:
    """The segments of this process in `folder`. Safe for several threads."""

    def __init__(self, folder: str, url: str, sync: bool = True) -> None:
        self._folder = folder
        self._url = url
        self._sync = sync
        self._lock = threading.Lock()
        self._segments: List[str] = []
        self._offset = 0  # how much of the first segment was taken, in bytes
        self._first = MIDDLE
        self._last = MIDDLE
        self._began_ms = int(time.time() * 1000)

    @property
    def folder(self) -> str:
        """Where the segments lie."""
        return self._folder

    @property
    def pending(self) -> bool:
        """Whether anything waits here."""
        return bool(self._segments)

    def append(self, lines: List[bytes]) -> bool:
        """Writes lines (without line ends) behind all others; False if the disk does not take them."""
        with self._lock:
            try:
                if self._segments and self._write(self._segments[-1], lines, new=False):
                    return True
                if self._segments:
                    self._forget_last()
                self._last += 1
                self._write(self._name(self._last), lines, new=True)
                self._segments.append(self._name(self._last))
                return True
            except OSError:
                return False

    def prepend(self, lines: List[bytes]) -> bool:
        """Writes lines in front of all others; False if the disk does not take them."""
        if not self._segments:
            return self.append(lines)
        with self._lock:
            if self._offset > 0:
                # The first segment was taken in part. All events are idempotent: send it again from its start.
                self._offset = 0
            self._first -= 1
            name = self._name(self._first)
            try:
                self._write(name, lines, new=True)
            except OSError:
                return False
            self._segments.insert(0, name)
            return True

    def next_lines(self, max_lines: int, max_bytes: int) -> Optional[List[bytes]]:
        """The oldest lines that wait; None if there are none. They stay until `taken` is called."""
        with self._lock:
            while self._segments:
                lines = self._read(self._segments[0], max_lines, max_bytes)
                if lines:
                    return lines
                self._drop_first()
            return None

    def taken(self, lines: List[bytes]) -> None:
        """Says that these lines, as `next_lines` gave them, were delivered."""
        with self._lock:
            if not self._segments:
                return
            self._offset += sum(len(line) + 1 for line in lines)
            try:
                if self._offset >= os.path.getsize(self._segments[0]):
                    self._drop_first()
            except OSError:
                self._drop_first()

    def keep_file(self, source: Callable[[str], None]) -> Optional[str]:
        """Has `source` write a file for an artifact at the path it is given; returns the file's name."""
        name = "%d-%d-%s.bin" % (os.getpid(), int(time.time() * 1000), os.urandom(8).hex())
        path = os.path.join(self._folder, name)
        try:
            self._make_folder()
            source(path)
            os.chmod(path, 0o600)
            return name
        except OSError:
            _remove(path)
            return None

    def room_bytes(self) -> int:
        """Free space where the spool lies."""
        try:
            return shutil.disk_usage(self._folder).free
        except OSError:
            return 0

    def _name(self, number: int) -> str:
        name = "%d-%d-%06d%s.jsonl" % (os.getpid(), self._began_ms, number, _random)
        return os.path.join(self._folder, name)

    def _make_folder(self) -> None:
        os.makedirs(self._folder, mode=0o700, exist_ok=True)

    def _forget_last(self) -> None:
        # The daemon took it in and away: a new file of that name would be read from the middle.
        self._segments.pop()
        if not self._segments:
            self._offset = 0

    def _write(self, path: str, lines: List[bytes], new: bool) -> bool:
        """Adds lines to a segment; False if it is not `new` and no longer there."""
        head = b""
        if new:
            self._make_folder()
            file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            own = {"type": "spool", "url": self._url, "pid": os.getpid()}
            own["start_time"] = process_start_time(os.getpid())
            head = json.dumps(own).encode() + b"\n"
        else:
            try:
                file = os.open(path, os.O_WRONLY | os.O_APPEND)
            except FileNotFoundError:
                return False
        try:
            before = os.fstat(file).st_size
            data = head + b"\n".join(lines) + b"\n"
            try:
                _write_all(file, data)
                if self._sync:
                    os.fsync(file)
            except OSError:
                os.ftruncate(file, before)  # the disk is full: leave no half line
                raise
            return True
        finally:
            os.close(file)

    def _read(self, path: str, max_lines: int, max_bytes: int) -> List[bytes]:
        lines: List[bytes] = []
        size = 0
        try:
            with open(path, "rb") as file:
                if self._offset == 0:
                    self._offset = len(file.readline())
                file.seek(self._offset)
                for line in file:
                    if lines and size + len(line) > max_bytes:
                        break
                    lines.append(line.rstrip(b"\n"))
                    size += len(line)
                    if len(lines) >= max_lines:
                        break
        except OSError:
            return []  # somebody removed it
        return lines

    def _drop_first(self) -> None:
        _remove(self._segments.pop(0))
        self._offset = 0


_random = os.urandom(4).hex()


def _write_all(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


def _remove(path: str) -> None:
    try:
        os.remove(path)
    except OSError:
        pass
