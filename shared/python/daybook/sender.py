"""Brings events to the daemon in the background.

1. `put` never waits for the network, never raises and costs a microsecond.
2. Events arrive in the order of `put`; after a failure some may arrive twice (each is idempotent).
3. Memory is bounded: past `MAX_QUEUE` waiting items the caller writes them to the spool itself.
4. `close` takes about two seconds at most; what was not delivered by then lies in the spool.
5. A forked child starts with an empty queue and a connection, thread and spool of its own.
"""

import threading
import time
from collections import deque
from typing import Callable, Deque, List, Optional

from .connection import Connection, Unreachable
from .lines import Item, to_lines
from .spool import Spool

MAX_QUEUE = 100_000
MAX_ROWS = 1000
MAX_BYTES = 1 << 20
LINGER_S = 0.1
CHILD_LINGER_S = 0.005
"""A forked child may be ended by its parent at any time: it waits less for company."""
BACK_OFF_S = (0.25, 30.0)

_HEADERS = {"Content-Type": "application/x-ndjson"}
_LATER = frozenset((401, 403, 404, 408, 425, 429))
"""Client errors that say nothing about the events themselves: not known yet, no longer known, too many."""


class Sender:
    """The way from this process to the daemon at `url`. `spool` is where things wait while it is away."""

    def __init__(self, url: str, spool: Optional[Spool]) -> None:
        self.url = url
        self.spool = spool
        self.dropped = 0
        self.on_answer: Optional[Callable[[bytes], None]] = None
        self.linger_s = LINGER_S
        self._start_over()

    def _start_over(self) -> None:
        self._queue: Deque[Item] = deque()
        self._in_flight: List[Item] = []
        self._connection = Connection(self.url)
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._hurry = threading.Event()
        self._sleeping = True
        self._closing = False
        self._busy = False
        self._retry_at = 0.0
        self._back_off_s = BACK_OFF_S[0]
        self._thread: Optional[threading.Thread] = None

    def after_fork(self, spool: Optional[Spool]) -> None:
        """In a forked child: leaves the parent's queue and connection to the parent."""
        self._connection.abandon()
        self.spool = spool
        self.linger_s = CHILD_LINGER_S
        self._start_over()

    def put(self, item: Item, urgent: bool = False) -> None:
        """Queues an event. `urgent`: sent at once, together with all that waits before it."""
        self._queue.append(item)
        if self._sleeping:
            self._sleeping = False
            self._rouse()
        elif len(self._queue) > MAX_QUEUE:
            self._spill()
        if urgent:
            self._hurry.set()

    def hurry(self) -> None:
        """What waits is sent at once."""
        self._hurry.set()

    @property
    def away(self) -> bool:
        """Whether the daemon did not answer last time."""
        return self._retry_at > 0.0

    def flush(self, timeout_s: float) -> bool:
        """Waits until all was delivered or is safe in the spool; False if that took too long."""
        end = time.monotonic() + timeout_s
        while self._queue or self._busy or self._in_flight:
            self._hurry.set()
            self._wake.set()
            if time.monotonic() >= end:
                return False
            if self._thread is None or not self._thread.is_alive():
                self._drain(end)
            else:
                time.sleep(0.001)
        return True

    def close(self, timeout_s: float = 1.5) -> None:
        """Delivers what waits; what cannot be delivered in time goes to the spool."""
        self._closing = True
        end = time.monotonic() + timeout_s
        self.flush(timeout_s)
        while self.spool is not None and self.spool.pending and not self.away and time.monotonic() < end:
            self._wake.set()
            time.sleep(0.005)
        if self._queue or self._in_flight:
            left = self._in_flight + self._take_all()
            if self.spool is not None and left:
                # The batch in flight may arrive all the same: then it arrives twice, which does no harm.
                self.spool.append(to_lines(left))
        self._wake.set()

    def _rouse(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            with self._lock:
                if self._thread is None or not self._thread.is_alive():
                    thread = threading.Thread(target=self._work, name="daybook", daemon=True)
                    try:
                        thread.start()
                    except RuntimeError:
                        return  # the interpreter is about to end: close() delivers in the main thread
                    self._thread = thread
        self._wake.set()

    def _work(self) -> None:
        while True:
            self._rest()
            if not self._closing:
                self._hurry.wait(self.linger_s)
            self._hurry.clear()
            try:
                self._drain(None)
            except Exception:  # noqa: BLE001 - a fault of ours must not end the delivery for good
                self._retry_at = time.monotonic() + BACK_OFF_S[1]
            if self._closing and not self._queue:
                self._connection.close()
                return

    def _rest(self) -> None:
        """Sleeps until something is put, or until it is time to try again."""
        self._sleeping = True  # before looking, or what is put meanwhile would wake nobody
        in_spool = self.spool is not None and self.spool.pending
        if self._queue and (self.spool is not None or not self.away):
            self._sleeping = False
            return
        if self._queue:
            self._sleeping = False
        until_retry_s = max(0.01, self._retry_at - time.monotonic())
        self._wake.wait(until_retry_s if in_spool or self._queue else None)
        self._wake.clear()
        self._sleeping = False

    def _drain(self, end: Optional[float]) -> None:
        """Sends or spools all that waits. With `end` (monotonic seconds) it stops then."""
        self._busy = True
        try:
            while end is None or time.monotonic() < end:
                if time.monotonic() >= self._retry_at:
                    if not self._send_spool():
                        continue
                    if self.spool is not None and self.spool.pending:
                        continue
                    batch = self._take(MAX_ROWS)
                    if not batch:
                        return
                    lines = to_lines(batch)
                    if not self._send(lines) and (self.spool is None or not self.spool.prepend(lines)):
                        self._put_back(batch)
                        self._in_flight = []
                        return
                elif not self._put_aside():
                    return
                self._in_flight = []
        finally:
            self._busy = False

    def _put_aside(self) -> bool:
        """While the daemon is away: moves a batch to the spool. False if there is none, or no place for it."""
        with self._lock:  # a caller that spills younger items must not come between
            if self.spool is None:
                return False
            batch = self._take(MAX_ROWS)
            if not batch:
                return False
            if self.spool.append(to_lines(batch)):
                return True
        self._put_back(batch)
        self._in_flight = []
        return False

    def _put_back(self, batch: List[Item]) -> None:
        """Keeps in memory what neither the daemon nor the disk took; beyond the bound it is lost."""
        with self._lock:
            if len(self._queue) + len(batch) <= MAX_QUEUE:
                self._queue.extendleft(reversed(batch))
            else:
                self.dropped += len(batch)
        if not self.away:
            self._retry_at = time.monotonic() + BACK_OFF_S[0]

    def _send_spool(self) -> bool:
        if self.spool is None:
            return True
        lines = self.spool.next_lines(MAX_ROWS, MAX_BYTES)
        if lines is None:
            return True
        if not self._send(lines):
            return False
        self.spool.taken(lines)
        return True

    def _send(self, lines: List[bytes]) -> bool:
        """Posts lines in bites of at most about MAX_BYTES; False if the daemon is away."""
        at = 0
        while at < len(lines):
            size, upto = 0, at
            while upto < len(lines) and (upto == at or size + len(lines[upto]) < MAX_BYTES):
                size += len(lines[upto]) + 1
                upto += 1
            if not self._post(lines[at:upto]):
                return False
            at = upto
        return True

    def _post(self, lines: List[bytes]) -> bool:
        try:
            status, answer = self._connection.post("/daybook/events", b"\n".join(lines) + b"\n", _HEADERS)
        except Unreachable:
            return self._wait_longer()
        if 200 <= status < 300:
            self._retry_at = 0.0
            self._back_off_s = BACK_OFF_S[0]
            if self.on_answer is not None:
                self.on_answer(answer)
            return True
        if status >= 500 or status in _LATER:
            return self._wait_longer()
        if len(lines) == 1:
            self.dropped += 1  # the daemon understands this one in no way: it must not block the others
            return True
        half = len(lines) // 2
        return self._post(lines[:half]) and self._post(lines[half:])

    def _wait_longer(self) -> bool:
        self._retry_at = time.monotonic() + self._back_off_s
        self._back_off_s = min(self._back_off_s * 2, BACK_OFF_S[1])
        return False

    def _take(self, most: int) -> List[Item]:
        batch: List[Item] = self._in_flight
        queue = self._queue
        while len(batch) < most:
            try:
                batch.append(queue.popleft())
            except IndexError:
                break
        return batch

    def _take_all(self) -> List[Item]:
        batch: List[Item] = []
        while True:
            try:
                batch.append(self._queue.popleft())
            except IndexError:
                return batch

    def _spill(self) -> None:
        with self._lock:
            if len(self._queue) <= MAX_QUEUE:
                return
            items = self._take_all()
            if self.spool is None or not self.spool.append(to_lines(items)):
                self.dropped += len(items)
