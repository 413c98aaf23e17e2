"""Fills an MLflow store with runs of all kinds, or prints what a store holds, through MLflow's own client.

    mlflow_data.py fill URI FOLDER
    mlflow_data.py dump URI
    mlflow_data.py fill-models URI FOLDER
    mlflow_data.py dump-models URI
"""

import hashlib
import json
import logging
import math
import os
import sys
import tempfile

os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
os.environ["MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"] = "1"

import mlflow  # noqa: E402
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag, ViewType  # noqa: E402

logging.disable(logging.WARNING)


def fill(uri, folder):
    os.chdir(folder)
    mlflow.set_tracking_uri(uri)
    client = mlflow.MlflowClient()
    first = client.create_experiment("first", tags={"team": "a b"})
    second = client.create_experiment("second/with: signs")
    parent = client.create_run(first, start_time=1000, run_name="parent")
    child = client.create_run(first, start_time=2000, run_name="child", tags={"mlflow.parentRunId": parent.info.run_id})
    other = client.create_run(second, start_time=3000, run_name="other")
    client.log_batch(
        parent.info.run_id,
        metrics=[Metric("loss", 1 / (i + 1), 10_000 + i, i) for i in range(50)]
        + [Metric("nan", math.nan, 5, 0), Metric("back/ward", 0.1, 5, -3), Metric("same", 1, 5, 0), Metric("same", 2, 5, 0)],
        params=[Param("depth", "3"), Param("a/b c", "it's \"x\"\nand ü"), Param("empty", "")],
        tags=[RunTag("mlflow.note.content", "yes: [1, 2]\n# no"), RunTag("number", "1e5")],
    )
    dataset = Dataset("census", "abc123", "local", '{"uri": "x.csv"}', schema='{"a": "long"}' * 50, profile=None)
    client.log_inputs(parent.info.run_id, [DatasetInput(dataset, [InputTag("mlflow.data.context", "train")])])
    with tempfile.TemporaryDirectory() as place:
        for name, content in (("a.txt", b"hello"), ("deep/er/b.bin", bytes(range(256)) * 5000), ("empty", b"")):
            os.makedirs(os.path.dirname(os.path.join(place, name)), exist_ok=True)
            with open(os.path.join(place, name), "wb") as file:
                file.write(content)
        client.log_artifacts(parent.info.run_id, place)
    client.log_metric(child.info.run_id, "loss", 0.5, timestamp=7, step=2**40)
    client.set_terminated(parent.info.run_id, "FINISHED", 9000)
    client.set_terminated(child.info.run_id, "FAILED", 9500)
    client.delete_run(other.info.run_id)


def dump(uri):
    client = mlflow.MlflowClient(tracking_uri=uri)
    mlflow.set_tracking_uri(uri)
    experiments = client.search_experiments(view_type=ViewType.ALL)
    runs = []
    for experiment in experiments:
        for run in client.search_runs([experiment.experiment_id], run_view_type=ViewType.ALL):
            # A search of the file store leaves out what one run alone gives.
            runs.append(describe(client, client.get_run(run.info.run_id), experiment.name))
    named = [{"name": each.name, "tags": own_tags(each.tags)} for each in experiments if each.name != "Default"]
    result = {
        "experiments": sorted(named, key=lambda each: each["name"]),
        "runs": sorted(runs, key=lambda each: each["id"]),
    }
    print(json.dumps(result))


def own_tags(tags):
    """Without what MLflow adds to an experiment by itself."""
    return {key: value for key, value in tags.items() if not key.startswith("mlflow.experiment")}


def describe(client, run, experiment):
    info, data = run.info, run.data
    histories = {
        key: [[m.timestamp, repr(m.value), m.step] for m in client.get_metric_history(info.run_id, key)]
        for key in data.metrics
    }
    return {
        "id": info.run_id,
        "experiment": experiment,
        "name": info.run_name,
        "user": info.user_id,
        "status": info.status,
        "start": info.start_time,
        "end": info.end_time,
        "stage": info.lifecycle_stage,
        "params": data.params,
        "tags": data.tags,
        "metrics": {key: sorted(history) for key, history in histories.items()},
        "datasets": [
            {**{key: value for key, value in dict(each.dataset).items()}, "tags": [[t.key, t.value] for t in each.tags]}
            for each in run.inputs.dataset_inputs
        ],
        "artifacts": files(client, info.run_id, ""),
    }


