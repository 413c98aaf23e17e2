"""A bare training loop, without any framework: logistic regression by mini-batches, in numpy.

Alone:         python examples/train.py --rate 0.3
Tracked:       daybook exec -- python examples/train.py --rate 0.3
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

try:
    import daybook
except ModuleNotFoundError:
    daybook = None


def load():
    """Features (standardised numbers, one column a category), answers; a quarter of the rows for judging."""
    people = pd.read_parquet(Path(__file__).with_name("adult.parquet")).drop_duplicates()
    answers = (people["class"] == ">50K").to_numpy(float)
    table = people.drop(columns=["class", "fnlwgt", "education"])
    numbers = table.select_dtypes("number")
    numbers = (numbers - numbers.mean()) / numbers.std()
    categories = pd.get_dummies(table.select_dtypes("category"), dummy_na=True)
    features = np.column_stack([np.ones(len(table)), numbers.to_numpy(), categories.to_numpy(float)])
    order = np.random.default_rng(0).permutation(len(table))
    split = len(table) // 4
    return features[order[split:]], answers[order[split:]], features[order[:split]], answers[order[:split]]


def chances(features, weights):
    return 1 / (1 + np.exp(-np.clip(features @ weights, -30, 30)))


def log_loss(features, answers, weights):
    chance = np.clip(chances(features, weights), 1e-12, 1 - 1e-12)
    return float(-np.mean(answers * np.log(chance) + (1 - answers) * np.log(1 - chance)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=0.3, help="step size (default 0.3)")
    parser.add_argument("--epochs", type=int, default=15, help="passes over the rows (default 15)")
    parser.add_argument("--batch", type=int, default=256, help="rows a step (default 256)")
    parser.add_argument("--seed", type=int, default=0, help="order of the rows (default 0)")
    options = parser.parse_args()

    features, answers, test_features, test_answers = load()
    random = np.random.default_rng(options.seed)
    weights = np.zeros(features.shape[1])
    if daybook:
        daybook.params(**vars(options))
    for epoch in range(1, options.epochs + 1):
        for rows in np.array_split(random.permutation(len(features)), len(features) // options.batch):
            slope = features[rows].T @ (chances(features[rows], weights) - answers[rows]) / len(rows)
            weights -= options.rate * slope
        loss = log_loss(features, answers, weights)
        test_loss = log_loss(test_features, test_answers, weights)
        accuracy = float(np.mean((chances(test_features, weights) >= 0.5) == test_answers))
        print(f"epoch {epoch:2d}  loss {loss:.4f}  test loss {test_loss:.4f}  test accuracy {accuracy:.4f}", flush=True)
        if daybook:
            daybook.log(loss=loss, test_loss=test_loss, test_accuracy=accuracy, step=epoch)


if __name__ == "__main__":
    main()
