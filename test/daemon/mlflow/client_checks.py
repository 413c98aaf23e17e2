"""What the unmodified MLflow client does against Daybook, one function a subject.

Started by client.integration.test.ts with the server's address; prints one JSON line per check.
"""

import json
import math
import os
import sys
import tempfile

from client_artifact_checks import check_artifacts, check_artifacts_in_parts  # noqa: F401
from client_line import call, client, refused, run_checks

import mlflow
from mlflow import MlflowClient
from mlflow.entities import (
    Dataset,
    DatasetInput,
    InputTag,
    LoggedModelInput,
    LoggedModelOutput,
    LoggedModelParameter,
    LoggedModelStatus,
    Metric,
    Param,
    RunTag,
    ViewType,
)


def check_server_info():
    assert call("GET", "/health").text == "OK"
    assert call("GET", "/version").text.count(".") == 2
    info = call("GET", "/api/3.0/mlflow/server-info").json()
    assert info["workspaces_enabled"] is False and "store_type" in info
    assert call("GET", "/api/2.0/mlflow/no/such/endpoint").status_code == 404


def check_experiments():
    made = client.create_experiment("exp", tags={"team": "a", "ä ö": "ü"})
    found = client.get_experiment(made)
    assert (found.name, found.lifecycle_stage, found.tags) == ("exp", "active", {"team": "a", "ä ö": "ü"})
    assert client.get_experiment_by_name("exp").experiment_id == made
    assert client.get_experiment_by_name("nobody made it") is None
    refused("RESOURCE_ALREADY_EXISTS", lambda: client.create_experiment("exp"))
    refused("RESOURCE_DOES_NOT_EXIST", lambda: client.get_experiment("987654"))
    client.rename_experiment(made, "renamed")
    client.set_experiment_tag(made, "k", "v")
    client.delete_experiment_tag(made, "team")
    assert client.get_experiment(made).tags == {"k": "v", "ä ö": "ü"}
    found = client.search_experiments(filter_string="name LIKE 'ren%' AND tags.k = 'v'")
    assert [each.experiment_id for each in found] == [made]
    listed = call("GET", "/api/2.0/mlflow/experiments/search", params={"max_results": 1}).json()
    assert len(listed["experiments"]) == 1 and listed["next_page_token"]
    client.delete_experiment(made)
    refused("INVALID_PARAMETER_VALUE", lambda: client.create_run(made))
    deleted = client.search_experiments(view_type=ViewType.DELETED_ONLY)
    assert [each.experiment_id for each in deleted] == [made]
    client.restore_experiment(made)
    assert client.get_experiment("0").name == "Default"


def check_run_life():
    experiment = client.create_experiment("life")
    run = client.create_run(experiment, start_time=12, tags={"a": "1"}, run_name="first")
    run_id = run.info.run_id
    assert len(run_id) == 32 and run.info.status == "RUNNING" and run.info.start_time == 12
    assert run.data.tags["mlflow.runName"] == "first"
    client.update_run(run_id, status="SCHEDULED", name="second")
    client.set_tag(run_id, "b", 2)
    client.delete_tag(run_id, "a")
    refused("RESOURCE_DOES_NOT_EXIST", lambda: client.delete_tag(run_id, "a"))
    client.set_terminated(run_id, "FAILED", end_time=99)
    found = client.get_run(run_id)
    assert (found.info.run_name, found.info.status, found.info.end_time) == ("second", "FAILED", 99)
    assert found.data.tags == {"b": "2", "mlflow.runName": "second"}
    client.delete_run(run_id)
    refused("INVALID_PARAMETER_VALUE", lambda: client.log_metric(run_id, "m", 1))
    assert client.search_runs([experiment], run_view_type=ViewType.DELETED_ONLY)[0].info.run_id == run_id
    client.restore_run(run_id)
    client.log_metric(run_id, "m", 1)
    refused("RESOURCE_DOES_NOT_EXIST", lambda: client.get_run("0" * 32))
    refused("INVALID_PARAMETER_VALUE", lambda: client.set_tag(run_id, "../up", "x"))


