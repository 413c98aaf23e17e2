"""Fits the two simple models, measures them as the run's own model was, and tells the daemon. Run by `baselines.py`.

Inputs are made ready as anybody would: numbers get the median where they are missing and are scaled, all else becomes
indicator columns (the 30 most frequent values of a column). `linear` is scikit-learn's LogisticRegression or Ridge,
`dummy` its DummyClassifier (the most frequent class) or DummyRegressor (the mean).
"""

import importlib.util
import json
import os
import pickle
import sys
import threading
import warnings
from typing import Any, Dict, Iterator, List, Tuple

LIMIT_S = 60.0
MAX_CLASSES = 50
MAX_CATEGORIES = 30


def columns(table: Any) -> Iterator[Tuple[str, Any]]:
    """The columns of a table as ("number" or "text", values)."""
    import numpy

    if hasattr(table, "columns"):  # pandas (names may be there twice) and polars
        count = table.shape[1]
        found = [table.iloc[:, i] if hasattr(table, "iloc") else table[:, i] for i in range(count)]
    else:
        array = numpy.asarray(table.toarray() if hasattr(table, "toarray") else table)
        found = [array[:, i] for i in range(array.shape[1])]
    for column in found:
        yield _column(column)


def _column(column: Any) -> Tuple[str, Any]:
    import numpy

    kind = str(column.dtype).lower()
    if kind.startswith(("int", "uint", "float", "bool")):
        if hasattr(column, "isna") and not isinstance(column.dtype, numpy.dtype):
            return "number", column.to_numpy(dtype="float64", na_value=numpy.nan)
        return "number", numpy.array(column, dtype="float64")
    if kind.startswith(("datetime", "date", "timedelta")):
        times = numpy.asarray(column, dtype="timedelta64[s]" if kind.startswith("timedelta") else "datetime64[s]")
        numbers = times.astype("int64").astype("float64")
        numbers[numpy.isnat(times)] = numpy.nan
        return "number", numbers
    values = column.tolist() if hasattr(column, "tolist") else column.to_list()
    texts = ["missing" if value is None or value != value else str(value) for value in values]
    return "text", numpy.asarray(texts, dtype=object)


class Prepared:
    """How inputs are made ready, learnt from those that are fitted on."""

    def __init__(self, table: Any) -> None:
        from sklearn.impute import SimpleImputer
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import OneHotEncoder, StandardScaler

        numbers, texts = _matrices(table)
        self._numbers: Any = None
        self._texts: Any = None
        if numbers is not None:
            self._numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler()).fit(numbers)
        if texts is not None:
            try:
                self._texts = OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=MAX_CATEGORIES)
                self._texts.fit(texts)
            except (TypeError, ValueError):  # before scikit-learn 1.1
                self._texts = OneHotEncoder(handle_unknown="ignore").fit(texts)

    def inputs(self, table: Any) -> Any:
        """A table with the same columns, ready."""
        from scipy import sparse

        numbers, texts = _matrices(table)
        if texts is None:
            return self._numbers.transform(numbers)
        coded = self._texts.transform(texts)
        if numbers is None:
            return coded
        return sparse.hstack([sparse.csr_matrix(self._numbers.transform(numbers)), coded]).tocsr()


def _matrices(table: Any) -> Tuple[Any, Any]:
    import numpy

    found = list(columns(table))
    parts = [[values for kind, values in found if kind == wanted] for wanted in ("number", "text")]
    numbers, texts = [numpy.column_stack(part) if part else None for part in parts]
    if numbers is not None:
        numbers[~numpy.isfinite(numbers)] = numpy.nan
    return numbers, texts


