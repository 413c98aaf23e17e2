"""Plain scripts under `daybook exec`: one run for everything, in all of its processes."""

import importlib.util
import os
import subprocess
import sys
import unittest

from fake_daemon import PYTHON, environment, free_port, read_spool
from script_case import RUN, ScriptCase


class ScriptTest(ScriptCase):
    def test_everything_goes_into_the_run_that_was_given(self) -> None:
        self.run_script(
            "import daybook\nfor i in range(3): daybook.log(loss=i)\ndaybook.params(lr=1)\n"
            "with daybook.run('part'): daybook.log(x=1)"
        )
        self.assertEqual([r["run_id"] for r in self.daemon.of_type("params")], [RUN])
        self.assertEqual(len(self.daemon.rows(RUN)), 3)
        runs = self.daemon.of_type("run")
        self.assertEqual([(r["name"], r["parent_run_id"]) for r in runs], [("part", RUN)])
        self.assertNotIn(RUN, [e["run_id"] for e in self.daemon.of_type("run_end")])
        self.assertEqual(len(self.daemon.of_type("environment")), 1)

    @unittest.skipUnless(importlib.util.find_spec("sklearn"), "there is no scikit-learn here")
    def test_fits_go_into_the_run_and_from_the_second_on_have_children(self) -> None:
        self.run_script(
            "import numpy as np\nfrom sklearn.linear_model import Ridge\nfrom sklearn.metrics import mean_squared_error\n"
            "X = np.arange(20.).reshape(-1, 2); y = X[:, 0]\n"
            "m = Ridge(alpha=2).fit(X, y); mean_squared_error(y, m.predict(X))"
        )
        self.assertEqual(self.daemon.of_type("run"), [])
        params = {k: v for e in self.daemon.of_type("params") for k, v in e["params"].items()}
        self.assertEqual(params["alpha"], "2")
        self.assertIn("training_mean_squared_error", {r[0] for r in self.daemon.rows(RUN)})
        self.daemon.events.clear()
        self.run_script(
            "import numpy as np\nfrom sklearn.linear_model import Ridge\nX = np.arange(20.).reshape(-1, 2); y = X[:, 0]\n"
            "for a in (1, 2, 3): Ridge(alpha=a).fit(X, y).score(X, y)"
        )
        runs = self.daemon.of_type("run")
        self.assertEqual({r["parent_run_id"] for r in runs}, {RUN})
        alphas = [
            e["params"]["alpha"] for r in runs for e in self.daemon.of_type("params") if e["run_id"] == r["run_id"]
        ]
        self.assertEqual(alphas, ["1", "2", "3"])

    def test_child_processes_log_to_the_same_run(self) -> None:
        self.script("import daybook; daybook.log(child=1)", "child.py")
        self.run_script(
            "import daybook, os, subprocess, sys, multiprocessing as mp\ndaybook.log(parent=1)\n"
            "subprocess.run([sys.executable, 'child.py'], check=True)\n"
            "def work(i): daybook.log({'forked_%d' % i: i})\n"
            "if __name__ == '__main__':\n"
            "    with mp.get_context('fork').Pool(2) as pool: pool.map(work, range(4)); pool.close(); pool.join()\n"
            "    p = mp.get_context('spawn').Process(target=work, args=(9,)); p.start(); p.join()\n"
        )
        names = {r[0] for r in self.daemon.rows(RUN)}
        self.assertEqual(names, {"parent", "child", "forked_0", "forked_1", "forked_2", "forked_3", "forked_9"})
        self.assertEqual(self.daemon.of_type("run"), [])

    def test_of_several_ranks_the_first_speaks_for_all(self) -> None:
        code = "import daybook; daybook.params(lr=1); daybook.log(loss=0.5, step=3)"
        self.run_script(code, RANK="0", WORLD_SIZE="2")
        self.run_script(code, RANK="1", WORLD_SIZE="2")
        self.assertEqual(sorted(r[0] for r in self.daemon.rows(RUN)), ["loss", "loss/rank_1"])
        self.assertEqual(len(self.daemon.of_type("environment")), 1)
        self.assertEqual(len(self.daemon.of_type("params")), 1)

    def test_an_error_that_ends_the_script_is_told(self) -> None:
        self.run_script("import daybook; daybook.log(x=1); raise OSError('disk')", code=1)
        tags = {k: v for e in self.daemon.of_type("tags") for k, v in e["tags"].items()}
        self.assertEqual(tags["daybook.error"], "OSError: disk")

    def test_the_users_own_sitecustomize_runs_too(self) -> None:
        own = os.path.join(self.folder, "own")
        os.mkdir(own)
        with open(os.path.join(own, "sitecustomize.py"), "w", encoding="utf-8") as file:
            file.write("import builtins; builtins.own_ran = True\n")
        path = os.pathsep.join([os.path.join(PYTHON, "exec"), own])
        ran = self.run_script(
            "import sys, sitecustomize; print(own_ran, sitecustomize.__file__.split('/')[-2],"
            " [p for p in sys.path if p.endswith('exec')])",
            PYTHONPATH=path,
        )
        self.assertEqual(ran.stdout.strip(), "True own []")

    def test_a_users_module_of_our_name_stays_theirs(self) -> None:
        own = os.path.join(self.folder, "own")
        os.mkdir(own)
        with open(os.path.join(own, "daybook.py"), "w", encoding="utf-8") as file:
            file.write("whose = 'theirs'\n")
        ran = self.run_script(
            "import daybook; print(daybook.whose)", PYTHONPATH=os.pathsep.join([os.path.join(PYTHON, "exec"), own])
        )
        self.assertEqual((ran.stdout.strip(), ran.stderr), ("theirs", ""))

    def test_a_python_that_tracks_nothing_says_nothing_and_imports_little(self) -> None:
        ran = self.run_script(
            "import sys; print(len([m for m in sys.modules if m.split('.')[0] in ('numpy', 'sklearn')]))"
        )
        self.assertEqual((ran.stdout.strip(), ran.stderr), ("0", ""))
        self.assertEqual(self.daemon.events, [])

    def test_without_a_daemon_the_script_runs_and_leaves_its_spool(self) -> None:
        url = "http://127.0.0.1:%d/k/t" % free_port()
        self.run_script("import daybook\nfor i in range(10): daybook.log(x=i)", DAYBOOK_URL=url)
        rows = [row for e in read_spool(self.spool) if e["type"] == "metrics" for row in e["rows"]]
        self.assertEqual([row[1] for row in rows], list(range(10)))

    def test_a_killed_script_keeps_what_was_sent_before(self) -> None:
        path = self.script(
            "import daybook, os, time\nfor i in range(100): daybook.log(x=i)\ndaybook.flush()\nos.kill(os.getpid(), 9)"
        )
        env = environment(self.daemon, self.spool, PYTHONPATH=os.path.join(PYTHON, "exec"), DAYBOOK_RUN_ID=RUN)
        ran = subprocess.run([sys.executable, path], env=env, cwd=self.folder, timeout=60)
        self.assertEqual(ran.returncode, -9)
        self.assertEqual(len(self.daemon.rows(RUN)), 100)

    def test_addresses_in_the_environment_that_are_no_loopback_are_not_used(self) -> None:
        ran = self.run_script("import daybook; daybook.log(x=1)", DAYBOOK_URL="http://10.1.2.3:80/k/x")
        self.assertIn("nothing is tracked here", ran.stderr)


class OlderPythonTest(unittest.TestCase):
    def test_the_module_is_written_for_python_3_8(self) -> None:
        import ast

        for folder, _, files in os.walk(PYTHON):
            for name in files:
                if name.endswith(".py"):
                    with open(os.path.join(folder, name), encoding="utf-8") as file:
                        source = file.read()
                    ast.parse(source, name, feature_version=(3, 8))
                    self.assertLessEqual(source.count("\n"), 400, name)


if __name__ == "__main__":
    unittest.main()
