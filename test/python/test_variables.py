"""The list of variables that an editor shows."""

import os
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "shared", "python"))

from daybook import variables  # noqa: E402


def rows(**namespace):
    return {row["name"]: row for row in variables.describe(namespace).variables}


class Variables(unittest.TestCase):
    def test_numbers_texts_and_collections(self):
        found = rows(n=3, big=10**1000, f=1.5, s="é" * 500, l=[1, [2, [3]]], d={"a": 1}, e=set(), t=(1,))
        self.assertEqual(found["n"]["preview"], "3")
        self.assertEqual(found["big"]["preview"], "a number of 3322 bits")
        self.assertEqual(len(found["s"]["preview"]), variables.MAX_PREVIEW)
        self.assertEqual(found["s"]["shape"], "500 characters")
        self.assertEqual(found["l"]["preview"], "[1, [2, […]]]")
        self.assertEqual(found["d"]["preview"], "{'a': 1}")
        self.assertEqual(found["e"]["preview"], "set()")
        self.assertEqual(found["t"]["shape"], "1 item")

    def test_leaves_out_what_is_no_variable(self):
        found = rows(os=os, f=rows, C=unittest.TestCase, _x=1, p=print, y=2)
        self.assertEqual(list(found), ["y"])

    def test_calls_no_code_of_the_user(self):
        class Trap:
            shape = property(lambda self: 1 / 0)

            def __len__(self):
                raise AssertionError

            def __repr__(self):
                raise AssertionError

        found = rows(trap=Trap(), many=[Trap()])
        self.assertEqual(found["trap"]["type"], "Trap")
        self.assertEqual(found["trap"]["preview"], "")
        self.assertEqual(found["many"]["preview"], "[Trap]")

    def test_is_bounded_in_time_and_number(self):
        namespace = {"v%d" % i: list(range(1000)) for i in range(5000)}
        began = time.monotonic()
        report = variables.describe(namespace)
        self.assertLess(time.monotonic() - began, 5)
        self.assertLessEqual(len(report.variables), variables.MAX_VARIABLES)
        self.assertEqual(len(report.variables) + report.more, 5000)

    def test_arrays_and_frames(self):
        try:
            import numpy as np
            import pandas as pd
        except ImportError:
            self.skipTest("numpy and pandas are not installed")
        found = rows(
            a=np.arange(12.0).reshape(3, 4),
            i=np.int64(3),
            f=pd.DataFrame({"x": range(10), "y": "a"}),
            s=pd.Series([1, 2], name="z"),
        )
        self.assertEqual((found["a"]["shape"], found["a"]["sizeBytes"]), ("3 × 4", 96))
        self.assertTrue(found["a"]["preview"].startswith("float64 [0.0, 1.0"))
        self.assertEqual(found["i"]["preview"], "3")
        self.assertEqual((found["f"]["shape"], found["f"]["preview"]), ("10 × 2", "x, y"))
        self.assertEqual((found["s"]["shape"], found["s"]["preview"]), ("2", "z: int64"))


if __name__ == "__main__":
    unittest.main()
