"""Cells in a real kernel: what the daemon is told, and that the user's own world stays as it was."""

import json
import os
import shutil
import tempfile
import unittest

from fake_daemon import FakeDaemon, free_port, read_spool
from kernel_client import TestKernel


class KernelTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.mkdtemp()
        cls.daemon = FakeDaemon()
        cls.kernel = TestKernel(cls.daemon, cwd=cls.folder, DAYBOOK_PARENT_RUN_ID="a" * 32)

    @classmethod
    def tearDownClass(cls) -> None:
        cls.kernel.stop()
        cls.daemon.stop()
        shutil.rmtree(cls.folder, True)

    def cell(self, code: str, **options: object) -> dict:
        ran = self.kernel.run(code, **options)
        ran["end"] = self.daemon.wait(
            lambda: [e for e in self.daemon.of_type("cell_end") if e["execution"] == ran["msg_id"]]
        )[0]
        ran["begin"] = [e for e in self.daemon.of_type("cell_begin") if e["execution"] == ran["msg_id"]][0]
        ran["runs"] = [e for e in self.daemon.of_type("run") if e["execution"] == ran["msg_id"]]
        ran["ends"] = [e for e in self.daemon.of_type("run_end") if e["run_id"] in [r["run_id"] for r in ran["runs"]]]
        return ran

    def test_a_cell_is_told_with_its_ids_code_and_use(self) -> None:
        ran = self.cell("x = [0] * 10**7; sum(i for i in range(10**6)); y = 1", cell_id="cell-7")
        self.assertEqual(ran["begin"]["cell"], "cell-7")
        self.assertIn("sum(i for", ran["begin"]["code"])
        self.assertTrue(ran["end"]["ok"])
        self.assertGreater(ran["end"]["cpu_ms"], 1)
        self.assertGreater(ran["end"]["peak_rss_bytes"], 80_000_000)
        self.assertGreaterEqual(ran["end"]["at"], ran["begin"]["at"])
        self.assertEqual(ran["runs"], [])

    def test_peak_memory_is_that_of_the_cell(self) -> None:
        big = self.cell("b = bytearray(200_000_000); b[::4096] = b'1' * len(b[::4096]); del b")
        small = self.cell("1")
        self.assertGreater(big["end"]["peak_rss_bytes"], small["end"]["peak_rss_bytes"] + 100_000_000)

    def test_secrets_in_code_do_not_leave(self) -> None:
        ran = self.cell("password = 'hunter2!'")
        self.assertEqual(ran["begin"]["code"], "password = '[redacted]'")

    def test_silent_and_unremembered_executions_are_no_cells(self) -> None:
        before = len(self.daemon.of_type("cell_begin"))
        self.kernel.run("1", silent=True, store_history=False)
        self.kernel.run("2", store_history=False)
        self.cell("3")
        self.assertEqual(len(self.daemon.of_type("cell_begin")), before + 1)

    def test_the_first_log_in_a_cell_begins_a_run_that_ends_with_it(self) -> None:
        ran = self.cell(
            "import daybook\nfor i in range(5): daybook.log(loss=1/(i+1), step=i)\n"
            "daybook.params(lr=0.1)\ndaybook.tags(who='me')",
            cell_id="c",
        )
        run, end = ran["runs"][0], ran["ends"][0]
        self.assertEqual(len(ran["runs"]), 1)
        self.assertEqual(run["parent_run_id"], "a" * 32)
        self.assertRegex(run["run_id"], "^[0-9a-f]{32}$")
        self.assertEqual(end["status"], "FINISHED")
        self.assertGreaterEqual(end["wall_ms"], 0)
        self.assertEqual(
            [row[:3] for row in self.daemon.rows(run["run_id"])], [["loss", 1 / (i + 1), i] for i in range(5)]
        )
        events = self.daemon.events
        order = [
            e["type"]
            for e in events
            if e["type"] != "dataset" and (e.get("run_id") == run["run_id"] or e.get("execution") == ran["msg_id"])
        ]
        self.assertEqual(order, ["cell_begin", "run", "metrics", "params", "tags", "run_end", "cell_end"])

    def test_a_failed_cell_that_had_begun_a_run_is_a_failed_run(self) -> None:
        ran = self.cell("import daybook; daybook.log(x=1); raise ValueError('token=\"abc\" is bad')")
        self.assertFalse(ran["end"]["ok"])
        self.assertEqual(ran["ends"][0]["status"], "FAILED")
        tag = [e for e in self.daemon.of_type("tags") if e["run_id"] == ran["runs"][0]["run_id"]][0]["tags"]
        self.assertEqual(tag["daybook.error"], 'ValueError: token="[redacted]" is bad')

    def test_a_failed_cell_without_a_run_makes_none(self) -> None:
        self.assertEqual(self.cell("1/0")["runs"], [])
        self.assertEqual(self.cell("def f(:")["runs"], [])

    def test_a_cell_that_is_interrupted_ends_its_run_as_killed(self) -> None:
        ran = self.cell("import daybook; daybook.log(x=1); raise KeyboardInterrupt")
        self.assertEqual(ran["ends"][0]["status"], "KILLED")

    def test_a_cell_in_a_cell_belongs_to_the_outer_one(self) -> None:
        ran = self.cell("%%capture\nimport daybook\ndaybook.log(x=1)\nprint(1)")
        self.assertEqual(len([e for e in self.daemon.of_type("cell_begin") if e["execution"] == ran["msg_id"]]), 1)
        self.assertEqual(len(ran["runs"]), 1)

    def test_what_a_thread_logs_after_its_cell_goes_to_the_cells_run(self) -> None:
        ran = self.cell(
            "import threading, time, daybook\ndaybook.log(x=1)\n"
            "t = threading.Thread(target=lambda: (time.sleep(0.5), daybook.log(late=2))); t.start()"
        )
        run_id = ran["runs"][0]["run_id"]
        self.daemon.wait(lambda: "late" in [row[0] for row in self.daemon.rows(run_id)])

    def test_a_forked_worker_ends_the_run_that_it_began_and_not_that_of_the_cell(self) -> None:
        code = (
            "import multiprocessing as mp, daybook\n%sdef work(i): daybook.log(from_worker=i)\n"
            "p = mp.get_context('fork').Process(target=work, args=(7,)); p.start(); p.join(); daybook.log(after=1)"
        )
        shared = self.cell(code % "daybook.log(before=1)\n")
        self.assertEqual(len(shared["runs"]), 1)
        self.assertEqual(len(shared["ends"]), 1)
        names = {row[0] for row in self.daemon.rows(shared["runs"][0]["run_id"])}
        self.assertEqual(names, {"before", "from_worker", "after"})
        own = self.cell(code % "")
        self.assertEqual([end["status"] for end in own["ends"]], ["FINISHED", "FINISHED"])

    def test_nested_runs_are_children(self) -> None:
        ran = self.cell(
            "import daybook\nwith daybook.run('outer', lr=1) as a:\n"
            "    a.log(x=1)\n    with daybook.run('inner') as b:\n        daybook.log(y=2)\n    daybook.log(z=3)"
        )
        outer, inner = ran["runs"]
        self.assertEqual((outer["name"], inner["name"]), ("outer", "inner"))
        self.assertEqual(inner["parent_run_id"], outer["run_id"])
        self.assertEqual({r[0] for r in self.daemon.rows(outer["run_id"])}, {"x", "z"})
        self.assertEqual({r[0] for r in self.daemon.rows(inner["run_id"])}, {"y"})

    def test_a_run_block_that_raises_is_failed_and_raises(self) -> None:
        ran = self.cell("import daybook\nwith daybook.run('r'):\n    raise KeyError('k')")
        self.assertEqual(ran["status"], "error")
        self.assertEqual(ran["ends"][0]["status"], "FAILED")

    def test_values_that_are_no_numbers_are_told_once_and_left_out(self) -> None:
        ran = self.cell(
            "import daybook, numpy as np\n"
            "for i in range(3): daybook.log({'a': np.float32(0.5), 'b': 'text', 'c': np.arange(3), 'd': {'e': 1},"
            " 'f!': True, 'g': np.array([[2.0]]), 'h': None, 'i': float('nan')}, step=i)"
        )
        rows = self.daemon.rows(ran["runs"][0]["run_id"])
        self.assertEqual({r[0] for r in rows}, {"a", "d/e", "f_", "g", "i"})
        self.assertEqual({r[1] for r in rows}, {0.5, 1, 2, "NaN"})
        self.assertEqual(ran["text"].count("metric 'b' is left out"), 1)
        self.assertEqual(ran["text"].count("'f!' is logged as 'f_'"), 1)

    def test_nothing_is_left_in_the_users_namespace_and_path(self) -> None:
        ran = self.cell(
            "import sys, os\nprint(sorted(n for n in globals() if 'daybook' in n.lower() and n != 'daybook'))\n"
            "print([p for p in sys.path if 'daybook' in p or p.endswith('python')])\n"
            "print(os.environ.get('PYTHONSTARTUP'), os.environ.get('DAYBOOK_USER_PYTHONSTARTUP'))\n"
            "print('__file__' in globals())"
        )
        self.assertEqual(ran["text"].split("\n")[:4], ["[]", "[]", "None None", "False"])

    def test_the_environment_is_told_once_before_the_first_run_ends(self) -> None:
        self.cell("import daybook; daybook.log(x=1)")
        self.cell("daybook.log(x=1)")
        types = [e["type"] for e in self.daemon.events]
        self.assertEqual(types.count("environment"), 1)
        self.assertLess(types.index("environment"), types.index("run_end"))
        told = self.daemon.of_type("environment")[0]
        self.assertIn("ipykernel", told["packages"])
        self.assertGreater(told["machine"]["memory_bytes"], 0)
        self.assertNotIn("HOME", told["variables"])

    def test_files_that_were_read_are_inputs_of_the_run(self) -> None:
        path = os.path.join(self.folder, "x.csv")
        with open(path, "w") as file:
            file.write("a,b\n1,2\n")
        self.cell(
            "import pandas as pd; d = pd.read_csv('x.csv'); u = 's3://bucket/y.parquet'; d.to_csv('own.csv'); pd.read_csv('own.csv')"
        )
        ran = self.cell("import daybook; daybook.log(x=1); daybook.dataset(d, 'mine', context='train')")
        sets = [e for e in self.daemon.of_type("dataset") if e["run_id"] == ran["runs"][0]["run_id"]]
        by_name = {e["name"]: e for e in sets}
        self.assertEqual(set(by_name), {"x.csv", "y.parquet", "mine"})
        self.assertIn('"sha256": "', by_name["x.csv"]["source"])
        self.assertEqual(by_name["mine"]["schema"]["mlflow_colspec"][0]["type"], "long")
        self.assertEqual(by_name["y.parquet"]["source_type"], "s3")
        self.assertIn("cannot be reproduced", by_name["y.parquet"]["source"])


class OtherKernelsTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder, True)

    def start(self, daemon: object, **options: str) -> TestKernel:
        kernel = TestKernel(daemon, cwd=self.folder, **options)
        self.addCleanup(kernel.stop)
        return kernel

    def write(self, name: str, text: str) -> str:
        path = os.path.join(self.folder, name)
        with open(path, "w") as file:
            file.write(text)
        return path

    def test_artifacts_are_copied_at_once(self) -> None:
        spool = os.path.join(self.folder, "spool")
        daemon = FakeDaemon()
        self.addCleanup(daemon.stop)
        kernel = self.start(daemon, spool=spool)
        kernel.run(
            "import daybook, os\nopen('f.txt','w').write('one')\ndaybook.artifact('f.txt')\n"
            "open('f.txt','w').write('two')\ndaybook.artifact(b'raw', '../a/raw.bin')\n"
            "os.makedirs('d/e', exist_ok=True); open('d/e/g.txt','w').write('g'); daybook.artifact('d')\n"
            "import matplotlib; matplotlib.use('agg'); import matplotlib.pyplot as plt\n"
            "daybook.figure(plt.figure(), 'p'); daybook.artifact('missing')"
        )
        found = daemon.wait(lambda: len(daemon.of_type("artifact")) >= 4 and daemon.of_type("artifact"))
        content = {}
        for e in found:
            with open(os.path.join(spool, e["file"]), "rb") as file:
                content[e["path"]] = file.read()
        self.assertEqual(content["f.txt"], b"one")
        self.assertEqual(content["a/raw.bin"], b"raw")
        self.assertEqual(content["d/e/g.txt"], b"g")
        self.assertEqual(content["p.png"][:4], b"\x89PNG")

    def test_the_users_own_startup_runs_and_may_fail(self) -> None:
        own = self.write("own.py", "mine = 1\nwhere = __file__\nraise RuntimeError('own')")
        kernel = self.start(None, user_startup=own)
        text = kernel.run("print(mine, where.endswith('own.py'), __import__('os').environ['PYTHONSTARTUP'])")["text"]
        self.assertEqual(text.split()[:2], ["1", "True"])
        self.assertTrue(text.split()[2].endswith("own.py"))

    def test_a_module_of_the_users_that_has_our_name_stays_theirs(self) -> None:
        self.write("daybook.py", "name = 'theirs'")
        daemon = FakeDaemon()
        self.addCleanup(daemon.stop)
        kernel = self.start(daemon)
        self.assertEqual(kernel.run("import daybook; print(daybook.name)")["text"].strip(), "theirs")
        daemon.wait(lambda: daemon.of_type("cell_end"))

    def test_without_a_daemon_logging_by_hand_tells_once_what_to_do(self) -> None:
        kernel = self.start(None)
        ran = kernel.run(
            "import daybook\nfor i in range(3): daybook.log(x=i)\nwith daybook.run('r') as r: r.log(a=1); daybook.params(b=2)"
        )
        self.assertEqual(ran["status"], "ok")
        self.assertEqual(ran["text"].count("daybook: nothing is tracked here"), 1)
        self.assertEqual(kernel.run("1+1")["text"], "2")

    def test_switched_off_it_does_nothing(self) -> None:
        daemon = FakeDaemon()
        self.addCleanup(daemon.stop)
        kernel = self.start(daemon, DAYBOOK_DISABLED="1")
        self.assertEqual(kernel.run("import daybook; daybook.log(x=1); print('ok')")["text"], "ok\n")
        self.assertEqual(daemon.events, [])

    def test_a_daemon_that_is_away_delays_no_cell_and_gets_all_later(self) -> None:
        port = free_port()
        spool = os.path.join(self.folder, "spool")
        daemon = FakeDaemon(port)
        kernel = self.start(daemon, spool=spool)
        kernel.run("import daybook; daybook.log(x=0)")
        daemon.wait(lambda: daemon.of_type("cell_end"))
        daemon.stop()
        for i in range(1, 4):
            self.assertEqual(kernel.run("daybook.log(x=%d)" % i)["status"], "ok")
        back = FakeDaemon(port)
        self.addCleanup(back.stop)
        back.wait(lambda: len(back.of_type("cell_end")) == 3)
        self.assertEqual([r[1] for r in back.rows()], [1, 2, 3])

    def test_a_daemon_that_had_to_move_is_followed(self) -> None:
        first, second = FakeDaemon(), FakeDaemon()
        self.addCleanup(second.stop)
        kernel = self.start(first, MLFLOW_TRACKING_URI=first.url)
        kernel.run("import daybook; daybook.log(x=1)")
        first.wait(lambda: first.of_type("cell_end"))
        first.stop()
        kernel.run("import daybook; daybook._process.move(%r)" % second.url, silent=True, store_history=False)
        ran = kernel.run("daybook.log(x=2); import os; print(os.environ['MLFLOW_TRACKING_URI'])")
        second.wait(lambda: second.of_type("cell_end"))
        self.assertEqual([row[1] for row in second.rows()], [2])
        self.assertEqual(ran["text"].strip(), second.url)

    def test_a_daemon_that_comes_after_the_kernel_is_found(self) -> None:
        daemon = FakeDaemon()
        self.addCleanup(daemon.stop)
        kernel = self.start(None)
        kernel.run("1")
        state = os.path.join(self.folder, ".daybook")
        os.mkdir(state, 0o700)
        told = {"pid": os.getpid(), "url": daemon.address, "token": "project-token-0123456789", "start": []}
        with open(os.open(os.path.join(state, "daemon.json"), os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            json.dump(told, file)
        kernel.run("import daybook; daybook._process._looked_at = 0.0", silent=True)

        def seen() -> bool:
            kernel.run("2")
            return bool(daemon.of_type("cell_end"))

        daemon.wait(seen)

    def test_a_kernel_that_ends_while_the_daemon_is_away_leaves_all_in_the_spool(self) -> None:
        spool = os.path.join(self.folder, "spool")
        kernel = TestKernel(None, cwd=self.folder, spool=spool, DAYBOOK_URL="http://127.0.0.1:%d/k/t" % free_port())
        ran = kernel.run("import daybook; daybook.log(x=5)")
        kernel.stop()
        events = read_spool(spool)
        self.assertEqual(
            [e["type"] for e in events if e["type"] != "environment"],
            ["spool", "cell_begin", "run", "metrics", "run_end", "cell_end"],
        )
        self.assertEqual(events[1]["execution"], ran["msg_id"])


if __name__ == "__main__":
    unittest.main()
