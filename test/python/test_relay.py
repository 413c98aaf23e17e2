"""What stands in for the daemon on a worker's machine keeps what was not taken."""

import json
import os
import shutil
import sys
import tempfile
import unittest
from typing import Dict, List, Optional, Tuple

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "shared", "python"))

from daybook.connection import Unreachable  # noqa: E402
from daybook.trial.relay import Relay  # noqa: E402


class SpoolTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.status = 200
        self.asked: List[str] = []
        self.relay = Relay(self, "/k/own", "http://127.0.0.1:1", self.folder)

    def request(
        self, method: str, path: str, headers: Dict[str, str], body: Optional[bytes]
    ) -> Tuple[int, Dict[str, str], bytes]:
        """The line to a daemon that answers `status`."""
        self.asked.append("%s %s" % (method, path))
        return self.status, {}, b"{}"

    def test_events_that_are_not_taken_now_stay_for_later(self) -> None:
        path = os.path.join(self.folder, "spool", "1.jsonl")
        with open(path, "w", encoding="utf-8") as file:
            file.write(json.dumps({"type": "spool", "url": "http://127.0.0.1:1/k/trial", "pid": 2**22 + 1}) + "\n{}\n")
        for self.status in (429, 503):
            self.assertRaises(Unreachable, self.relay.send_spool)
            self.assertTrue(os.path.exists(path), self.status)
        for self.status in (401, 404):
            self.relay.send_spool()
            self.assertTrue(os.path.exists(path), self.status)
        self.status = 200
        self.relay.send_spool()
        self.assertFalse(os.path.exists(path))
        self.assertEqual(self.asked, ["POST /k/trial/daybook/events"] * 5)

    def test_events_that_mean_nothing_to_the_daemon_are_not_sent_again(self) -> None:
        path = os.path.join(self.folder, "spool", "1.jsonl")
        with open(path, "w", encoding="utf-8") as file:
            file.write(json.dumps({"type": "spool", "url": "http://127.0.0.1:1/k/trial", "pid": 2**22 + 1}) + "\n")
        self.status = 400
        self.relay.send_spool()
        self.assertFalse(os.path.exists(path))

    def test_a_file_that_is_not_taken_now_stays_for_later(self) -> None:
        path = os.path.join(self.folder, "spool", "f1")
        with open(path, "wb") as file:
            file.write(b"model")
        event = json.dumps({"type": "artifact", "file": "f1"}).encode()
        self.status = 429
        self.assertRaises(Unreachable, self.relay.forward, "POST", "/k/trial/daybook/events", {}, event)
        self.assertTrue(os.path.exists(path))
        self.status = 200
        self.relay.forward("POST", "/k/trial/daybook/events", {}, event)
        self.assertFalse(os.path.exists(path))


if __name__ == "__main__":
    unittest.main()
