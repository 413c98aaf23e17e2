"""What the unmodified MLflow client does with artifacts; imported by client_checks.py."""

import os
import tempfile

from client_line import call, client

import mlflow


def check_artifacts():
    run_id = client.create_run(client.create_experiment("artifacts")).info.run_id
    with tempfile.TemporaryDirectory() as folder:
        names = ["plain.txt", "with blank.txt", "ä+ö.txt", "100%.txt", "empty"]
        for name in names:
            with open(os.path.join(folder, name), "w") as file:
                file.write("" if name == "empty" else f"content of {name}")
        large = os.urandom(3_000_000)
        os.mkdir(os.path.join(folder, "deep"))
        with open(os.path.join(folder, "deep", "large.bin"), "wb") as file:
            file.write(large)
        client.log_artifacts(run_id, folder)
        client.log_artifact(run_id, os.path.join(folder, "plain.txt"), "a/b/c")
        listed = {each.path: each.file_size for each in client.list_artifacts(run_id)}
        assert listed == {
            **{name: len("" if name == "empty" else f"content of {name}".encode()) for name in names},
            "a": None,
            "deep": None,
        }, listed
        assert [each.path for each in client.list_artifacts(run_id, "a/b/c")] == ["a/b/c/plain.txt"]
        got = client.download_artifacts(run_id, "")
        with open(os.path.join(got, "deep", "large.bin"), "rb") as file:
            assert file.read() == large
        for name in names:
            with open(os.path.join(got, name)) as file:
                assert file.read() == ("" if name == "empty" else f"content of {name}")
    client.log_text(run_id, "hello", "notes/hello.txt")
    client.log_dict(run_id, {"a": [1]}, "d.json")
    assert mlflow.artifacts.load_dict(f"runs:/{run_id}/d.json") == {"a": [1]}
    root = client.get_run(run_id).info.artifact_uri
    response = call("GET", "/get-artifact", params={"run_id": run_id, "path": "notes/hello.txt"})
    assert response.text == "hello" and response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Disposition"] == "attachment; filename=hello.txt"
    response = call("GET", "/get-artifact", params={"run_id": run_id, "path": "../../secret"})
    assert (response.status_code, response.json()["message"]) == (400, "Invalid path")
    response = call("GET", "/api/2.0/mlflow/artifacts/list", params={"run_id": run_id, "path": "notes"})
    assert response.json() == {
        "root_uri": root,
        "files": [{"path": "notes/hello.txt", "is_dir": False, "file_size": 5}],
    }
    upload = "/ajax-api/2.0/mlflow/upload-artifact"
    call("POST", upload, params={"run_uuid": run_id, "path": "up.txt"}, data=b"up").raise_for_status()
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    repository = get_artifact_repository(root)
    repository.delete_artifacts("deep")
    assert "deep" not in [each.path for each in client.list_artifacts(run_id)]


def check_artifacts_in_parts():
    run_id = client.create_run(client.create_experiment("parts")).info.run_id
    large = os.urandom(12_000_000)
    settings = {
        "MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD": "true",
        "MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE": "1",
        "MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE": "5242880",
    }
    os.environ.update(settings)
    try:
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "large model.bin")
            with open(file, "wb") as opened:
                opened.write(large)
            client.log_artifact(run_id, file, "deep/er")
        from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

        repository = get_artifact_repository(client.get_run(run_id).info.artifact_uri)
        given_up = repository.create_multipart_upload("x.bin", 2, None)
        repository.abort_multipart_upload("x.bin", given_up.upload_id, None)
        part = {"part_number": 1, "etag": "0" * 64, "url": ""}
        answer = call(
            "POST",
            f"/api/2.0/mlflow-artifacts/mpu/complete/0/{run_id}",
            json={"path": "x.bin", "upload_id": given_up.upload_id, "parts": [part]},
        )
        assert answer.status_code == 404, answer.text
    finally:
        for name in settings:
            del os.environ[name]
    assert [each.path for each in client.list_artifacts(run_id)] == ["deep"]
    with open(client.download_artifacts(run_id, "deep/er/large model.bin"), "rb") as opened:
        assert opened.read() == large
