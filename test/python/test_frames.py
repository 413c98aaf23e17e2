"""Data frames are handed over as they were, in every form, and quickly."""

import json
import os
import sys
import tempfile
import time
import unittest
from typing import Any, Dict, List

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "shared", "python"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import pandas as pd  # noqa: E402

from daybook import frames  # noqa: E402


class FakeSession:
    """What frames.py needs of a session."""

    def __init__(self, folder: str) -> None:
        self.spool = self
        self.folder = folder
        self.rank = 0
        self.events: List[Dict[str, Any]] = []

    def put(self, event: Dict[str, Any], urgent: bool = False) -> None:
        """Keeps the event."""
        self.events.append(event)


class Frames(unittest.TestCase):
    """Frames of a user's namespace."""

    def setUp(self) -> None:
        frames._known.clear()
        frames._digests.clear()
        self.folder = tempfile.TemporaryDirectory()
        self.session = FakeSession(self.folder.name)

    def tearDown(self) -> None:
        self.folder.cleanup()

    def after(self, names: Dict[str, Any], code: str = "") -> List[str]:
        """Names of the frames that a cell hands over."""
        self.session.events.clear()
        frames.after_cell(self.session, names, "e1", code)  # type: ignore[arg-type]
        return [event["name"] for event in self.session.events]

    def file(self) -> str:
        """The file of the last event, when it is there."""
        path = os.path.join(self.folder.name, self.session.events[-1]["file"])
        deadline = time.monotonic() + 30
        while not os.path.exists(path) and time.monotonic() < deadline:
            time.sleep(0.01)
        return path

    def test_only_what_is_new_or_changed_is_handed_over(self) -> None:
        frame = pd.DataFrame({"a": range(100)})
        names: Dict[str, Any] = {"df": frame, "n": 3, "_hidden": pd.DataFrame({"a": range(9)})}
        self.assertEqual(self.after(names, "df = load()"), ["df"])
        self.assertEqual(self.after(names, "df.head()"), [])
        frame["b"] = 1
        self.assertEqual(self.after(names, "df['b'] = 1"), ["df"])
        frame.loc[5, "a"] = -1
        self.assertEqual(self.after(names, "other()"), [])
        self.assertEqual(self.after(names, "df.loc[5, 'a'] = -1"), ["df"])
        names["df"] = frame.copy()
        self.assertEqual(self.after(names, ""), ["df"])
        self.assertEqual(self.after({"empty": pd.DataFrame()}, ""), [])

    def test_it_can_be_switched_off(self) -> None:
        os.environ["DAYBOOK_LINT"] = "0"
        try:
            self.assertEqual(self.after({"df": pd.DataFrame({"a": range(9)})}), [])
        finally:
            del os.environ["DAYBOOK_LINT"]

    def test_the_child_sees_the_frame_as_it_was(self) -> None:
        import pyarrow as pa

        frame = pd.DataFrame({"a": range(250_000), "t": ["x"] * 250_000})
        self.after({"df": frame})
        frame.loc[:, "a"] = -1
        with pa.ipc.open_file(self.file()) as reader:
            table = reader.read_all()
        self.assertEqual(self.session.events[-1]["step"], 3)
        self.assertEqual(table.column("a").to_pylist()[:3], [0, 3, 6])
        self.assertEqual(table.num_rows, 83_334)

    def test_odd_frames_are_written_the_plain_way(self) -> None:
        frame = pd.DataFrame([[1, "a", None], ["b", 2.5, {}]], columns=["x", "x", 3])
        self.after({"df": frame})
        with open(self.file(), "rb") as file:
            content = file.read()
        self.assertEqual(content[:8], b"DAYBOOKF")
        header = json.loads(content[12 : 12 + int.from_bytes(content[8:12], "little")])
        self.assertEqual([column["name"] for column in header["columns"]], ["x", "x", "3"])

    def test_a_cell_is_held_for_a_moment_only(self) -> None:
        frame = pd.DataFrame({"c%d" % i: range(1_000_000) for i in range(10)})
        frame["text"] = ["v%d" % (i % 1000) for i in range(1_000_000)]
        best = 1.0
        for _ in range(5):
            frames._known.clear()
            begin = time.perf_counter()
            self.after({"df": frame})
            best = min(best, time.perf_counter() - begin)
            self.file()
        print("held %.1f ms" % (best * 1000))


if __name__ == "__main__":
    unittest.main()
