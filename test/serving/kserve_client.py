"""KServe's client for the Open Inference Protocol asks a deployment. Arguments: base address, rows as JSON."""

import asyncio
import json
import sys

import numpy
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig


async def main(address: str, rows: str) -> None:
    x = numpy.array(json.loads(rows), dtype=numpy.float64)
    client = InferenceRESTClient(RESTConfig(protocol="v2", retries=0, timeout=20))

    async def ask(binary: bool) -> "dict[str, list]":
        given = InferInput("input", list(x.shape), "FP64")
        given.set_data_from_numpy(x, binary_data=binary)
        request = InferRequest(model_name="plain", infer_inputs=[given], request_id="one")
        if binary:
            request.parameters = {"binary_data_output": True}
        answer = await client.infer(address, request, model_name="plain")
        assert answer.id == "one"
        return {output.name: output.as_numpy().tolist() for output in answer.outputs}

    told = {
        "live": await client.is_server_live(address),
        "ready": await client.is_model_ready(address, "plain"),
        "json": await ask(False),
        "binary": await ask(True),
    }
    await client.close()
    print(json.dumps(told))


asyncio.run(main(*sys.argv[1:]))
