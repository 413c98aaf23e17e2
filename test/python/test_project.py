"""The project folder, and which daemon.json is believed."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

from fake_daemon import PYTHON, ROOT, FakeDaemon, environment

from daybook import discovery
from daybook.connection import Connection, is_loopback
from daybook.project import find_project_root, project_hash

TABLE = os.path.join(ROOT, "test", "fixtures", "project-root.json")
PROJECT_TOKEN = "project-token-0123456789"


class ProjectRootTest(unittest.TestCase):
    def test_follows_the_table_that_the_daemon_is_held_to_as_well(self) -> None:
        with open(TABLE, encoding="utf-8") as file:
            cases = json.load(file)["cases"]
        for case in cases:
            with self.subTest(case["says"]), tempfile.TemporaryDirectory() as made:
                folder = os.path.realpath(made)
                for path in case["make"]:
                    full = os.path.join(folder, path)
                    os.makedirs(full if path.endswith("/") else os.path.dirname(full), exist_ok=True)
                    if not path.endswith("/"):
                        open(full, "w").close()
                found = find_project_root(os.path.join(folder, case["start"]), os.path.join(folder, case["home"]))
                self.assertEqual(found, os.path.join(folder, case["root"]))


class DiscoveryTest(unittest.TestCase):
    def setUp(self) -> None:
        self.root = os.path.realpath(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.root, True)
        self.state = os.path.join(self.root, ".daybook")
        os.mkdir(self.state, 0o700)
        self.daemon = FakeDaemon()
        self.addCleanup(self.daemon.stop)

    def write(self, mode: int = 0o600, state: str = "", **more: object) -> str:
        told = {
            "pid": os.getpid(),
            "start_time": discovery.process_start_time(os.getpid()),
            "url": self.daemon.address,
            "token": PROJECT_TOKEN,
            "start": [sys.executable, "-c", "pass"],
            **more,
        }
        path = os.path.join(state or self.state, "daemon.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(told, file)
        os.chmod(path, mode)
        return path

    def test_finds_a_running_daemon_and_gets_a_capability(self) -> None:
        self.write()
        os.mkdir(os.path.join(self.root, "sub"))
        found = discovery.find_daemon(os.path.join(self.root, "sub"))
        assert found is not None
        self.assertTrue(discovery.is_running(found))
        given = discovery.ask_capability(found)
        assert given is not None
        self.assertEqual(given.url, self.daemon.url)

    def test_finds_state_that_lies_outside_of_the_project(self) -> None:
        elsewhere = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, elsewhere, True)
        state = os.path.join(elsewhere, "daybook", project_hash(self.root))
        os.makedirs(state, 0o700)
        self.write(state=state)
        with mock.patch.dict(os.environ, {"XDG_STATE_HOME": elsewhere}):
            found = discovery.find_daemon(self.root)
        self.assertEqual(found and found.state, state)

    def test_believes_nothing_that_somebody_else_may_have_written(self) -> None:
        for mode in (0o644, 0o660, 0o604):
            self.write(mode)
            self.assertIsNone(discovery.find_daemon(self.root), oct(mode))
        self.write()
        os.chmod(self.state, 0o777)
        self.assertIsNone(discovery.find_daemon(self.root))
        os.chmod(self.state, 0o700)
        with mock.patch.object(os, "getuid", return_value=os.getuid() + 1):
            self.assertIsNone(discovery.find_daemon(self.root))
        self.assertIsNotNone(discovery.find_daemon(self.root))

    def test_follows_no_links(self) -> None:
        path = self.write()
        os.rename(path, path + ".real")
        os.symlink(path + ".real", path)
        self.assertIsNone(discovery.find_daemon(self.root))

    def test_believes_no_address_of_another_machine(self) -> None:
        for url in (
            "http://10.0.0.1:80",
            "https://127.0.0.1:1",
            "http://example.org:80",
            "http://127.0.0.1",
            "http://me:pw@127.0.0.1:1",
            "http://127.0.0.1@example.org:1",
            "file:///x",
            "",
            7,
        ):
            self.write(url=url)
            self.assertIsNone(discovery.find_daemon(self.root), url)

    def test_believes_no_broken_file(self) -> None:
        for text in ("", "[]", "{", "{}", '{"pid": true}', '{"pid": -1, "url": "http://127.0.0.1:1", "token": "x"}'):
            path = self.write()
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            self.assertIsNone(discovery.find_daemon(self.root), text)

    def test_a_process_of_another_start_time_boot_or_machine_is_not_the_daemon(self) -> None:
        for more in ({"start_time": "1"}, {"boot": "another"}, {"host": "another"}, {"pid": 2**22 + 1}):
            self.write(**more)
            found = discovery.find_daemon(self.root)
            assert found is not None
            self.assertFalse(discovery.is_running(found), more)

    @unittest.skipIf(shutil.which("git") is None, "git is not installed")
    def test_a_file_that_came_with_the_repository_is_not_believed(self) -> None:
        def git(*words: str) -> None:
            subprocess.run(["git", "-C", self.root, *words], check=True, capture_output=True)

        git("init")
        self.write()
        self.assertIsNotNone(discovery.find_daemon(self.root))
        git("add", "-f", ".daybook/daemon.json")
        self.assertIsNone(discovery.find_daemon(self.root))
        git("update-index", "--index-version", "4")
        self.assertIsNone(discovery.find_daemon(self.root))

    def test_wakes_a_daemon_by_the_command_that_it_left(self) -> None:
        pid_file = os.path.join(self.root, "pid")
        script = os.path.join(self.root, "fake.py")
        with open(script, "w", encoding="utf-8") as file:
            file.write(
                "import json, os, sys, time\nsys.path.insert(0, %r)\nfrom daybook.discovery import process_start_time\n"
                "path = %r\ntold = json.load(open(path)); told['pid'] = os.getpid()\n"
                "told['start_time'] = process_start_time(os.getpid())\n"
                "open(%r, 'w').write(str(os.getpid()))\n"
                "json.dump(told, open(path + '.new', 'w')); os.chmod(path + '.new', 0o600); os.replace(path + '.new', path)\n"
                "time.sleep(20)\n" % (PYTHON, os.path.join(self.state, "daemon.json"), pid_file)
            )
        self.write(pid=2**22 + 1, start=[sys.executable, script])
        found = discovery.find_daemon(self.root)
        assert found is not None
        woken = discovery.wake(found, wait_s=20)
        assert woken is not None
        with open(pid_file, encoding="utf-8") as file:
            pid = int(file.read())
        self.addCleanup(os.kill, pid, 15)
        self.assertEqual(woken.pid, pid)

    def test_a_kernel_looks_beside_its_notebook_wherever_it_was_started_first(self) -> None:
        notebook = os.path.join(self.root, "a.ipynb")
        with mock.patch.dict(os.environ, {"JPY_SESSION_NAME": notebook}):
            self.assertEqual(discovery.kernel_folder(), os.getcwd())
            open(notebook, "w").close()
            self.assertEqual(discovery.kernel_folder(), self.root)
        # What is no notebook's file: a console's name, a path from the server's folder.
        for name in ("console-1", os.path.relpath(notebook), os.path.join(self.root, "console-1")):
            with mock.patch.dict(os.environ, {"JPY_SESSION_NAME": name}):
                self.assertEqual(discovery.kernel_folder(), os.getcwd())

    def test_a_kernel_of_vscodes_jupyter_extension_knows_its_notebook(self) -> None:
        notebook = os.path.join(self.root, "b.ipynb")
        open(notebook, "w").close()
        main = sys.modules["__main__"]
        with mock.patch.object(main, "__vsc_ipynb_file__", notebook, create=True):
            self.assertEqual(discovery.kernel_folder(), self.root)
        for name in (None, 1, os.path.relpath(notebook), os.path.join(self.root, "gone.ipynb")):
            with mock.patch.object(main, "__vsc_ipynb_file__", name, create=True):
                self.assertEqual(discovery.kernel_folder(), os.getcwd())

    def test_a_script_without_any_environment_of_ours_finds_its_daemon(self) -> None:
        self.write()
        script = os.path.join(self.root, "train.py")
        with open(script, "w", encoding="utf-8") as file:
            file.write("import daybook\nfor i in range(3): daybook.log(loss=i)\nprint(daybook.active_run().run_id)\n")
        env = environment(None, PYTHONPATH=PYTHON)
        ran = subprocess.run(
            [sys.executable, script], cwd=self.root, env=env, capture_output=True, text=True, timeout=60
        )
        self.assertEqual(ran.stderr, "")
        run = self.daemon.of_type("run")[0]
        self.assertEqual(run["run_id"], ran.stdout.strip())
        self.assertEqual(run["experiment"], "train.py")
        self.assertEqual(self.daemon.of_type("run_end")[0]["status"], "FINISHED")
        self.assertEqual([row[2] for row in self.daemon.rows()], [0, 1, 2])


class ConnectionTest(unittest.TestCase):
    def test_is_loopback(self) -> None:
        for url in ("http://127.0.0.1:80/k/x", "http://127.3.2.1:1", "http://[::1]:80", "http://localhost:80"):
            self.assertTrue(is_loopback(url), url)
        for url in ("http://0.0.0.0:1", "http://127.0.0.1.evil:1", "ftp://127.0.0.1:1", "http://[::2]:1", "http://:1"):
            self.assertFalse(is_loopback(url), url)
        with self.assertRaises(ValueError):
            Connection("http://example.org:80")

    def test_uses_no_proxy_and_opens_a_lost_connection_again(self) -> None:
        daemon = FakeDaemon()
        self.addCleanup(daemon.stop)
        with mock.patch.dict(os.environ, {"http_proxy": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}):
            connection = Connection(daemon.url)
            self.addCleanup(connection.close)
            for _ in range(2):
                self.assertEqual(connection.post("/daybook/events", b"", {})[0], 200)
            for one in daemon._open:
                one.shutdown(2)
            self.assertEqual(connection.post("/daybook/events", b"", {})[0], 200)
        self.assertEqual(daemon.connections, 2)


if __name__ == "__main__":
    unittest.main()
