"""A pytest plugin that points MLflow's own tests for a live server at Daybook.

Loaded with `-p daybook_plugin`. MLflow's tests start their server through a class and two functions; these
are replaced here by ones that start Daybook's MLflow API on a fresh folder. Tests that need more than that, or
something that Daybook does not serve, are deselected with the reason from `out_of_scope.json`, and counted.
"""

import contextlib
import fnmatch
import inspect
import json
import os
import re
import subprocess
import tempfile

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
SERVER = json.loads(os.environ["DAYBOOK_SUITE_SERVER"])
REPORT = os.environ.get("DAYBOOK_SUITE_REPORT")


@contextlib.contextmanager
def daybook_server(port=0, artifacts=None):
    """Starts the server on a new folder; `artifacts`, if given, is a link to where its artifacts lie."""
    with tempfile.TemporaryDirectory(prefix="daybook-suite-") as folder:
        if artifacts is not None:
            os.symlink(os.path.join(folder, "artifacts"), artifacts)
        command = [*SERVER, "--dir", folder, "--port", str(port)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                url = process.stdout.readline().strip()
                if not url:
                    raise RuntimeError("Daybook's server did not start")
                yield url
            finally:
                process.terminate()
                process.wait(10)


class ServerThread:
    """Stands for MLflow's server in a thread of the test's process."""

    def __init__(self, app, port):
        self.port = port

    def __enter__(self):
        self._context = daybook_server(self.port)
        return self._context.__enter__()

    def __exit__(self, *failure):
        return self._context.__exit__(*failure)


@contextlib.contextmanager
def _init_server(backend_uri, root_artifact_uri, extra_env=None, app=None, server_type="fastapi"):
    import mlflow

    mlflow.set_tracking_uri(None)
    with daybook_server() as url:
        yield url


@contextlib.contextmanager
def _launch_server(host, port, backend_store_uri, default_artifact_root, artifacts_destination):
    with daybook_server(port, artifacts=artifacts_destination):
        yield None


@pytest.fixture(autouse=True)
def tracking_uri_mock(request):
    """Stands for the fixture that gives each test a database of its own: here, a server of its own."""
    if "notrackingurimock" in request.keywords:
        yield None
        return
    from mlflow.tracking._tracking_service.utils import _use_tracking_uri

    with daybook_server() as url, _use_tracking_uri(url):
        yield url


@pytest.fixture
def store():
    """Stands for MLflow's SQL store: the same calls, over the wire."""
    from mlflow.store.tracking.rest_store import RestStore
    from mlflow.utils.rest_utils import MlflowHostCreds

    class LiveStore(RestStore):
        DEFAULT_EXPERIMENT_ID = "0"

        def create_run(self, experiment_id, user_id, start_time, tags, run_name):
            # Its own clients never pass None here; the tests do.
            return super().create_run(experiment_id, user_id, start_time, tags or [], run_name)

    with daybook_server() as url:
        yield LiveStore(lambda: MlflowHostCreds(url))


def pytest_configure(config):
    import mlflow.server.handlers
    from tests.tracking import integration_test_utils

    # The tests make MLflow's own database before each test; nobody reads it here.
    mlflow.server.handlers.initialize_backend_stores = lambda *args, **kwargs: None
    integration_test_utils.ServerThread = ServerThread
    integration_test_utils._init_server = _init_server


def _read(name):
    with open(os.path.join(HERE, name)) as file:
        return json.load(file)


def pytest_collection_modifyitems(config, items):
    rules = _read("out_of_scope.json")
    differences = _read("differences.json")
    kept, left_out = [], []
    for item in items:
        reason = _reason(item, rules)
        if reason is None:
            kept.append(item)
            differs = _matching(item, differences)
            if differs is not None:
                _differences[item.nodeid] = differs
                item.add_marker(pytest.mark.xfail(reason=differs))
        else:
            left_out.append((item, reason))
        if "cli_env" in getattr(item, "fixturenames", ()):
            # Otherwise MLflow's command line writes into the test's own database, past the server.
            item.add_marker("notrackingurimock")
        if hasattr(item.module, "_launch_server"):
            item.module._launch_server = _launch_server
    items[:] = kept
    config.hook.pytest_deselected(items=[item for item, _ in left_out])
    config._daybook_left_out = [(item.nodeid, reason) for item, reason in left_out]


# What a test of the store can use only in one process with it.
_INTERNALS = re.compile(
    r"ManagedSessionMaker|\.engine\b|_get_dialect|db_uri|_hard_delete|_get_deleted|_get_query|mock\.patch|Sql[A-Z]\w+\("
    r"|_try_get_run_tag|models\.Sql|monkeypatch"
)


def _source(item):
    try:
        return inspect.getsource(item.function)
    except (OSError, TypeError):
        return ""


def _reason(item, rules):
    # Daybook has one store; the test runs once and not once for each of MLflow's.
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    if any(parameters.get(name) == "file" for name in ("store_type", "client")):
        return "one store: the same test runs as [sqlalchemy]"
    if parameters.get("workspaces_enabled"):
        return "workspaces are not served; the same test runs without them"
    if "store" in getattr(item, "fixturenames", ()) and _INTERNALS.search(_source(item)):
        return "reaches into MLflow's own database or code, past the server"
    return _matching(item, rules)


def _matching(item, rules):
    """The reason of the first rule that names the test, with or without its parameters."""
    name = item.nodeid.split("::", 1)[1]
    path = item.nodeid.split("::", 1)[0]
    for rule in rules:
        if not path.endswith(rule.get("file", "")):
            continue
        if any(fnmatch.fnmatchcase(re.sub(r"\[.*", "", name), test) for test in rule["tests"]):
            return rule["reason"]
        if any(fnmatch.fnmatchcase(name, test) for test in rule["tests"]):
            return rule["reason"]
    return None


_results = {}
_differences = {}


def pytest_runtest_logreport(report):
    outcome = _results.get(report.nodeid)
    if hasattr(report, "wasxfail"):
        if report.when == "call":
            known = report.nodeid in _differences
            expected = "differs" if known else "fails with MLflow too"
            _results[report.nodeid] = expected if report.skipped else "passed"
    elif report.failed:
        _results[report.nodeid] = "failed"
    elif report.skipped and outcome is None:
        _results[report.nodeid] = "skipped"
    elif report.when == "call" and outcome is None:
        _results[report.nodeid] = "passed"


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    if REPORT is None:
        return
    left_out = getattr(session.config, "_daybook_left_out", [])
    with open(REPORT, "w") as file:
        json.dump({"results": _results, "differences": _differences, "left_out": left_out}, file)
