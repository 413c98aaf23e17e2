"""A real ipykernel for tests, started with the environment that the supervisor gives."""

import os
import sys
from typing import Any, Dict, List, Optional

from fake_daemon import PYTHON, ROOT, FakeDaemon, environment


class TestKernel:
    """A kernel and a blocking client to it. `user_startup`: the user's own PYTHONSTARTUP."""

    def __init__(self, daemon: Optional[FakeDaemon], user_startup: str = "", cwd: str = ROOT, **env: str) -> None:
        from jupyter_client.manager import KernelManager

        more = {"PYTHONSTARTUP": os.path.join(PYTHON, "daybook", "startup.py"), **env}
        if user_startup:
            more["DAYBOOK_USER_PYTHONSTARTUP"] = user_startup
        self.manager = KernelManager(kernel_name="python3")
        self.manager.kernel_spec.argv[0] = sys.executable
        self.manager.start_kernel(env=environment(daemon, **more), cwd=cwd)
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def run(self, code: str, cell_id: Optional[str] = None, **options: Any) -> Dict[str, Any]:
        """Runs a cell to its end. Gives msg_id, status, text (streams) and errors."""
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": False,
            **options,
        }
        message = self.client.session.msg("execute_request", content)
        if cell_id is not None:
            message["metadata"]["cellId"] = cell_id
        self.client.shell_channel.send(message)
        msg_id = message["header"]["msg_id"]
        texts: List[str] = []
        error = None
        while True:
            out = self.client.get_iopub_msg(timeout=120)
            if out["parent_header"].get("msg_id") != msg_id:
                continue
            kind, body = out["msg_type"], out["content"]
            if kind == "stream":
                texts.append(body["text"])
            elif kind in ("execute_result", "display_data"):
                texts.append(body["data"].get("text/plain", ""))
            elif kind == "error":
                error = body
            elif kind == "status" and body["execution_state"] == "idle":
                break
        while True:
            reply = self.client.get_shell_msg(timeout=60)
            if reply["parent_header"].get("msg_id") == msg_id:
                break
        return {"msg_id": msg_id, "status": reply["content"]["status"], "text": "".join(texts), "error": error}

    def stop(self) -> None:
        """Ends the kernel in good order."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=False)
