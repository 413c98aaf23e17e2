"""A linear and a do-nothing model beside a run's own numbers: equal to what scikit-learn says on the same rows."""

import os
import time
import unittest
import warnings
from typing import Dict

import numpy as np
import pandas as pd
from fake_daemon import ROOT
from script_case import RUN, ScriptCase
from sklearn.compose import make_column_transformer
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import f1_score, mean_absolute_error
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

EXAMPLES = os.path.join(ROOT, "examples")
CENSUS = """
import pandas as pd
rows = pd.read_parquet(%r).head(3000)
rows["age"] = rows["age"].where(rows.index %% 11 != 0)
target = (rows.pop("income") == ">50K").astype(int) if "income" in rows else rows.pop(rows.columns[-1]).astype(str)
train, test = rows.iloc[:2000], rows.iloc[2000:]
""" % os.path.join(EXAMPLES, "adult.parquet")
BIKES = """
import pandas as pd
rows = pd.read_csv(%r)
target = rows.pop("cnt")
rows = rows[["hr", "temp", "hum", "windspeed", "workingday"]]
""" % os.path.join(EXAMPLES, "bike_hour.csv")
FIT = """
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import f1_score
numbers = [c for c in train.columns if train[c].dtype.kind in "iuf"]
class Own(HistGradientBoostingClassifier):
    def fit(self, X, y):
        return super().fit(X[numbers], y)
    def predict(self, X):
        return super().predict(X[numbers])
model = Own(max_iter=5).fit(train, target.iloc[:2000])
print(model.score(test, target.iloc[2000:]))
f1_score(target.iloc[2000:], model.predict(test), average="macro")
"""


class BaselinesTest(ScriptCase):
    def told(self, wanted: int, code: str, **env: str) -> Dict[str, float]:
        """Metrics under `baseline/` after a script, which may end before they are there."""
        self.run_script(code, **{"DAYBOOK_BASELINES": "1", **env})
        until = time.monotonic() + 60
        while True:
            told = {row[0][9:]: row[1] for row in self.daemon.rows(RUN) if row[0].startswith("baseline/")}
            if len(told) >= wanted or time.monotonic() > until:
                return told
            time.sleep(0.1)

    def test_of_a_classifier_they_are_scikit_learns_on_numbers_texts_and_gaps(self) -> None:
        space: dict = {}
        exec(CENSUS, space)
        train, test, target = space["train"], space["test"], space["target"]
        told = self.told(4, CENSUS + FIT)
        texts = [name for name in train.columns if train[name].dtype.kind not in "iuf"]
        numbers = [name for name in train.columns if name not in texts]
        self.assertTrue(len(texts) > 3 and len(numbers) > 3 and train["age"].isna().any())
        prepared = make_column_transformer(
            (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
            (OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=30), texts),
        )
        linear = make_pipeline(prepared, LogisticRegression(max_iter=300))
        dummy = DummyClassifier()

        def plain(table: pd.DataFrame) -> pd.DataFrame:
            return table.assign(**{name: table[name].astype(object).fillna("missing").astype(str) for name in texts})

        expected = {}
        answers, tested = target.iloc[:2000], target.iloc[2000:]
        for kind, model in (("linear", linear), ("dummy", dummy)):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                model.fit(plain(train), answers)
                expected[kind + "/score_test"] = model.score(plain(test), tested)
                expected[kind + "/f1_score_test"] = f1_score(tested, model.predict(plain(test)), average="macro")
        self.assertEqual(set(told), set(expected))
        self.assertEqual(self.whole(RUN)["tags"]["daybook.rows.score_test"], "1000")
        for name, value in expected.items():
            self.assertAlmostEqual(told[name], value, places=3 if name.startswith("linear") else 12, msg=name)
        self.assertGreater(told["linear/score_test"], told["dummy/score_test"] + 0.03)

    def test_of_a_regression_on_temporary_tables_too(self) -> None:
        code = """
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import mean_absolute_error
model = RandomForestRegressor(5).fit(rows.iloc[:9000], target.iloc[:9000])
held = rows.iloc[9000:]
mean_absolute_error(target.iloc[9000:], model.predict(held))
"""
        space: dict = {}
        exec(BIKES, space)
        rows, target = space["rows"], space["target"]
        told = self.told(2, BIKES + code)
        linear = make_pipeline(StandardScaler(), Ridge()).fit(rows[:9000], target[:9000])
        dummy = DummyRegressor().fit(rows[:9000], target[:9000])
        for kind, model in (("linear", linear), ("dummy", dummy)):
            value = mean_absolute_error(target[9000:], model.predict(rows[9000:]))
            self.assertAlmostEqual(told[kind + "/mean_absolute_error_held"], value, places=8)

    def test_of_many_rows_a_part_is_drawn_and_said_and_the_users_random_numbers_stay(self) -> None:
        code = """
import numpy as np
from sklearn.linear_model import LinearRegression
x = np.arange(60_000.0).reshape(-1, 1) % 97
y = 3 * x[:, 0] + 1
model = LinearRegression()
np.random.seed(3)
first = np.random.rand()
np.random.seed(3)
model.fit(x, y)
held = x[:50_000]
model.score(held, y[:50_000])
assert np.random.rand() == first
"""
        told = self.told(2, code)
        self.assertAlmostEqual(told["linear/score_held"], 1.0, places=6)
        self.assertAlmostEqual(told["dummy/score_held"], 0.0, places=3)
        until = time.monotonic() + 20
        while "daybook.baselineRows" not in self.whole(RUN)["tags"] and time.monotonic() < until:
            time.sleep(0.1)
        text = self.whole(RUN)["tags"]["daybook.baselineRows"]
        self.assertEqual(text, "on 20000 of 60000 rows, measured on 20000 of 50000")

    def test_there_are_none_where_they_mean_nothing_or_are_not_wanted(self) -> None:
        self.assertEqual(self.told(0, CENSUS + FIT, DAYBOOK_BASELINES="0"), {})
        odd = """
import numpy as np
from sklearn.cluster import KMeans
from sklearn.dummy import DummyClassifier
x, y = np.arange(200.0).reshape(-1, 2), np.arange(100) % 2
KMeans(2, n_init=1).fit(x).score(x[:50])
DummyClassifier().fit(x, y).score(x[:50], y[:50])
"""
        self.run_script(odd, DAYBOOK_BASELINES="1")
        time.sleep(0.5)
        self.assertEqual([row for row in self.daemon.rows(RUN) if row[0].startswith("baseline/")], [])

    def test_what_cannot_be_read_as_numbers_breaks_nothing(self) -> None:
        odd = """
import numpy as np, pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
class Always(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self
    def predict(self, X):
        return np.full(len(X), self.classes_[0])
n = 200
table = pd.DataFrame({
    "list": [[1]] * n, "date": pd.date_range("2020", periods=n, tz="Europe/Berlin"), "none": [None] * n,
    "whole": pd.array([1, None] * (n // 2), dtype="Int64"), "inf": [np.inf, 1.0] * (n // 2),
    "cat": pd.Categorical(["a", None] * (n // 2)), "yes": [True, False] * (n // 2),
})
y = np.array(["no", "yes"] * (n // 2))
seen, held = table[:150], table[150:]
Always().fit(seen, y[:150]).score(held, y[150:])
"""
        told = self.told(2, odd)
        self.assertEqual(told, {"dummy/score_held": 0.5, "linear/score_held": 1.0})


if __name__ == "__main__":
    unittest.main()
