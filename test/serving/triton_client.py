"""NVIDIA's client for the Open Inference Protocol asks a deployment. Arguments: host:port/path, rows as JSON."""

import json
import sys

import numpy
from tritonclient import http
from tritonclient.utils import InferenceServerException


def main(address: str, rows: str) -> None:
    client = http.InferenceServerClient(address)
    x = numpy.array(json.loads(rows), dtype=numpy.float64)

    def ask(binary: bool) -> "tuple[list, list]":
        given = http.InferInput("input", list(x.shape), "FP64")
        given.set_data_from_numpy(x, binary_data=binary)
        wanted = [http.InferRequestedOutput(name, binary_data=binary) for name in ("predict", "chances")]
        answer = client.infer("plain", [given], outputs=wanted, request_id="one")
        assert answer.get_response()["id"] == "one"
        return answer.as_numpy("predict").tolist(), answer.as_numpy("chances").tolist()

    told = {
        "live": client.is_server_live(),
        "ready": client.is_model_ready("plain"),
        "unknown": client.is_model_ready("nobody"),
        "metadata": client.get_model_metadata("plain"),
        "index": client.get_model_repository_index(),
        "json": ask(False),
        "binary": ask(True),
        "wrong": None,
    }
    try:
        given = http.InferInput("input", [1, 3], "FP64")
        given.set_data_from_numpy(numpy.zeros((1, 3)), binary_data=True)
        client.infer("plain", [given])
    except InferenceServerException as error:
        told["wrong"] = error.message()
    print(json.dumps(told))


main(*sys.argv[1:])
