"""A linear and a do-nothing model beside a run's own numbers: equal to what scikit-learn says on the same rows."""

import os
import time
import unittest
import warnings
from typing import Any, Dict, List

import numpy as np
import pandas as pd
from fake_daemon import ROOT
from script_case import RUN, ScriptCase
from sklearn.compose import make_column_transformer
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    brier_score_loss,
    f1_score,
    log_loss,
    mean_absolute_error,
    roc_auc_score,
)
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
CHANCES = """
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import accuracy_score, average_precision_score, brier_score_loss, f1_score, log_loss, roc_auc_score
columns = ["age", "hours-per-week", "education-num"]
seen, held, tested = train[columns], test[columns], target.iloc[2000:]
model = HistGradientBoostingClassifier(max_iter=5).fit(seen, target.iloc[:2000])
chances = model.predict_proba(held)
auc = roc_auc_score(tested, chances[:, 1])
average_precision_score(tested, model.predict_proba(held)[:, 1], pos_label=">50K")
brier = brier_score_loss(y_true=tested, y_proba=chances[:, 1], pos_label=">50K")
log_loss(tested, chances)
accuracy = accuracy_score(tested, (chances[:, 1] >= 0.5).choose(["<=50K", ">50K"]))
# None of these is a number of the model's alone, or of these rows in this order.
log_loss(target.iloc[:2000], model.predict_proba(seen))
roc_auc_score(tested[:500], chances[:500, 1])
roc_auc_score(tested, chances[::-1, 1])
f1_score(tested, (chances[:, 1] >= 0.1).choose(["<=50K", ">50K"]), average="macro")
f1_score(tested, model.predict(held), average="macro", sample_weight=held["age"].fillna(1))
"""
LOGGED = """
import daybook
daybook.log({"test": {"accuracy": float(accuracy)}}, step=7)
daybook.log(valAUC=float(pd.Series([auc]).iloc[0]), limit=accuracy, accuracy_plus=accuracy + 1e-9)
daybook.log(test_brier=brier, **{"baseline/linear/test_brier": 0.5, "baseline/dummy/test_brier": 0.6})
"""
SEVERAL = """
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import average_precision_score, log_loss, roc_auc_score
from sklearn.svm import LinearSVC
random = np.random.default_rng(2)
x = random.normal(size=(600, 4))
y = np.digitize(x[:, 0] + random.normal(size=600), [-0.5, 0.5])
held = x[1::2]
model = RandomForestClassifier(10).fit(x[::2], y[::2])
roc_auc_score(y[1::2], model.predict_proba(held), multi_class="ovr", average="macro")
svm = LinearSVC().fit(x[::2], y[::2] == 1)
average_precision_score(y[1::2] == 1, svm.decision_function(held))
log_loss(y[1::2] == 1, svm.predict(held))  # classes are no chances
"""
AMBIGUOUS = """
import numpy as np, daybook
from sklearn.metrics import accuracy_score
from sklearn.tree import DecisionTreeClassifier
x = np.arange(400.0).reshape(-1, 2)
y = (x[:, 0] > 150).astype(int)
model = DecisionTreeClassifier().fit(x[:150], y[:150])
a, b = x[50:100], x[20:120]
first, second = accuracy_score(y[50:100], model.predict(a)), accuracy_score(y[20:120], model.predict(b))
assert first == second == 1.0
daybook.log(accuracy=first)
"""
AGAIN = """
import numpy as np, daybook
from sklearn.metrics import accuracy_score
from sklearn.neighbors import KNeighborsClassifier
x = np.random.default_rng(1).normal(size=(400, 2))
y = (x[:, 0] > 0).astype(int)
held = x[300:].copy()
for again in range(2):
    model = KNeighborsClassifier(1).fit(x[:300], y[:300])
    value = model.score(held, y[300:])
daybook.log(accuracy=value)
held[:, 0] = held[:, 1]
accuracy_score(y[300:], model.predict(held))
"""


