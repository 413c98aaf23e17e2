"""Makes a frame with a library, hands it over as a kernel does after a cell, and tells how long the kernel was held.

Usage: hand_over.py MODULE_FOLDER SPOOL LIBRARY ROWS [TEXT_ROWS]
"""

import json
import sys
import threading
import time

sys.path.insert(0, sys.argv[1])

import numpy as np  # noqa: E402

from daybook import frames  # noqa: E402


class Session:
    """What of a session the hand-over needs."""

    class spool:
        folder = sys.argv[2]

    rank = 0

    def __init__(self) -> None:
        self.events: list = []

    def put(self, event: dict, now: bool = False) -> None:
        self.events.append(event)


def make(library: str, rows: int, kinds: int):  # type: ignore[no-untyped-def]
    """Eight columns of numbers and one of text; a few values missing."""
    random = np.random.default_rng(0)
    columns = {"n%d" % i: random.normal(i, 1 + i, rows) for i in range(7)}
    columns["n7"] = np.arange(rows, dtype="int64")
    for i in range(3):
        columns["n%d" % i][:: 97] = np.nan
    if library == "numpy":
        return np.column_stack(list(columns.values()))
    text = np.array(["kind %d" % k for k in range(kinds)], dtype=object)[random.integers(0, kinds, rows)]
    if library == "polars":
        import polars

        return polars.DataFrame({**columns, "text": text.tolist()}, nan_to_null=True)
    import pandas

    frame = pandas.DataFrame(columns)
    frame["text"] = pandas.Categorical(text) if rows > 1_000_000 else text
    return frame


def main() -> None:
    library, rows = sys.argv[3], int(sys.argv[4])
    frame = make(library, rows, 20)
    stalls = []
    stop = threading.Event()

    def beat() -> None:
        last = time.perf_counter()
        while not stop.is_set():
            time.sleep(0.001)
            now = time.perf_counter()
            stalls.append(now - last)
            last = now

    session = Session()
    # The first hand-over of a small frame imports what is needed, as the first cells of a notebook do.
    frames.after_cell(session, {"small": frame.head(100) if hasattr(frame, "head") else frame[:100]}, "e0", "small = 1")
    # On a busy machine any step may be kept waiting: the shortest of three is what the hand-over takes.
    turns = []
    for name in ("a", "b", "frame"):
        begin = time.perf_counter()
        frames.after_cell(session, {name: frame}, "e1", "frame = 1")
        turns.append(time.perf_counter() - begin)
    held = min(turns)
    thread = threading.Thread(target=beat)
    thread.start()
    deadline = time.time() + 60
    import os

    path = os.path.join(sys.argv[2], session.events[-1]["file"])
    while not os.path.exists(path) and time.time() < deadline:
        time.sleep(0.01)
    stop.set()
    thread.join()
    sizes = {"pandas": lambda: frame.memory_usage(deep=False).sum(), "polars": lambda: frame.estimated_size()}
    size = sizes.get(library, lambda: frame.nbytes)()
    json.dump({"heldMs": held * 1000, "stallMs": max(stalls) * 1000, "bytes": int(size), "event": session.events[-1]}, sys.stdout)


main()
