"""The peer of the quality benchmark: Optuna's samplers, asked and told over standard input and output.

A line {"space": [...], "sampler": "tpe" | "gp", "seed": 1, "trials": 100, "workers": 4} begins a study. For every
trial that starts it prints {"point": {...}}; for every trial that ends, the one that began first, it prints "tell"
and reads the loss from the next line.
A line {"space": [...], "timed": [...]} gives finished trials; it prints how long one more proposal takes.
"""

import json
import statistics
import sys
import time
import warnings

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.filterwarnings("ignore")


def suggest(trial, parameter):
    name, kind = parameter["name"], parameter["kind"]
    if kind == "choice":
        return trial.suggest_categorical(name, parameter["choices"])
    low, high, step, log = (parameter[key] for key in ("low", "high", "step", "log"))
    if kind == "int":
        return trial.suggest_int(name, low, high, log=log) if log else trial.suggest_int(name, low, high, step=step)
    return trial.suggest_float(name, low, high, step=step, log=log)


def draw(trial, space):
    point = {}
    for parameter in space:
        if all(point.get(when["parameter"]) in when["among"] for when in parameter["when"]):
            point[parameter["name"]] = suggest(trial, parameter)
    return point


def say(what):
    print(json.dumps(what), flush=True)


def end(study, running):
    say("tell")
    study.tell(running.pop(0), float(sys.stdin.readline()))


def search(space, sampler, seed, trials, workers):
    kinds = {"tpe": optuna.samplers.TPESampler, "gp": optuna.samplers.GPSampler}
    study = optuna.create_study(sampler=kinds[sampler](seed=seed))
    running = []
    for _ in range(trials):
        if len(running) == workers:
            end(study, running)
        trial = study.ask()
        say({"point": draw(trial, space)})
        running.append(trial)
    while running:
        end(study, running)


def time_ask(space, trials):
    """The median of 15 proposals after some trials of real parameters, in milliseconds."""
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=1))
    real = {parameter["name"]: optuna.distributions.FloatDistribution(parameter["low"], parameter["high"]) for parameter in space}
    for trial in trials:
        study.add_trial(optuna.trial.create_trial(value=trial["value"], params=trial["point"], distributions=real))
    taken = []
    for _ in range(15):
        started = time.perf_counter()
        trial = study.ask()
        draw(trial, space)
        taken.append(1000 * (time.perf_counter() - started))
        study.tell(trial, state=optuna.trial.TrialState.FAIL)
    say(statistics.median(taken))


for line in sys.stdin:
    asked = json.loads(line)
    if "timed" in asked:
        time_ask(asked["space"], asked["timed"])
    else:
        search(**asked)
