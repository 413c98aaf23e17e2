"""The same short trials by others: `python trials_peer.py PEER TRIALS`; prints seconds a trial, loading apart.

A trial loads nothing: imports and data stand before it, as each peer does it (once a worker), and then uses the
processor for a tenth of a second. PEER: `optuna` (joblib processes, ask and tell), `ipyparallel`, `ray`.
"""

import json
import sys
import time

TRIAL_S = 0.1
LOAD_S = 3.0
WORKERS = 2


def load():
    """Imports and data: three seconds in all."""
    began = time.perf_counter()
    import pandas as pd  # noqa: F401
    from sklearn.ensemble import RandomForestClassifier  # noqa: F401

    time.sleep(max(0.0, LOAD_S - (time.perf_counter() - began)))
    return True


def train(rate):
    """A tenth of a second of the processor's time."""
    until = time.process_time() + TRIAL_S
    total = 0.0
    while time.process_time() < until:
        total += rate * rate
    return -((rate - 0.3) ** 2)


def trial_of_worker(rate):
    """In a joblib worker: loads the first time."""
    global _loaded
    if "_loaded" not in globals():
        _loaded = load()
    return train(rate)


def by_optuna(trials):
    """Optuna's ask and tell over joblib's processes, two at a time, asked again as results come."""
    import joblib
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.RandomSampler(seed=0))
    with joblib.Parallel(n_jobs=WORKERS, return_as="generator_unordered") as parallel:
        list(parallel(joblib.delayed(trial_of_worker)(0.5) for _ in range(WORKERS)))
        began = time.perf_counter()
        asked = [study.ask() for _ in range(trials)]
        rates = [trial.suggest_float("rate", 0, 1) for trial in asked]
        for trial, value in zip(asked, parallel(joblib.delayed(trial_of_worker)(rate) for rate in rates)):
            study.tell(trial, value)
        return time.perf_counter() - began


def by_ipyparallel(trials):
    """Engines that have loaded, a load-balanced view."""
    import ipyparallel

    with ipyparallel.Cluster(n=WORKERS, log_level=50) as clients:
        clients[:].push({"load": load, "train": train, "LOAD_S": LOAD_S, "TRIAL_S": TRIAL_S})
        clients[:].execute("import time", block=True)
        clients[:].apply_sync(trial_of_worker, 0.5)
        view = clients.load_balanced_view()
        began = time.perf_counter()
        view.map_sync(trial_of_worker, [i / trials for i in range(trials)])
        return time.perf_counter() - began


def by_ray(trials, of=None, again=True):
    """Ray Tune; a trial is a process of its own, which Ray may use again (`reuse_actors`, not its default)."""
    import os

    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ["TUNE_DISABLE_AUTO_CALLBACK_LOGGERS"] = "1"
    import ray
    from ray import tune

    ray.init(num_cpus=WORKERS, include_dashboard=False, logging_level="ERROR", log_to_driver=False)

    def one(config):
        tune.report({"score": (of or trial_of_worker)(config["rate"])})

    began = time.perf_counter()
    tuner = tune.Tuner(
        one,
        param_space={"rate": tune.uniform(0, 1)},
        tune_config=tune.TuneConfig(num_samples=trials, metric="score", mode="max", reuse_actors=again),
        run_config=tune.RunConfig(verbose=0),
    )
    tuner.fit()
    return time.perf_counter() - began


def by_ray_trivial(trials, again=False):
    """The same with trials that do nothing, with its defaults, after one that has brought up what Ray needs."""
    import ray

    by_ray(1, of=lambda rate: rate)
    ray.shutdown()
    return by_ray(trials, of=lambda rate: rate, again=again)


def by_ray_again(trials):
    """The same where processes are used again."""
    return by_ray_trivial(trials, again=True)


if __name__ == "__main__":
    peer, trials = sys.argv[1], int(sys.argv[2])
    seconds = {"optuna": by_optuna, "ipyparallel": by_ipyparallel, "ray": by_ray, "ray_trivial": by_ray_trivial, "ray_again": by_ray_again}[peer](trials)
    print(json.dumps({"seconds": seconds, "trials": trials}))
