"""Fits of XGBoost and LightGBM under `daybook exec`; run by libraries.real.test.ts in an environment with both."""

import unittest

from script_case import ScriptCase

SETUP = """
import warnings; warnings.simplefilter('ignore')
import numpy as np, pandas as pd, daybook
rng = np.random.default_rng(0)
X = pd.DataFrame(rng.normal(size=(400, 4)), columns=list('abcd')); y = (X.a + X.b > 0).astype(int)
"""


class XGBoostTest(ScriptCase):
    def test_train_is_a_run_with_its_rounds(self) -> None:
        run = self.one(
            SETUP + "import xgboost as xgb\nd = xgb.DMatrix(X[:300], y[:300]); e = xgb.DMatrix(X[300:], y[300:])\n"
            "b = xgb.train({'objective': 'binary:logistic', 'max_depth': 3, 'nthread': 1}, d, 8,"
            " [(d, 'train'), (e, 'valid')], verbose_eval=False)\n"
            "from sklearn.metrics import roc_auc_score\np = b.predict(e); roc_auc_score(y[300:], p)"
        )
        self.assertEqual(run["params"]["max_depth"], "3")
        self.assertEqual(run["params"]["num_boost_round"], "8")
        self.assertEqual([r[2] for r in run["rows"] if r[0] == "valid-logloss"], list(range(8)))
        self.assertIn("roc_auc_score_e", run["metrics"])
        self.assertIn("model/model.ubj", run["artifacts"])
        self.assertIn("feature_importance_gain.json", run["artifacts"])

    def test_early_stopping_tells_the_best_round(self) -> None:
        run = self.one(
            SETUP
            + "import xgboost as xgb\nd = xgb.DMatrix(X[:300], rng.integers(0, 2, 300)); e = xgb.DMatrix(X[300:], y[300:])\n"
            "b = xgb.train({'objective': 'binary:logistic', 'nthread': 1}, d, 50, evals=[(e, 'valid')],"
            " early_stopping_rounds=3, verbose_eval=False)"
        )
        self.assertIn("best_iteration", run["metrics"])

    def test_the_sklearn_interface_is_one_run_with_its_rounds(self) -> None:
        run = self.one(
            SETUP + "from xgboost import XGBClassifier\nm = XGBClassifier(n_estimators=6, n_jobs=1)\n"
            "m.fit(X[:300], y[:300], eval_set=[(X[300:], y[300:])], verbose=False); m.score(X[300:], y[300:])"
        )
        self.assertEqual(run["tags"]["estimator_name"], "XGBClassifier")
        self.assertEqual([r[2] for r in run["rows"] if r[0] == "validation_0-logloss"], list(range(6)))
        self.assertIn("score", run["metrics"])

    def test_a_search_over_it_does_not_log_each_fit(self) -> None:
        self.run_script(
            SETUP + "from xgboost import XGBClassifier\nfrom sklearn.model_selection import GridSearchCV\n"
            "GridSearchCV(XGBClassifier(n_estimators=3, n_jobs=1), {'max_depth': [1, 2, 3]}, cv=2).fit(X, y)"
        )
        self.assertEqual(len(self.daemon.of_type("run")), 3)

    def test_cv_is_a_run(self) -> None:
        run = self.one(
            SETUP + "import xgboost as xgb\n"
            "xgb.cv({'objective': 'binary:logistic', 'nthread': 1}, xgb.DMatrix(X, y), 5, nfold=3)"
        )
        self.assertEqual([r[2] for r in run["rows"] if r[0] == "test-logloss-mean"], list(range(5)))


class LightGBMTest(ScriptCase):
    def test_train_is_a_run_with_its_rounds(self) -> None:
        run = self.one(
            SETUP
            + "import lightgbm as lgb\nd = lgb.Dataset(X[:300], y[:300]); e = lgb.Dataset(X[300:], y[300:], reference=d)\n"
            "b = lgb.train({'objective': 'binary', 'num_threads': 1, 'verbose': -1, 'metric': 'auc'}, d, 7,"
            " valid_sets=[e], valid_names=['valid'], callbacks=[lgb.early_stopping(50, verbose=False)])"
        )
        self.assertEqual(run["params"]["objective"], "binary")
        self.assertEqual([r[2] for r in run["rows"] if r[0] == "valid-auc"], list(range(7)))
        self.assertIn("best_valid-auc", run["metrics"])
        self.assertIn("model/model.lgb", run["artifacts"])

    def test_the_sklearn_interface_is_one_run_with_its_rounds(self) -> None:
        run = self.one(
            SETUP + "from lightgbm import LGBMRegressor\nm = LGBMRegressor(n_estimators=6, n_jobs=1, verbose=-1)\n"
            "m.fit(X[:300], y[:300], eval_set=[(X[300:], y[300:])]); m.score(X[300:], y[300:])"
        )
        self.assertEqual(run["tags"]["estimator_name"], "LGBMRegressor")
        self.assertEqual([r[2] for r in run["rows"] if r[0] == "valid_0-l2"], list(range(6)))

    def test_cv_is_a_run(self) -> None:
        run = self.one(
            SETUP + "import lightgbm as lgb\n"
            "lgb.cv({'objective': 'binary', 'num_threads': 1, 'verbose': -1}, lgb.Dataset(X, y), 5, nfold=3)"
        )
        self.assertEqual([r[2] for r in run["rows"] if r[0].endswith("binary_logloss-mean")], list(range(5)))


if __name__ == "__main__":
    unittest.main()
