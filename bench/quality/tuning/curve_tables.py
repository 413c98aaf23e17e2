"""Learning curves of real fits: what scikit-learn's models have reached after each epoch of `partial_fit`.

python curve_tables.py FOLDER writes FOLDER/curves__NAME.csv for each that is not there: a line a point of a grid,
its parameters, then the log loss on rows held out after each epoch. Data are those that scikit-learn ships.
"""

import itertools
import os
import sys
import warnings

import numpy as np
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

warnings.filterwarnings("ignore")

EPOCHS = 40
NET = {
    "learning_rate_init": np.logspace(-4, -0.5, 8),
    "hidden_layer_sizes": [4, 8, 16, 32, 64],
    "alpha": [1e-5, 1e-3, 1e-1, 3.0],
    "batch_size": [16, 64, 256],
    "activation": ["relu", "tanh"],
}
LINE = {
    "alpha": np.logspace(-6, 0, 7),
    "eta0": np.logspace(-4, 1, 11),
    "penalty": ["l2", "l1", "elasticnet"],
    "learning_rate": ["constant", "invscaling"],
    "average": [False, True],
}


def net(**point):
    return MLPClassifier(random_state=0, **point)


def line(**point):
    return SGDClassifier(loss="log_loss", random_state=0, **point)


TABLES = {
    "net_digits": (load_digits, 700, NET, net),
    "line_digits": (load_digits, 700, LINE, line),
    "net_cancer": (load_breast_cancer, 569, NET, net),
}


def curve(model, train, held, classes):
    """The log loss on held-out rows after each epoch; what is no number counts as very bad."""
    values = []
    for _ in range(EPOCHS):
        model.partial_fit(*train, classes=classes)
        shares = np.nan_to_num(model.predict_proba(held[0]), nan=1 / len(classes))
        values.append(min(log_loss(held[1], shares, labels=classes), 30.0))
    return values


def main(folder):
    os.makedirs(folder, exist_ok=True)
    for name, (load, rows, grid, make) in TABLES.items():
        path = os.path.join(folder, f"curves__{name}.csv")
        if os.path.exists(path):
            continue
        data, target = load(return_X_y=True)
        chosen = np.random.default_rng(0).permutation(len(target))[:rows]
        x, held_x, y, held_y = train_test_split(data[chosen], target[chosen], test_size=0.4, random_state=0)
        scaler = StandardScaler().fit(x)
        train, held = (scaler.transform(x), y), (scaler.transform(held_x), held_y)
        done = 0
        if os.path.exists(path + ".part"):
            with open(path + ".part") as file:
                done = len(file.readlines()) - 1
        with open(path + ".part", "a") as file:
            if done <= 0:
                print(*grid, *(f"epoch{epoch + 1}" for epoch in range(EPOCHS)), sep=",", file=file)
            for point in itertools.islice(itertools.product(*grid.values()), max(done, 0), None):
                settings = {key: item.item() if isinstance(item, np.generic) else item for key, item in zip(grid, point)}
                values = curve(make(**settings), train, held, np.unique(target))
                print(*settings.values(), *(f"{value:.6g}" for value in values), sep=",", file=file, flush=True)
        os.rename(path + ".part", path)
        print(path, flush=True)


main(sys.argv[1])