def files(client, run_id, path):
    found = {}
    for each in client.list_artifacts(run_id, path):
        if each.is_dir:
            found.update(files(client, run_id, each.path))
        else:
            local = client.download_artifacts(run_id, each.path)
            with open(local, "rb") as file:
                found[each.path] = hashlib.sha256(file.read()).hexdigest()
    return found


def fill_models(uri, folder):
    os.chdir(folder)
    mlflow.set_tracking_uri(uri)
    client = mlflow.MlflowClient()
    experiment = client.create_experiment("study")
    run = client.create_run(experiment, run_name="fit").info.run_id
    os.makedirs("made/deep", exist_ok=True)
    for name, content in (("MLmodel", b"flavors: {}\n"), ("deep/w.bin", bytes(range(256)))):
        with open(os.path.join("made", name), "wb") as file:
            file.write(content)
    model = client.create_logged_model(
        experiment, "clf", run, params={"a": "1", "b/c": "2"}, tags={"t": "x y"}, model_type="agent"
    ).model_id
    client.log_model_artifacts(model, "made")
    client.finalize_logged_model(model, "READY")
    client.log_metric(run, "acc", 0.5, step=3, timestamp=7, model_id=model, dataset_name="d", dataset_digest="1")
    client.create_logged_model(experiment, "never uploaded")
    client.log_artifacts(run, "made", "model")
    client.create_registered_model("it's \"one\"", tags={"k": "v"}, description="what it is")
    client.create_registered_model("empty")
    name = "census"
    client.create_registered_model(name, tags={"owner": "me"})
    client.create_model_version(name, "models:/" + model, run, tags={"q": "w"}, description="one", model_id=model)
    client.create_model_version(name, "runs:/%s/model" % run, run)
    root = client.get_run(run).info.artifact_uri
    client.create_model_version(name, root + "/model", run)
    client.delete_model_version(name, "2")
    client.set_registered_model_alias(name, "champion", "3")
    client.transition_model_version_stage(name, "1", "Production")


def dump_models(uri):
    mlflow.set_tracking_uri(uri)
    client = mlflow.MlflowClient()
    experiments = [each.experiment_id for each in client.search_experiments()]
    logged = []
    for model in client.search_logged_models(experiments):
        values = [[m.key, m.value, m.step, m.timestamp, m.run_id, m.dataset_name, m.dataset_digest] for m in model.metrics or []]
        found = hashes("models:/" + model.model_id) if model.status.value == "READY" else {}
        logged.append(
            [model.model_id, model.name, model.model_type or None, model.source_run_id or None, model.status.value, model.params, model.tags]
            + [model.creation_timestamp, model.last_updated_timestamp, values, found]
        )
    registered = []
    for model in client.search_registered_models():
        versions = client.search_model_versions("name = '%s'" % model.name) if "'" not in model.name else []
        registered.append(
            [model.name, model.description or None, model.tags, {key: int(v) for key, v in model.aliases.items()}]
            + [model.creation_timestamp, model.last_updated_timestamp]
            + [sorted([describe_version(each) for each in versions], key=lambda each: each[0])]
        )
    print(json.dumps({"logged": sorted(logged), "registered": sorted(registered, key=lambda each: each[0])}))


def describe_version(v):
    source = v.source if v.source.startswith(("models:", "runs:")) else "files"
    return [int(v.version), v.description or None, v.current_stage, source, v.run_id, v.tags] + [
        v.creation_timestamp,
        v.last_updated_timestamp,
        hashes("models:/%s/%s" % (v.name, v.version)),
    ]


def hashes(uri):
    found = {}
    root = mlflow.artifacts.download_artifacts(uri)
    for folder, _, names in os.walk(root):
        for name in names:
            # Written beside the files by the download of a registered version.
            if name != "registered_model_meta":
                with open(os.path.join(folder, name), "rb") as file:
                    found[os.path.relpath(os.path.join(folder, name), root)] = hashlib.sha256(file.read()).hexdigest()
    return found


if sys.argv[1] == "fill-models":
    fill_models(sys.argv[2], sys.argv[3])
elif sys.argv[1] == "dump-models":
    dump_models(sys.argv[2])
elif sys.argv[1] == "fill":
    fill(sys.argv[2], sys.argv[3])
else:
    dump(sys.argv[2])
