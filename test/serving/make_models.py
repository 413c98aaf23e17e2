"""Makes small model packages in MLflow's format: `make_models.py FOLDER`."""

import json
import os
import pickle
import sys

import numpy
import sklearn
from sklearn.linear_model import LogisticRegression

COLUMNS = ["age", "hours", "city"]

CODE = '''
import os
import time


class Model:
    """Answers the revision's number; what else it does the row's columns say."""

    def __init__(self, number, slow_s=0.0, dies_after=None, wrong=False):
        self.number, self.slow_s, self.dies_after, self.wrong = number, slow_s, dies_after, wrong
        self.asked = 0

    def predict(self, table):
        self.asked += 1
        if self.slow_s:
            time.sleep(self.slow_s)
        if self.dies_after is not None and self.asked > self.dies_after:
            os._exit(9)
        if self.wrong and self.asked > 2:
            raise ValueError("cannot do this")
        ages = table["age"].tolist()
        if -1 in ages:
            raise ValueError("an age below zero")
        if -2 in ages:
            os._exit(9)
        if -3 in ages:
            held = bytearray(b"x") * (600 << 20)
            time.sleep(20)
            del held
        if -4 in ages:
            return [float("nan") for age in ages]
        return [self.number * 1000 + int(age) for age in ages]
'''


def package(folder, model, flavor, inputs, outputs, example, requirements=("scikit-learn",), code=None):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "model.pkl"), "wb") as file:
        pickle.dump(model, file)
    python = {"loader_module": "mlflow.sklearn", "model_path": "model.pkl", "predict_fn": "predict"}
    if code is not None:
        python["code"] = "code"
        os.makedirs(os.path.join(folder, "code"), exist_ok=True)
        with open(os.path.join(folder, "code", "revision_model.py"), "w") as file:
            file.write(code)
    told = {
        "flavors": {"python_function": python, "sklearn": flavor},
        "signature": {"inputs": json.dumps(inputs), "outputs": json.dumps(outputs)},
        "saved_input_example_info": {"serving_input_path": "serving_input_example.json", "type": "dataframe"},
    }
    with open(os.path.join(folder, "MLmodel"), "w") as file:
        json.dump(told, file)  # JSON is YAML too
    with open(os.path.join(folder, "serving_input_example.json"), "w") as file:
        json.dump(example, file)
    with open(os.path.join(folder, "requirements.txt"), "w") as file:
        file.write("\n".join(requirements) + "\n")


def main(folder):
    flavor = {
        "pickled_model": "model.pkl",
        "serialization_format": "pickle",
        "sklearn_version": sklearn.__version__,
    }
    # A plain classifier of two numbers.
    random = numpy.random.default_rng(0)
    x = random.normal(size=(200, 2))
    y = (x[:, 0] + x[:, 1] > 0).astype(int)
    plain = LogisticRegression().fit(x, y)
    tensors = [{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, 2]}}]
    numbers = [{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1]}}]
    package(os.path.join(folder, "plain"), plain, flavor, tensors, numbers, {"inputs": x[:2].tolist()})
    with open(os.path.join(folder, "plain.json"), "w") as file:
        json.dump({"x": x.tolist(), "chances": plain.predict_proba(x).tolist(), "says": plain.predict(x).tolist()}, file)

    # Models that tell which revision answered, and that do what tests want.
    os.makedirs(os.path.join(folder, "code"), exist_ok=True)
    with open(os.path.join(folder, "code", "revision_model.py"), "w") as file:
        file.write(CODE)
    sys.path.insert(0, os.path.join(folder, "code"))
    from revision_model import Model

    columns = [
        {"type": "long", "name": "age", "required": True},
        {"type": "double", "name": "hours", "required": False},
        {"type": "string", "name": "city", "required": False},
    ]
    example = {"dataframe_split": {"columns": COLUMNS, "data": [[30, 40.0, "Bern"], [40, None, None]]}}
    models = {
        "one": Model(1),
        "two": Model(2),
        "slow": Model(3, slow_s=1.0),
        # Its example is asked twice at the start.
        "dies": Model(4, dies_after=2),
        "wrong": Model(5, wrong=True),
    }
    for name, model in models.items():
        package(os.path.join(folder, name), model, flavor, columns, numbers, example, code=CODE)
    package(
        os.path.join(folder, "missing"),
        Model(6),
        flavor,
        columns,
        numbers,
        example,
        requirements=("scikit-learn", "no-such-package-at-all==1.2"),
        code=CODE,
    )


main(sys.argv[1])