def models(classes: bool, inputs: Any, answers: Any) -> Iterator[Tuple[str, Any]]:
    """The two models, fitted; the cheap one first, so that it is there if the other takes too long."""
    import numpy
    from sklearn.dummy import DummyClassifier, DummyRegressor
    from sklearn.linear_model import LogisticRegression, Ridge

    dummy = DummyClassifier(strategy="prior") if classes else DummyRegressor()
    yield "dummy", dummy.fit(numpy.zeros((len(answers), 1)), answers)
    if not classes:
        yield "linear", Ridge().fit(inputs, answers)
    elif 2 <= len(numpy.unique(answers)) <= MAX_CLASSES:
        yield "linear", LogisticRegression(max_iter=300).fit(inputs, answers)


def measured(model: Any, asked: Dict[str, Any], inputs: Any, answers: Any) -> float:
    """A number of scikit-learn's for a model, taken as it was of the user's.

    Raises ValueError where that would be something else: the user's model knows other classes.
    """
    from sklearn import metrics

    function, options, chances = getattr(metrics, asked["metric"]), dict(asked["options"]), asked["chances"]
    if chances is None:
        return float(function(answers, model.predict(inputs), **options))
    if model.classes_.tolist() != chances["classes"]:
        raise ValueError("The chances would be of other classes")
    says = model.predict_proba(inputs)
    if chances["column"] is not None:
        says = says[:, chances["column"]]
    elif asked["metric"] == "log_loss":
        options["labels"] = model.classes_  # of the rows that were drawn, some class may be missing
    return float(function(answers, says, **options))


def work_out(group: Dict[str, Any]) -> Iterator[Tuple[Dict[str, Any], str, float]]:
    """For each number that is asked for: what was asked, the model, its value."""
    import numpy

    (train, train_answers), (test, test_answers) = [pickle.loads(part) for part in group["parts"]]
    classes = bool(group["asked"][0]["classes"])
    answers, tested = [numpy.asarray(part).ravel() for part in (train_answers, test_answers)]
    prepared = Prepared(train)
    inputs = prepared.inputs(test)
    for kind, model in models(classes, prepared.inputs(train), answers):
        for asked in group["asked"]:
            try:
                yield asked, kind, measured(model, asked, inputs, tested)
            except (TypeError, ValueError):
                continue  # this number is not to be had of this model: an average that its labels do not allow


def main() -> None:
    """Reads the work from standard input; writes a JSON line for each thing that was asked for."""
    ending = threading.Timer(LIMIT_S, lambda: os._exit(1))
    ending.daemon = True
    ending.start()
    if hasattr(os, "nice"):
        os.nice(10)
    warnings.simplefilter("ignore")
    work = pickle.load(sys.stdin.buffer)
    sys.path[:] = work["path"]
    session, run_of = _session()
    for group in work["groups"]:
        values: Dict[str, Dict[str, float]] = {}
        for asked, kind, value in work_out(group):
            values.setdefault(asked["key"], {})[kind] = value
            run_of(asked["run_id"]).log({"baseline/%s/%s" % (kind, asked["told"]): value}, step=0)
        if any(drawn < whole for drawn, whole in group["rows"]):
            text = "on %d of %d rows, measured on %d of %d" % tuple(number for pair in group["rows"] for number in pair)
            for run_id in {asked["run_id"] for asked in group["asked"]}:
                run_of(run_id).tags({"daybook.baselineRows": text})
        _say([{"key": key, "values": found} for key, found in values.items()])
    session.close()


def _say(lines: List[Dict[str, Any]]) -> None:
    try:
        for line in lines:
            sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
    except OSError:
        pass  # nobody waits for it any more


def _session() -> Tuple[Any, Any]:
    """A session of our own, and runs in it by their id; none of our hooks is set."""
    folder = os.path.dirname(os.path.abspath(__file__))
    spec = importlib.util.spec_from_file_location(
        "daybook", os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["daybook"] = module
    spec.loader.exec_module(module)
    from daybook.runs import Run
    from daybook.session import Session

    session = Session(os.environ.get("DAYBOOK_URL") or None, os.environ.get("DAYBOOK_SPOOL"))
    return session, lambda run_id: Run(session, run_id=run_id)


if __name__ == "__main__":
    main()