def check_logging():
    run_id = client.create_run(client.create_experiment("logging")).info.run_id
    for step, value in enumerate([1.0, math.nan, math.inf, -math.inf, -0.5]):
        client.log_metric(run_id, "loss", value, timestamp=10 + step, step=step)
    client.log_metric(run_id, "large step", 1.5, step=2**62 + 1, timestamp=2**60 + 1)
    client.log_param(run_id, "lr", 0.1)
    client.log_param(run_id, "lr", 0.1)
    refused("INVALID_PARAMETER_VALUE", lambda: client.log_param(run_id, "lr", 0.2))
    client.log_param(run_id, "long", "x" * 7000)
    metrics = [Metric("batched", i * 0.5, 100 + i, i) for i in range(900)]
    client.log_batch(run_id, metrics, [Param("p", "")], [RunTag("t", "")])
    client.log_batch(run_id, metrics[:10])
    history = client.get_metric_history(run_id, "batched")
    assert [(each.value, each.step, each.timestamp) for each in history] == [
        (each.value, each.step, each.timestamp) for each in metrics
    ]
    values = [each.value for each in client.get_metric_history(run_id, "loss")]
    assert values[0] == 1 and math.isnan(values[1]) and values[4] == -0.5
    assert values[2] == sys.float_info.max and values[3] == -sys.float_info.max
    found = client.get_run(run_id)
    assert found.data.metrics == {"loss": -0.5, "large step": 1.5, "batched": 449.5}, found.data.metrics
    large = client.get_metric_history(run_id, "large step")[0]
    assert (large.step, large.timestamp) == (2**62 + 1, 2**60 + 1), large
    assert found.data.params == {"lr": "0.1", "long": "x" * 6000, "p": ""}
    path = "/ajax-api/2.0/mlflow/metrics/"
    bulk = call("GET", path + "get-history-bulk", params={"run_id": [run_id], "metric_key": "loss"}).json()
    assert [each["value"] for each in bulk["metrics"]][1] == "NaN"
    sampled = call(
        "GET",
        path + "get-history-bulk-interval",
        params={"run_ids": [run_id], "metric_key": "batched", "max_results": 10},
    ).json()["metrics"]
    assert len(sampled) == 10 and sampled[-1]["step"] == 899
    body = {"run_id": run_id, "key": "m", "value": "no number", "timestamp": 1}
    assert call("POST", "/api/2.0/mlflow/runs/log-metric", json=body).status_code == 400


def check_search_runs():
    experiment = client.create_experiment("search")
    for i in range(7):
        run = client.create_run(experiment, run_name=f"run {i}", start_time=i + 1)
        client.log_metric(run.info.run_id, "acc", i / 10)
        client.log_param(run.info.run_id, "model", "xgb" if i % 2 else "lr")
    found = client.search_runs(
        [experiment], "metrics.acc > 0.15 AND params.model = 'xgb'", order_by=["metrics.acc DESC"]
    )
    assert [run.info.run_name for run in found] == ["run 5", "run 3"]
    found = client.search_runs([experiment], "params.model = 'lr' OR (metrics.acc >= 0.5)")
    assert len(found) == 5
    seen, token = [], None
    while True:
        page = client.search_runs([experiment], max_results=3, page_token=token)
        seen += [run.info.run_name for run in page]
        token = page.token
        if not token:
            break
    assert seen == [f"run {i}" for i in reversed(range(7))]
    message = refused("INVALID_PARAMETER_VALUE", lambda: client.search_runs([experiment], "metrics.acc >"))
    assert "filter" in message
    frame = mlflow.search_runs([experiment], filter_string="attributes.run_name LIKE 'run%'")
    assert len(frame) == 7 and frame["metrics.acc"].max() == 0.6


def check_inputs_and_outputs():
    experiment = client.create_experiment("inputs")
    run_id = client.create_run(experiment).info.run_id
    model = client.create_logged_model(experiment, name="made", source_run_id=run_id)
    data = Dataset("train", "d1", "local", "{}", schema="[]", profile='{"rows": 3}')
    client.log_inputs(
        run_id,
        [DatasetInput(data, [InputTag("mlflow.data.context", "training")])],
        [LoggedModelInput(model.model_id)],
    )
    client.log_outputs(run_id, [LoggedModelOutput(model.model_id, step=3)])
    run = client.get_run(run_id)
    assert run.inputs.dataset_inputs[0].dataset.profile == '{"rows": 3}'
    assert run.inputs.model_inputs[0].model_id == model.model_id
    assert run.outputs.model_outputs[0].step == 3
    found = client.search_runs([experiment], "dataset.name = 'train' AND dataset.context = 'training'")
    assert [each.info.run_id for each in found] == [run_id]
    summaries = call(
        "POST", "/ajax-api/2.0/mlflow/experiments/search-datasets", json={"experiment_ids": [experiment]}
    ).json()["dataset_summaries"]
    assert [(each["name"], each["context"]) for each in summaries] == [("train", "training")]
    legacy = {"artifact_path": "m", "flavors": {}, "utc_time_created": "now", "run_id": run_id}
    body = {"run_id": run_id, "model_json": json.dumps(legacy)}
    assert call("POST", "/api/2.0/mlflow/runs/log-model", json=body).status_code == 200
    assert "artifact_path" in client.get_run(run_id).data.tags["mlflow.log-model.history"]


