"""Import hooks and wrappers: the user's imports, pickles and errors stay as they are."""

import copy
import inspect
import os
import pickle
import subprocess
import sys
import tempfile
import types
import unittest

import cloudpickle
import fake_daemon  # noqa: F401 - makes daybook importable

from daybook import clean
from daybook.hooks import imports, wrapping


class ImportHookTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.mkdtemp()
        sys.path.insert(0, self.folder)
        self.addCleanup(sys.path.remove, self.folder)
        self.called = []
        ours = types.ModuleType("daybook.hooks.probe")
        ours.seen = lambda module: self.called.append((module.__name__, getattr(module, "value", None)))
        ours.breaks = lambda module: 1 // 0
        sys.modules["daybook.hooks.probe"] = ours
        self.addCleanup(sys.modules.pop, "daybook.hooks.probe")

    def module(self, name: str, text: str) -> None:
        with open(os.path.join(self.folder, name + ".py"), "w", encoding="utf-8") as file:
            file.write(text)
        self.addCleanup(sys.modules.pop, name, None)

    def test_calls_after_the_module_is_whole_and_only_once(self) -> None:
        self.module("p_whole", "value = 1\nvalue = 2\n")
        imports.when_imported("p_whole", "probe", "seen")
        self.assertEqual(self.called, [])
        import p_whole

        self.assertEqual(self.called, [("p_whole", 2)])
        self.assertEqual(inspect.getsource(p_whole), "value = 1\nvalue = 2\n")
        self.assertEqual(p_whole.__spec__.name, "p_whole")
        self.assertTrue(p_whole.__loader__.get_filename().endswith("p_whole.py"))

    def test_calls_at_once_for_what_is_imported_already(self) -> None:
        imports.when_imported("json", "probe", "seen")
        self.assertEqual(self.called, [("json", None)])

    def test_an_import_that_fails_fails_as_before(self) -> None:
        self.module("p_fails", "raise KeyError('own')\n")
        imports.when_imported("p_fails", "probe", "seen")
        with self.assertRaisesRegex(KeyError, "own"):
            import p_fails  # noqa: F401
        with self.assertRaises(ModuleNotFoundError):
            imports.when_imported("p_missing", "probe", "seen")
            import p_missing  # noqa: F401
        self.assertEqual(self.called, [])

    def test_a_hook_that_fails_is_no_failure_of_the_import(self) -> None:
        self.module("p_hooked", "value = 3\n")
        imports.when_imported("p_hooked", "probe", "breaks")
        clean._told.add("hook:p_hooked")
        import p_hooked

        self.assertEqual(p_hooked.value, 3)


USERS = """
class Made:
    def fit(self, X: int, y: int = 1) -> int:
        'Adds.'
        return X + y
"""


class WrapperTest(unittest.TestCase):
    def wrapped(self) -> type:
        namespace = {"__name__": "__main__"}
        exec(USERS, namespace)  # as in a notebook: a class that no other process can import
        made = namespace["Made"]
        self.calls = []

        def tell(original: object, instance: object, args: tuple, kwargs: dict) -> object:
            self.calls.append((args, kwargs))
            return original(instance, *args, **kwargs)

        wrapping.wrap_in_class(made, "fit", tell)
        wrapping.wrap_in_class(made, "fit", tell)
        return made

    def test_calls_the_hook_once_and_keeps_the_signature(self) -> None:
        made = self.wrapped()
        self.assertEqual(made().fit(2, y=3), 5)
        self.assertEqual(self.calls, [((2,), {"y": 3})])
        self.assertEqual(str(inspect.signature(made.fit)).split(",")[0], "(self")
        self.assertTrue(inspect.isfunction(made.fit))
        self.assertEqual(made.fit.__doc__, "Adds.")

    def test_travels_by_value_into_a_process_without_us(self) -> None:
        made = self.wrapped()
        data = cloudpickle.dumps(made)
        code = "import pickle, sys; print(pickle.loads(sys.stdin.buffer.read())().fit(2, 3))"
        ran = subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, check=True)
        self.assertEqual(ran.stdout.strip(), b"5")

    def test_the_hook_itself_copies_to_nothing(self) -> None:
        hook = wrapping.Hook(print)
        self.assertIsNone(pickle.loads(pickle.dumps(hook)))
        self.assertIs(copy.deepcopy(hook), hook)


if __name__ == "__main__":
    unittest.main()