class BaselinesTest(ScriptCase):
    def of_census(self, target: pd.Series, columns: List[str]) -> Dict[str, Any]:
        """The two simple models, as anybody would write them, fitted on numbers of the first 2,000 people."""
        space: dict = {}
        exec(CENSUS, space)
        numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), LogisticRegression(max_iter=300))
        train = space["train"][columns]
        return {
            "linear": numbers.fit(train, target.iloc[:2000]),
            "dummy": DummyClassifier().fit(train, target.iloc[:2000]),
        }

    def told(self, wanted: int, code: str, **env: str) -> Dict[str, float]:
        """Metrics under `baseline/` after a script, which may end before they are there."""
        self.run_script(code, **{"DAYBOOK_BASELINES": "1", **env})
        until = time.monotonic() + 60
        while True:
            told = {row[0][9:]: row[1] for row in self.daemon.rows() if row[0].startswith("baseline/")}
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

    def test_of_chances_and_their_columns_and_of_the_very_numbers_that_are_logged_by_hand(self) -> None:
        space: dict = {}
        exec(CENSUS, space)
        columns, target = ["age", "hours-per-week", "education-num"], space["target"]
        held, tested = space["test"][columns], target.iloc[2000:]
        told = self.told(16, CENSUS + CHANCES + LOGGED)
        expected = {"linear/test_brier": 0.5, "dummy/test_brier": 0.6}  # the user's own
        for kind, model in self.of_census(target, columns).items():
            chances = model.predict_proba(held)
            rich = {"pos_label": ">50K"}
            expected[kind + "/roc_auc_score_held"] = roc_auc_score(tested, chances[:, 1])
            expected[kind + "/average_precision_score_held"] = average_precision_score(tested, chances[:, 1], **rich)
            expected[kind + "/brier_score_loss_held"] = brier_score_loss(tested, chances[:, 1], **rich)
            expected[kind + "/log_loss_held"] = log_loss(tested, chances)
            expected[kind + "/accuracy_score_held"] = accuracy_score(tested, model.predict(held))
            expected[kind + "/test/accuracy"] = expected[kind + "/accuracy_score_held"]
            expected[kind + "/valAUC"] = expected[kind + "/roc_auc_score_held"]
        self.assertEqual(set(told), set(expected))
        for name, value in expected.items():
            self.assertAlmostEqual(told[name], value, places=12 if name.startswith("dummy") else 6, msg=name)
        self.assertEqual(told["dummy/roc_auc_score_held"], 0.5)

    def test_of_several_classes_and_scores_that_only_order(self) -> None:
        told = self.told(4, SEVERAL)
        space: dict = {"__name__": "reference"}
        exec(SEVERAL, space)
        x, y, held = space["x"], space["y"], space["held"]
        linear = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300)).fit(x[::2], y[::2])
        dummy = DummyClassifier().fit(x[::2], y[::2])
        two = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300)).fit(x[::2], y[::2] == 1)
        several = {"multi_class": "ovr", "average": "macro"}
        expected = {
            "linear/roc_auc_score_held": roc_auc_score(y[1::2], linear.predict_proba(held), **several),
            "dummy/roc_auc_score_held": roc_auc_score(y[1::2], dummy.predict_proba(held), **several),
            "linear/average_precision_score_held": average_precision_score(y[1::2] == 1, two.decision_function(held)),
            "dummy/average_precision_score_held": float(np.mean(y[1::2] == 1)),
        }
        self.assertEqual(set(told), set(expected))
        for name, value in expected.items():
            self.assertAlmostEqual(told[name], value, places=6, msg=name)

    def test_a_logged_number_that_several_measures_came_to_gets_none(self) -> None:
        told = self.told(4, AMBIGUOUS)
        self.assertEqual({name.split("/", 1)[1] for name in told}, {"accuracy_score_a", "accuracy_score_b"})

    def test_a_fit_again_on_the_same_rows_is_no_other_measure_and_changed_rows_are_looked_at_anew(self) -> None:
        told = self.told(6, AGAIN)
        self.assertEqual(told["linear/accuracy"], told["linear/score_held"])
        self.assertEqual(told["linear/score_held"], 1.0)
        self.assertLess(told["linear/accuracy_score_held"], 0.7)

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