def check_registered_models():
    client.create_registered_model("reg", tags={"t": "1"}, description="first")
    refused("RESOURCE_ALREADY_EXISTS", lambda: client.create_registered_model("reg"))
    refused("INVALID_PARAMETER_VALUE", lambda: client.create_registered_model("a/b"))
    client.update_registered_model("reg", "changed")
    client.set_registered_model_tag("reg", "u", "2")
    client.delete_registered_model_tag("reg", "t")
    client.rename_registered_model("reg", "reg2")
    model = client.get_registered_model("reg2")
    assert (model.name, model.description, model.tags) == ("reg2", "changed", {"u": "2"})
    refused("RESOURCE_DOES_NOT_EXIST", lambda: client.get_registered_model("reg"))
    assert [each.name for each in client.search_registered_models("tags.u = '2'")] == ["reg2"]
    for i in range(3):
        version = client.create_model_version("reg2", f"s3://bucket/{i}", tags={"i": str(i)}, description="d")
        assert version.version == str(i + 1) or version.version == i + 1
    client.update_model_version("reg2", "1", "better")
    client.set_model_version_tag("reg2", "1", "k", "v")
    client.delete_model_version_tag("reg2", "1", "i")
    version = client.get_model_version("reg2", "1")
    assert (version.description, version.tags, version.source) == ("better", {"k": "v"}, "s3://bucket/0")
    assert client.get_model_version_download_uri("reg2", "1") == "s3://bucket/0"
    client.set_registered_model_alias("reg2", "champion", "2")
    assert str(client.get_model_version_by_alias("reg2", "champion").version) == "2"
    assert client.get_registered_model("reg2").aliases == {"champion": "2"}
    client.delete_registered_model_alias("reg2", "champion")
    refused("INVALID_PARAMETER_VALUE", lambda: client.get_model_version_by_alias("reg2", "champion"))
    client.transition_model_version_stage("reg2", "1", "Production")
    client.transition_model_version_stage("reg2", "2", "Production", archive_existing_versions=True)
    assert client.get_model_version("reg2", "1").current_stage == "Archived"
    latest = client.get_latest_versions("reg2", ["Production"])
    assert [str(each.version) for each in latest] == ["2"]
    query = {"name": "reg2", "stages": "Production"}
    response = call("GET", "/api/2.0/mlflow/registered-models/get-latest-versions", params=query)
    assert [each["version"] for each in response.json()["model_versions"]] == ["2"]
    found = client.search_model_versions("name = 'reg2'", order_by=["version_number ASC"], max_results=2)
    assert [str(each.version) for each in found] == ["1", "2"] and found.token
    copied = client.copy_model_version("models:/reg2/1", "reg3")
    assert copied.source == "models:/reg2/1" and copied.name == "reg3"
    client.delete_model_version("reg2", "3")
    refused("RESOURCE_DOES_NOT_EXIST", lambda: client.get_model_version("reg2", "3"))
    client.delete_registered_model("reg2")
    assert [each.name for each in client.search_registered_models("name LIKE 'reg%'")] == ["reg3"]


def check_prompts():
    mlflow.genai.register_prompt("greeting", template="Hello {{name}}", commit_message="first")
    mlflow.genai.register_prompt("greeting", template="Good day {{name}}")
    mlflow.genai.set_prompt_alias("greeting", "polite", 2)
    assert mlflow.genai.load_prompt("prompts:/greeting@polite").format(name="Ada") == "Good day Ada"
    assert [each.name for each in mlflow.genai.search_prompts()] == ["greeting"]
    assert "greeting" not in [each.name for each in client.search_registered_models()]


