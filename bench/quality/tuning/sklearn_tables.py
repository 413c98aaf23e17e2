"""Real fits as tables: cross-validated accuracy of scikit-learn models over grids, on data that it ships.

python sklearn_tables.py FOLDER writes FOLDER/sklearn__NAME.csv for each that is not there. Values are to be maximised.
"""

import itertools
import os
import sys
import warnings

import numpy as np
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

warnings.filterwarnings("ignore")


def few(load, rows=300):
    data, target = load(return_X_y=True)
    chosen = np.random.default_rng(0).permutation(len(target))[:rows]
    return data[chosen], target[chosen]


TABLES = {
    "svm_digits": (
        lambda: few(load_digits, 250),
        {"C": np.logspace(-3, 3, 13), "gamma": np.logspace(-5, 0, 11), "kernel": ["rbf", "poly", "sigmoid"], "shrinking": [False, True], "coef0": [0, 1, 3]},
        lambda **p: make_pipeline(StandardScaler(), SVC(**p)),
    ),
    "tree_cancer": (
        lambda: few(load_breast_cancer),
        {"max_depth": range(1, 13), "min_samples_leaf": [1, 2, 3, 5, 8, 12, 20, 30], "criterion": ["gini", "entropy"], "max_features": [0.1, 0.2, 0.4, 0.6, 0.8, 1.0], "min_samples_split": [2, 5, 10, 20]},
        lambda **p: DecisionTreeClassifier(random_state=0, **p),
    ),
    "mlp_wine": (
        lambda: few(load_wine),
        {"learning_rate_init": np.logspace(-4, -0.5, 8), "hidden_layer_sizes": [2, 4, 8, 16, 32], "alpha": np.logspace(-6, 1, 6), "activation": ["relu", "tanh", "logistic"], "batch_size": [8, 32, 128]},
        lambda **p: make_pipeline(StandardScaler(), MLPClassifier(max_iter=12, random_state=0, **p)),
    ),
    "forest_cancer": (
        lambda: few(load_breast_cancer, 250),
        {"max_depth": [1, 2, 3, 5, 8], "min_samples_leaf": [1, 2, 4, 8, 16], "max_features": [0.05, 0.1, 0.2, 0.4, 0.7, 1.0], "n_estimators": [5, 10, 20], "bootstrap": [False, True], "criterion": ["gini", "entropy"]},
        lambda **p: RandomForestClassifier(random_state=0, **p),
    ),
    "boosting_wine": (
        lambda: few(load_wine, 150),
        {"learning_rate": np.logspace(-2.5, 0, 6), "n_estimators": [5, 10, 20, 40], "max_depth": [1, 2, 3, 5], "subsample": [0.3, 0.5, 0.7, 1.0], "min_samples_leaf": [1, 5, 15]},
        lambda **p: GradientBoostingClassifier(random_state=0, **p),
    ),
}


def value(model, data, target):
    scores = cross_val_score(model, data, target, cv=StratifiedKFold(3, shuffle=True, random_state=0), scoring="neg_log_loss" if hasattr(model, "predict_proba") else "accuracy")
    return float(np.mean(scores))


def main(folder):
    os.makedirs(folder, exist_ok=True)
    for name, (load, grid, make) in TABLES.items():
        path = os.path.join(folder, f"sklearn__{name}.csv")
        if os.path.exists(path):
            continue
        data, target = load()
        with open(path + ".part", "w") as file:
            print(*grid, "y_seed0", sep=",", file=file)
            for point in itertools.product(*grid.values()):
                settings = {key: item.item() if isinstance(item, np.generic) else item for key, item in zip(grid, point)}
                print(*settings.values(), f"{value(make(**settings), data, target):.6g}", sep=",", file=file)
        os.rename(path + ".part", path)
        print(path, flush=True)


main(sys.argv[1])
