"""Logs a model of each kind with the mlflow client, and prints what each says itself to some rows.

Printed is one line of JSON: {kind: {"run", "body", "says"}}.
"""

import json
import os
import warnings

import mlflow
import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

warnings.filterwarnings("ignore")
X, Y = load_breast_cancer(return_X_y=True, as_frame=True)
X = X.iloc[:, :6]
ROWS = X.iloc[:50]
D, T = load_diabetes(return_X_y=True, as_frame=True)
told = {}


def split(rows):
    return {"dataframe_split": json.loads(rows.to_json(orient="split", index=False, double_precision=15))}


def keep(kind, log, body, says):
    with mlflow.start_run(run_name=kind) as run:
        log()
    told[kind] = {"run": run.info.run_id, "body": body, "says": np.asarray(says).tolist()}


def boosted():
    import lightgbm
    import xgboost

    model = xgboost.XGBClassifier(n_estimators=20).fit(X, Y)
    keep("xgboost", lambda: mlflow.xgboost.log_model(model, name="model", input_example=ROWS[:5]), split(ROWS), model.predict(ROWS))
    booster = xgboost.train({"objective": "reg:squarederror"}, xgboost.DMatrix(D, T), 20)
    keep(
        "xgboost booster",
        lambda: mlflow.xgboost.log_model(booster, name="model", input_example=D[:5]),
        split(D[:50]),
        booster.predict(xgboost.DMatrix(D[:50])),
    )
    light = lightgbm.LGBMClassifier(n_estimators=20, verbose=-1).fit(X, Y)
    keep("lightgbm", lambda: mlflow.lightgbm.log_model(light, name="model", input_example=ROWS[:5]), split(ROWS), light.predict(ROWS))
    plain = lightgbm.train({"objective": "regression", "verbose": -1}, lightgbm.Dataset(D, T), 20)
    keep(
        "lightgbm booster",
        lambda: mlflow.lightgbm.log_model(plain, name="model", input_example=D[:5]),
        split(D[:50]),
        plain.predict(D[:50]),
    )


def torches():
    import torch

    torch.manual_seed(0)
    torch.set_num_threads(1)
    model = torch.nn.Sequential(torch.nn.Linear(10, 8), torch.nn.ReLU(), torch.nn.Linear(8, 1))
    rows = D[:50].to_numpy(dtype=np.float32)
    with torch.no_grad():
        says = model(torch.from_numpy(rows)).numpy()
    keep(
        "pytorch",
        lambda: mlflow.pytorch.log_model(model, name="model", input_example=rows[:5], serialization_format="pickle"),
        {"inputs": rows.tolist()},
        says,
    )


def onnxes():
    import onnxruntime
    from skl2onnx import to_onnx

    scaled = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, Y)
    values = ROWS.to_numpy(dtype=np.float32)
    made = to_onnx(scaled, values[:1], options={"zipmap": False})
    session = onnxruntime.InferenceSession(made.SerializeToString())
    label, chances = session.run(None, {session.get_inputs()[0].name: values})
    keep(
        "onnx",
        lambda: mlflow.onnx.log_model(made, name="model", input_example=values[:5]),
        {"inputs": values.tolist()},
        {"label": label.tolist(), "probabilities": chances.tolist()},
    )


def convertible():
    """Three that skl2onnx is to convert, one of them with text, and one that it cannot."""
    gbm = GradientBoostingRegressor(n_estimators=30).fit(D, T)
    keep(
        "sklearn regressor",
        lambda: mlflow.sklearn.log_model(gbm, name="model", input_example=D[:5], serialization_format="cloudpickle"),
        split(D[:50]),
        gbm.predict(D[:50]),
    )
    mixed = X.assign(kind=np.where(X["mean radius"] > 14, "large", "small"))
    columns = make_column_transformer((OneHotEncoder(), ["kind"]), (StandardScaler(), list(X.columns)))
    line = make_pipeline(columns, LogisticRegression(max_iter=500)).fit(mixed, np.where(Y == 1, "benign", "malignant"))
    keep(
        "sklearn pipeline",
        lambda: mlflow.sklearn.log_model(line, name="model", input_example=mixed[:5]),
        split(mixed[:50]),
        line.predict(mixed[:50]),
    )
    trees = RandomForestClassifier(20, random_state=0).fit(X, Y)
    keep(
        "sklearn trees",
        lambda: mlflow.sklearn.log_model(trees, name="model", input_example=ROWS[:5], serialization_format="pickle"),
        split(ROWS),
        trees.predict(ROWS),
    )

    class Odd(LogisticRegression):
        """A class that no converter knows."""

    odd = Odd(max_iter=5000).fit(X, Y)
    keep(
        "sklearn odd",
        lambda: mlflow.sklearn.log_model(odd, name="model", input_example=ROWS[:5], serialization_format="cloudpickle"),
        split(ROWS),
        odd.predict(ROWS),
    )


# `daybook exec` gives a run to log to; here each kind gets one of its own.
os.environ.pop("MLFLOW_RUN_ID", None)
for make in (boosted, torches, onnxes, convertible):
    make()
print(json.dumps(told))