def check_logged_models():
    experiment = client.create_experiment("logged")
    model = client.create_logged_model(
        experiment, name="net", model_type="classifier", params={"lr": "0.1"}, tags={"a": "1"}
    )
    model_id = model.model_id
    assert model.status == LoggedModelStatus.PENDING
    client.log_model_params(model_id, {"depth": "3"})
    client.set_logged_model_tags(model_id, {"b": "2", "c": "3"})
    client.delete_logged_model_tag(model_id, "c")
    client.finalize_logged_model(model_id, LoggedModelStatus.READY)
    run_id = client.create_run(experiment).info.run_id
    client.log_metric(run_id, "acc", 0.9, model_id=model_id, dataset_name="d", dataset_digest="x")
    client.log_batch(run_id, [Metric("acc", 0.95, 1, 1, model_id=model_id, run_id=run_id)])
    found = client.get_logged_model(model_id)
    assert found.status == LoggedModelStatus.READY and found.params == {"lr": "0.1", "depth": "3"}
    assert found.tags == {"a": "1", "b": "2"} and len(found.metrics) == 2
    assert client.get_run(run_id).data.metrics == {"acc": 0.95}
    searched = client.search_logged_models(
        [experiment],
        filter_string="metrics.acc > 0.8 AND params.depth = '3'",
        datasets=[{"dataset_name": "d"}],
        order_by=[{"field_name": "metrics.acc", "ascending": False}],
    )
    assert [each.model_id for each in searched] == [model_id]
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "MLmodel"), "w") as file:
            file.write("flavors: {}")
        client.log_model_artifacts(model_id, folder)
    assert [each.path for each in client.list_logged_model_artifacts(model_id)] == ["MLmodel"]
    path = f"/ajax-api/2.0/mlflow/logged-models/{model_id}/artifacts/"
    assert call("GET", path + "files", params={"artifact_file_path": "MLmodel"}).text == "flavors: {}"
    assert call("GET", path + "directories").json()["files"][0]["path"] == "MLmodel"
    client.create_registered_model("from logged")
    client.create_model_version("from logged", f"models:/{model_id}", model_id=model_id)
    assert '"from logged"' in client.get_logged_model(model_id).tags["mlflow.modelVersions"]
    query = {"name": "from logged", "version": "1", "path": "MLmodel"}
    assert call("GET", "/model-versions/get-artifact", params=query).text == "flavors: {}"
    client.delete_logged_model(model_id)
    refused("RESOURCE_DOES_NOT_EXIST", lambda: client.get_logged_model(model_id))


def check_autolog_to_registry():
    from sklearn.datasets import load_iris
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV

    data, target = load_iris(return_X_y=True, as_frame=True)
    mlflow.set_experiment("autolog")
    mlflow.sklearn.autolog(log_input_examples=True)
    try:
        with mlflow.start_run() as run:
            fitted = LogisticRegression(max_iter=300).fit(data, target)
            fitted.score(data, target)
        with mlflow.start_run() as search:
            GridSearchCV(LogisticRegression(max_iter=300), {"C": [0.1, 1.0]}, cv=2).fit(data, target)
    finally:
        mlflow.sklearn.autolog(disable=True)
    logged = client.get_run(run.info.run_id)
    assert logged.data.params["max_iter"] == "300" and logged.info.status == "FINISHED"
    assert "training_score" in logged.data.metrics
    assert any("score" in name and "data" in name for name in logged.data.metrics), logged.data.metrics
    assert logged.inputs.dataset_inputs[0].tags[0].value == "train"
    assert "training_confusion_matrix.png" in [each.path for each in client.list_artifacts(run.info.run_id)]
    model_id = logged.outputs.model_outputs[0].model_id
    children = client.search_runs([logged.info.experiment_id], f"tags.mlflow.parentRunId = '{search.info.run_id}'")
    assert len(children) == 2
    version = mlflow.register_model(f"models:/{model_id}", "Iris")
    client.set_registered_model_alias("Iris", "champion", version.version)
    expected = list(fitted.predict(data))
    for uri in ("models:/Iris@champion", f"models:/Iris/{version.version}", f"models:/{model_id}"):
        assert list(mlflow.sklearn.load_model(uri).predict(data)) == expected, uri
    assert list(mlflow.pyfunc.load_model("models:/Iris@champion").predict(data)) == expected


def check_asynchronous_and_parallel():
    from concurrent.futures import ThreadPoolExecutor

    experiment = client.create_experiment("parallel")

    def work(i):
        own = MlflowClient()
        run_id = own.create_run(experiment).info.run_id
        for step in range(20):
            own.log_metric(run_id, "m", step * i, step=step)
        return run_id

    with ThreadPoolExecutor(6) as pool:
        runs = list(pool.map(work, range(6)))
    for i, run_id in enumerate(runs):
        assert [each.value for each in client.get_metric_history(run_id, "m")] == [s * i for s in range(20)]
    mlflow.set_experiment("parallel")
    with mlflow.start_run() as run:
        operations = [mlflow.log_metric("a", step, step=step, synchronous=False) for step in range(200)]
    for operation in operations:
        operation.wait()
    assert len(client.get_metric_history(run.info.run_id, "a")) == 200


run_checks(globals())
