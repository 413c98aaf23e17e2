"""A test case that runs Python scripts as `daybook exec` does and collects what they tell."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from typing import Any, Dict

from fake_daemon import PYTHON, FakeDaemon, environment

RUN = "b" * 32


class ScriptCase(unittest.TestCase):
    """Each test has a folder, a daemon and a spool of its own."""

    def setUp(self) -> None:
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.daemon = FakeDaemon()
        self.addCleanup(self.daemon.stop)
        self.spool = os.path.join(self.folder, "spool")

    def script(self, text: str, name: str = "train.py") -> str:
        """Writes a script; gives its path."""
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def run_script(self, text: str, code: int = 0, **env: str) -> "subprocess.CompletedProcess[str]":
        """Runs a script to its end, which must be `code`."""
        path = self.script(text)
        given = environment(
            self.daemon, self.spool, PYTHONPATH=os.path.join(PYTHON, "exec"), DAYBOOK_RUN_ID=RUN, MLFLOW_RUN_ID=RUN
        )
        given.update(env)
        ran = subprocess.run(
            [sys.executable, path], cwd=self.folder, env=given, capture_output=True, text=True, timeout=280
        )
        self.assertEqual(ran.returncode, code, ran.stderr)
        return ran

    def one(self, text: str, **env: str) -> Dict[str, Any]:
        """Runs a script that must log to its given run alone, and without a word of ours; gives that run."""
        ran = self.run_script(text, **env)
        self.assertNotIn("daybook:", ran.stderr)
        self.assertEqual(self.daemon.of_type("run"), [])
        return self.whole(RUN)

    def whole(self, run_id: str) -> Dict[str, Any]:
        """All that was told of a run."""
        told: Dict[str, Any] = {
            "tags": {},
            "params": {},
            "artifacts": [],
            "datasets": [],
            "rows": self.daemon.rows(run_id),
        }
        for event in self.daemon.events:
            if event.get("run_id") != run_id:
                continue
            if event["type"] in ("tags", "params"):
                told[event["type"]].update(event[event["type"]])
            elif event["type"] == "artifact":
                told["artifacts"].append(event["path"])
            elif event["type"] == "dataset":
                told["datasets"].append(event)
        told["metrics"] = {row[0]: row[1] for row in told["rows"]}
        return told
