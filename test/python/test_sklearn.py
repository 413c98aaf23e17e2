"""Fits of scikit-learn in a real kernel: runs expected and seen."""

import os
import shutil
import sys
import tempfile
import unittest

from fake_daemon import FakeDaemon
from kernel_client import TestKernel

SETUP = """
import warnings; warnings.simplefilter('ignore')
import numpy as np, pandas as pd, daybook
from sklearn.linear_model import LogisticRegression, LinearRegression, SGDClassifier
from sklearn.ensemble import RandomForestClassifier, GradientBoostingClassifier, VotingClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.decomposition import PCA
from sklearn.cluster import KMeans, DBSCAN
from sklearn.pipeline import make_pipeline
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV, cross_val_score, cross_validate, train_test_split
from sklearn.metrics import accuracy_score, f1_score, roc_auc_score, confusion_matrix, mean_squared_error
from sklearn.base import BaseEstimator, ClassifierMixin
rng = np.random.default_rng(0)
X = pd.DataFrame(rng.normal(size=(400, 4)), columns=list('abcd')); y = (X.a + X.b > 0).astype(int)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
"""


class SklearnTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.mkdtemp()
        cls.spool = os.path.join(cls.folder, "spool")
        cls.daemon = FakeDaemon()
        cls.kernel = TestKernel(cls.daemon, cwd=cls.folder, spool=cls.spool)
        ran = cls.kernel.run(SETUP)
        assert ran["status"] == "ok", ran

    @classmethod
    def tearDownClass(cls) -> None:
        cls.kernel.stop()
        cls.daemon.stop()
        shutil.rmtree(cls.folder, True)

    def cell(self, code: str, ok: bool = True) -> dict:
        """Runs a cell; gives its runs by name, top runs and children."""
        ran = self.kernel.run(code)
        self.assertEqual(ran["status"], "ok" if ok else "error", ran)
        self.assertNotIn("daybook:", ran["text"])
        done = lambda: [e for e in self.daemon.of_type("cell_end") if e["execution"] == ran["msg_id"]]  # noqa: E731
        self.daemon.wait(done)
        runs = [e for e in self.daemon.of_type("run") if e["execution"] == ran["msg_id"]]
        ran["runs"] = [self.whole(e) for e in runs]
        ran["top"] = [r for r in ran["runs"] if r["parent"] is None]
        ran["children"] = [r for r in ran["runs"] if r["parent"] is not None]
        return ran

    def whole(self, run: dict) -> dict:
        """A run as the daemon would have it after all its events."""
        run_id = run["run_id"]
        events = [e for e in self.daemon.events if e.get("run_id") == run_id]
        tags, params = dict(run["tags"]), {}
        for e in events:
            if e["type"] == "tags":
                tags.update(e["tags"])
            if e["type"] == "params":
                params.update(e["params"])
        ends = [e["status"] for e in events if e["type"] == "run_end"]
        return {
            "id": run_id,
            "name": run["name"],
            "parent": tags.get("mlflow.parentRunId", run["parent_run_id"]),
            "tags": tags,
            "params": params,
            "metrics": {row[0]: row[1] for row in self.daemon.rows(run_id)},
            "status": ends[-1] if ends else None,
            "datasets": [e for e in events if e["type"] == "dataset"],
            "artifacts": {e["path"]: e["file"] for e in events if e["type"] == "artifact"},
        }

    def test_one_fit_is_one_run_with_all_that_belongs_to_it(self) -> None:
        ran = self.cell("m = LogisticRegression(C=0.5).fit(X_train, y_train)\nacc = m.score(X_test, y_test)")
        self.assertEqual(len(ran["runs"]), 1)
        run = ran["runs"][0]
        self.assertEqual(run["name"], "LogisticRegression")
        self.assertEqual(run["status"], "FINISHED")
        self.assertEqual(run["params"]["C"], "0.5")
        self.assertEqual(run["tags"]["estimator_class"], "sklearn.linear_model._logistic.LogisticRegression")
        self.assertGreater(run["metrics"]["score_X_test"], 0.8)
        self.assertGreater(run["metrics"]["fit_seconds"], 0)
        sets = {(d["name"], d["context"]): d for d in run["datasets"]}
        self.assertEqual(set(sets), {("X_train", "train"), ("X_test", "eval")})
        self.assertEqual(sets["X_train", "train"]["profile"]["num_rows"], 300)
        self.assertEqual([c["name"] for c in sets["X_train", "train"]["schema"]["mlflow_colspec"]], list("abcd"))

    def test_metrics_in_a_later_cell_belong_to_the_model_that_predicted(self) -> None:
        first = self.cell("m1 = LogisticRegression().fit(X_train, y_train); p1 = m1.predict(X_test)")
        second = self.cell("m2 = RandomForestClassifier(5).fit(X_train, y_train); p2 = m2.predict(X_test)")
        later = self.cell(
            "a = accuracy_score(y_test, p1); b = f1_score(y_true=y_test, y_pred=p2)\n"
            "c = roc_auc_score(y_test, m1.predict_proba(X_test)[:, 1]); d = confusion_matrix(y_test, p1)\n"
            "e = accuracy_score(y_test, np.zeros(100)); f = accuracy_score(y_train, m1.predict(X_train))"
        )
        self.assertEqual(later["runs"], [])
        one, two = self.whole_by_id(first), self.whole_by_id(second)
        self.assertEqual(
            {k for k in one["metrics"] if "score" in k},
            {"accuracy_score_X_test", "roc_auc_score_X_test", "training_accuracy_score"},
        )
        self.assertEqual({k for k in two["metrics"] if "score" in k}, {"f1_score_X_test"})

    def whole_by_id(self, ran: dict) -> dict:
        run_id = ran["runs"][0]["id"]
        return self.whole([e for e in self.daemon.of_type("run") if e["run_id"] == run_id][0])

    def test_transformers_alone_make_no_run(self) -> None:
        ran = self.cell("s = StandardScaler().fit(X_train); t = PCA(2).fit_transform(X_train); s.transform(X_test)")
        self.assertEqual(ran["runs"], [])

    def test_a_pipeline_is_one_run_with_the_parameters_of_its_steps(self) -> None:
        ran = self.cell("pipe = make_pipeline(StandardScaler(), LogisticRegression(C=3)).fit(X_train, y_train)")
        self.assertEqual([r["name"] for r in ran["runs"]], ["Pipeline"])
        self.assertEqual(ran["runs"][0]["params"]["logisticregression__C"], "3")
        self.assertEqual(
            ran["runs"][0]["params"]["steps"],
            "[(standardscaler, StandardScaler), (logisticregression, LogisticRegression)]",
        )

    def test_ensembles_are_one_run(self) -> None:
        ran = self.cell(
            "VotingClassifier([('a', LogisticRegression()), ('b', RandomForestClassifier(3))], n_jobs=2).fit(X, y)"
        )
        self.assertEqual([r["name"] for r in ran["runs"]], ["VotingClassifier"])

    def test_three_models_in_a_loop_are_one_run_with_three_children(self) -> None:
        ran = self.cell(
            "scores = {}\nfor name, model in {'lr': LogisticRegression(), 'rf': RandomForestClassifier(5),"
            " 'sgd': SGDClassifier()}.items():\n"
            "    model.fit(X_train, y_train)\n    scores[name] = accuracy_score(y_test, model.predict(X_test))"
        )
        self.assertEqual(len(ran["top"]), 1)
        self.assertEqual(
            [r["name"] for r in ran["children"]], ["LogisticRegression", "RandomForestClassifier", "SGDClassifier"]
        )
        self.assertEqual({r["parent"] for r in ran["children"]}, {ran["top"][0]["id"]})
        for child in ran["children"]:
            self.assertIn("accuracy_score_X_test", child["metrics"])
            self.assertEqual(child["status"], "FINISHED")
        self.assertEqual(ran["top"][0]["params"], {})
        self.assertEqual(ran["top"][0]["status"], "FINISHED")

    def test_a_fit_in_a_run_of_the_users_goes_into_it(self) -> None:
        ran = self.cell(
            "import daybook\nwith daybook.run('mine', seed=1) as r:\n    LogisticRegression().fit(X_train, y_train)\n"
            "    r.log(own=1)"
        )
        self.assertEqual([r["name"] for r in ran["runs"]], ["mine"])
        self.assertEqual(ran["runs"][0]["params"]["seed"], "1")
        self.assertIn("C", ran["runs"][0]["params"])

    def test_two_fits_in_a_run_of_the_users_are_its_children(self) -> None:
        ran = self.cell(
            "with daybook.run('both') as r:\n    for c in (1, 2): LogisticRegression(C=c).fit(X_train, y_train)"
        )
        self.assertEqual([r["name"] for r in ran["top"]], ["both"])
        self.assertEqual([r["params"]["C"] for r in ran["children"]], ["1", "2"])

    def test_a_fit_after_a_log_is_the_same_run(self) -> None:
        ran = self.cell("daybook.log(before=1); LogisticRegression().fit(X, y); daybook.log(after=1)")
        self.assertEqual(len(ran["runs"]), 1)
        self.assertEqual(set(ran["runs"][0]["metrics"]), {"before", "after", "fit_seconds"})

    def test_a_search_has_its_best_candidates_as_children_and_a_table(self) -> None:
        ran = self.cell(
            "g = GridSearchCV(LogisticRegression(), {'C': [0.01, 0.1, 1, 10, 100, 1000, 1e4]}, cv=3, n_jobs=2).fit(X, y)"
        )
        self.assertEqual(len(ran["top"]), 1)
        top = ran["top"][0]
        self.assertEqual(len(ran["children"]), 5)
        self.assertIn(top["params"]["best_C"], ["0.01", "0.1", "1", "10", "100", "1000", "10000.0"])
        self.assertAlmostEqual(
            top["metrics"]["best_cv_score"], max(c["metrics"]["mean_cv_score"] for c in ran["children"])
        )
        self.assertEqual(ran["children"][0]["metrics"]["rank"], 1)
        with open(os.path.join(self.spool, top["artifacts"]["cv_results.csv"]), encoding="utf-8") as file:
            self.assertEqual(len(file.read().strip().split("\n")), 8)

    def test_cross_validation_is_one_run_with_its_folds(self) -> None:
        ran = self.cell("s = cross_val_score(make_pipeline(StandardScaler(), LogisticRegression()), X, y, cv=4)")
        self.assertEqual([r["name"] for r in ran["top"]], ["Pipeline cross_val_score"])
        self.assertEqual(len(ran["children"]), 4)
        mean = sum(c["metrics"]["score"] for c in ran["children"]) / 4
        self.assertAlmostEqual(ran["top"][0]["metrics"]["mean_cv_score"], mean)
        ran = self.cell("s = cross_validate(LogisticRegression(), X, y, cv=3, scoring=['accuracy', 'f1'])")
        self.assertIn("mean_cv_f1", ran["top"][0]["metrics"])

    def test_clusterers_are_models(self) -> None:
        self.assertEqual([r["name"] for r in self.cell("KMeans(3, n_init=1).fit_predict(X)")["runs"]], ["KMeans"])
        self.assertEqual([r["name"] for r in self.cell("DBSCAN().fit(X)")["runs"]], ["DBSCAN"])

    def test_many_small_steps_are_one_fit(self) -> None:
        ran = self.cell(
            "s = SGDClassifier()\nfor i in range(20): s.partial_fit(X, y, classes=[0, 1])\ns.score(X_test, y_test)"
        )
        self.assertEqual(len(ran["runs"]), 1)
        self.assertIn("score_X_test", ran["runs"][0]["metrics"])

    def test_a_loop_of_many_fits_is_bounded(self) -> None:
        ran = self.cell("for i in range(150): LinearRegression().fit(X[:20], y[:20])")
        self.assertEqual(len(ran["children"]), 100)
        self.assertEqual(ran["top"][0]["tags"]["daybook.fitsNotLogged"], "32")

    def test_a_fit_that_fails_is_a_failed_run_and_raises(self) -> None:
        ran = self.cell("LogisticRegression().fit(X, y[:3])", ok=False)
        self.assertEqual(ran["error"]["ename"], "ValueError")
        self.assertEqual([r["status"] for r in ran["runs"]], ["FAILED"])
        self.assertIn("ValueError: Found input variables", ran["runs"][0]["tags"]["daybook.error"])

    def test_training_curves_are_metrics_by_step(self) -> None:
        ran = self.cell("GradientBoostingClassifier(n_estimators=30).fit(X, y)")
        rows = [r for r in self.daemon.rows(ran["runs"][0]["id"]) if r[0] == "train_score"]
        self.assertEqual([r[2] for r in rows], list(range(30)))

    def test_an_estimator_of_the_users_own_is_tracked_and_travels_to_workers(self) -> None:
        ran = self.cell(
            "class Mine(ClassifierMixin, BaseEstimator):\n"
            "    def __init__(self, k=1): self.k = k\n"
            "    def fit(self, X, y): self.classes_ = np.unique(y); return self\n"
            "    def predict(self, X): return np.zeros(len(X))\n"
            "import pickle, joblib, copy, inspect\nfrom sklearn.base import clone\n"
            "m = Mine(3).fit(X, y)\nm.score(X_test, y_test)"
        )
        self.assertEqual([r["name"] for r in ran["runs"]], ["Mine"])
        ran = self.cell(
            "from joblib import Parallel, delayed\n"
            "r = Parallel(n_jobs=2, backend='loky')(delayed(lambda c: Mine(c).fit(X, y).predict(X).sum())(c) for c in (1, 2))\n"
            "print(sum(r), str(inspect.signature(Mine.fit)), clone(m).k, copy.deepcopy(m).k)\n"
            "q = pickle.loads(pickle.dumps(LogisticRegression().fit)); print(q.__name__)\n"
            "print(pickle.loads(pickle.dumps(accuracy_score)) is accuracy_score)"
        )
        self.assertEqual(ran["text"].split("\n")[:3], ["0.0 (self, X, y) 3 3", "fit", "True"])
        ran = self.cell("cross_val_score(Mine(2), X, y, cv=2, n_jobs=2)")
        self.assertEqual(len(ran["top"]), 1)

    def test_saving_a_model_is_told_by_its_run_and_makes_one_for_a_model_without(self) -> None:
        first = self.cell("import joblib; m = LogisticRegression().fit(X, y)")
        self.assertEqual(self.cell("joblib.dump(m, 'm.joblib')")["runs"], [])
        self.assertEqual(self.whole_by_id(first)["tags"]["daybook.savedAs"], "m.joblib")
        ran = self.cell(
            "other = joblib.load('m.joblib'); joblib.dump(other, 'n.joblib'); joblib.dump({'a': 1}, 'd.joblib')"
        )
        self.assertEqual([r["name"] for r in ran["runs"]], ["LogisticRegression"])
        self.assertEqual(ran["runs"][0]["tags"]["daybook.savedAs"], "n.joblib")
        self.assertEqual(ran["runs"][0]["status"], "FINISHED")

    def test_the_kept_model_is_one_that_mlflow_loads(self) -> None:
        ran = self.cell("k = make_pipeline(StandardScaler(), LogisticRegression()).fit(X_train, y_train)")
        artifacts = ran["runs"][0]["artifacts"]
        self.assertEqual(
            set(artifacts),
            {
                "model/MLmodel",
                "model/model.pkl",
                "model/requirements.txt",
                "model/python_env.yaml",
                "model/input_example.json",
                "model/serving_input_example.json",
            },
        )
        target = os.path.join(self.folder, "loaded")
        os.makedirs(target, exist_ok=True)
        for path, file in artifacts.items():
            shutil.copy(os.path.join(self.spool, file), os.path.join(target, os.path.basename(path)))
        ran = self.kernel.run(
            "import subprocess, sys, os\n"
            "X_test.to_csv('t.csv', index=False); k_says = list(k.predict(X_test))\n"
            'code = \'\'\'import mlflow, pandas as pd; x = pd.read_csv("t.csv"); d = "loaded"\n'
            "a = mlflow.sklearn.load_model(d).predict(x); b = mlflow.pyfunc.load_model(d)\n"
            "assert list(a) == list(b.predict(x)); print([int(v) for v in a]); print(b.metadata.get_input_schema())'''\n"
            "env = {k: v for k, v in os.environ.items() if not k.startswith(('MLFLOW', 'DAYBOOK'))}\n"
            "out = subprocess.run([%r, '-c', code], capture_output=True, text=True, env=env)\n"
            "print(out.stdout.split(chr(10))[0] == str([int(v) for v in k_says]), out.stdout[-300:], out.stderr[-2000:])"
            % sys.executable
        )
        self.assertTrue(ran["text"].startswith("True"), ran["text"])
        self.assertIn("'a': double (required)", ran["text"])

    def test_a_model_that_is_too_big_is_not_kept_and_said(self) -> None:
        kernel = TestKernel(self.daemon, cwd=self.folder, spool=self.spool, DAYBOOK_MODEL_BYTES="100000")
        self.addCleanup(kernel.stop)
        ran = kernel.run(SETUP + "\nRandomForestClassifier(300).fit(X, y)")
        self.assertEqual(ran["status"], "ok")
        self.assertIn("models of more than", ran["text"])
        self.assertEqual(
            [n for n in os.listdir(self.spool) if os.path.getsize(os.path.join(self.spool, n)) > 100_000], []
        )

    def test_with_mlflow_autologging_ours_rests(self) -> None:
        kernel = TestKernel(self.daemon, cwd=self.folder)
        self.addCleanup(kernel.stop)
        ran = kernel.run(
            SETUP + "\nimport mlflow, tempfile; mlflow.set_tracking_uri('sqlite:///' + tempfile.mkdtemp() + '/m.db')\n"
            "mlflow.sklearn.autolog(log_models=False, log_datasets=False)\nLogisticRegression().fit(X, y)\n"
            "print(len(mlflow.search_runs()))\nwith mlflow.start_run(): RandomForestClassifier(3).fit(X, y)\n"
            "mlflow.sklearn.autolog(disable=True)\nwith mlflow.start_run(): KMeans(2, n_init=1).fit(X)"
        )
        self.assertEqual(ran["status"], "ok", ran)
        self.daemon.wait(lambda: [e for e in self.daemon.of_type("cell_end") if e["execution"] == ran["msg_id"]])
        self.assertEqual([e for e in self.daemon.of_type("run") if e["execution"] == ran["msg_id"]], [])
        ran = kernel.run("LogisticRegression().fit(X, y)")
        self.daemon.wait(lambda: [e for e in self.daemon.of_type("run") if e["execution"] == ran["msg_id"]])


if __name__ == "__main__":
    unittest.main()
