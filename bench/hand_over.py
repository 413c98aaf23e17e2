"""Hands over a frame of a gigabyte as a kernel does after a cell; prints how long that held it, and how long a copy takes.

Usage: hand_over.py MODULE_FOLDER SPOOL LIBRARY
"""

import json
import sys
import time

import numpy as np
import pandas as pd
import pyarrow  # noqa: F401 - a kernel that has it writes with it

sys.path.insert(0, sys.argv[1])

from daybook import frames  # noqa: E402

TURNS = 7


class Session:
    """What of a session the hand-over needs."""

    class spool:
        """Where files go."""

        folder = sys.argv[2]

    rank = 0

    def put(self, event: dict, now: bool = False) -> None:
        """Tells nobody."""


def make(library: str):  # type: ignore[no-untyped-def]
    """About a gigabyte of numbers; as a frame with a column of kinds."""
    random = np.random.default_rng(0)
    if library == "numpy":
        return random.normal(size=(10_000_000, 12))
    frame = pd.DataFrame({"n%d" % i: random.normal(i, 1 + i, 16_000_000) for i in range(8)})
    frame["kind"] = pd.Categorical.from_codes(random.integers(0, 20, len(frame)), ["kind %d" % k for k in range(20)])
    return frame


def main() -> None:
    """Times both in turns; the child that writes has ended before the next turn."""
    value = make(sys.argv[3])
    session = Session()
    frames.after_cell(session, {"small": np.zeros((100, 3))}, "e0", "small = 1")  # type: ignore[arg-type]
    taken = {"held": [], "cpu": [], "copy": []}  # type: ignore[var-annotated]
    for turn in range(TURNS):
        time.sleep(1)
        begin, cpu = time.perf_counter(), time.thread_time()
        frames.after_cell(session, {"v%d" % turn: value}, "e%d" % turn, "")  # type: ignore[arg-type]
        taken["held"].append((time.perf_counter() - begin) * 1000)
        taken["cpu"].append((time.thread_time() - cpu) * 1000)
        time.sleep(2)
        begin = time.perf_counter()
        value.copy()
        taken["copy"].append((time.perf_counter() - begin) * 1000)
    size = value.nbytes if hasattr(value, "nbytes") else value.memory_usage(deep=False).sum()
    json.dump({"bytes": int(size), **{name: sorted(each)[TURNS // 2] for name, each in taken.items()}}, sys.stdout)


main()
