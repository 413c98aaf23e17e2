"""Processor and memory over the time of a run."""

import unittest

from script_case import ScriptCase

BUSY = """
import time
import daybook
with daybook.run() as run:
    daybook.log(loss=1.0)
    held = bytearray(50_000_000)
    until = time.monotonic() + 4.5
    while time.monotonic() < until:
        pass
"""


class MachineUseTest(ScriptCase):
    def system(self, text: str, **env: str) -> "dict[str, list]":
        self.run_script(text, **env)
        series: "dict[str, list]" = {}
        for name, value, step, _at in self.daemon.rows():
            if name.startswith("system/"):
                series.setdefault(name, []).append((step, value))
        return series

    def test_a_busy_run_tells_cores_and_memory_by_the_second(self) -> None:
        series = self.system(BUSY)
        cores = series["system/cpu_cores_used"]
        self.assertGreaterEqual(len(cores), 2)
        self.assertEqual([step for step, _ in cores], sorted({step for step, _ in cores}))
        # Busy all the time, on a machine that others use as well.
        self.assertTrue(all(0.05 < value < 1.6 for _, value in cores), cores)
        self.assertTrue(all(value > 50 for _, value in series["system/memory_megabytes"]), series)

    def test_a_short_run_and_one_that_does_not_want_it_tell_nothing(self) -> None:
        self.assertEqual(self.system(BUSY.replace("4.5", "0.2")), {})
        self.assertEqual(self.system(BUSY, DAYBOOK_MACHINE_USE="0"), {})


if __name__ == "__main__":
    unittest.main()
