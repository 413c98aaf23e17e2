"""Secrets: the shared table, and that looking for them is quick."""

import json
import os
import time
import unittest

from fake_daemon import ROOT

from daybook.redaction import MARK, allowed_variables, redact, redact_argv


class RedactionTest(unittest.TestCase):
    def test_follows_the_table_that_the_daemon_is_held_to_as_well(self) -> None:
        with open(os.path.join(ROOT, "test", "fixtures", "secrets.json"), encoding="utf-8") as file:
            cases = json.load(file)["cases"]
        for case in cases:
            with self.subTest(case["says"]):
                self.assertEqual(redact(case["text"]), case["redacted"])
                self.assertEqual(redact(case["redacted"]), case["redacted"], "twice changes nothing more")

    def test_time_grows_no_faster_than_the_text(self) -> None:
        """Ten times the text may take some ten times as long; a rule that looks back would take a hundred."""
        for piece in ("a", "a.b+", "token", '"', "password=", "secret ", "passwd:", "--", "x = 'ab/+", "://a:"):
            took = []
            for count in (20_000, 200_000):
                text = "token " + piece * (count // len(piece))
                begun = time.process_time()
                redact(text)
                took.append(time.process_time() - begun)
            self.assertLess(took[1], max(took[0], 0.005) * 40, piece)

    def test_words_of_a_command_line(self) -> None:
        self.assertEqual(
            redact_argv(["t.py", "--password", "x", "--lr", "1", "--token=abc", "--secret", "--flag"]),
            ["t.py", "--password", MARK, "--lr", "1", "--token=" + MARK, "--secret", "--flag"],
        )

    def test_variables_go_by_an_allow_list(self) -> None:
        self.assertEqual(
            allowed_variables({"OMP_NUM_THREADS": "2", "AWS_SECRET_ACCESS_KEY": "x", "HOME": "/h", "PATH": "/b"}),
            {"OMP_NUM_THREADS": "2"},
        )


if __name__ == "__main__":
    unittest.main()
