"""Passes the page's line on to the daemon, message by message.

The page speaks to the Jupyter server under its authentication; the daemon's address and token stay here, and
nothing of the page's request (cookies, Host, Origin, Jupyter's token) reaches the daemon.
"""

import asyncio
from typing import Any, Optional, Union

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClosedError, WebSocketHandler, websocket_connect

from .daemon import Problem, ensure_daemon
from .place import check_rights, project_of

LIMIT_BYTES = 64_000_000

#: Close codes of our own: the page shows the reason of the first, and tries again after the second.
CANNOT_START = 4503
DAEMON_GONE = 4410


class EventsHandler(WebSocketMixin, WebSocketHandler, JupyterHandler):
    """`daybook/events?path=…` as a WebSocket."""

    _daemon: Any = None
    _reading: Optional["asyncio.Task[None]"] = None

    async def get(self, *args: Any, **kwargs: Any) -> None:
        """Checks who asks before the line is opened."""
        await check_rights(self)
        self._root = project_of(self)
        await super().get(*args, **kwargs)

    async def open(self, *args: Any, **kwargs: Any) -> None:
        """Opens the other half of the line."""
        super().open(*args, **kwargs)
        try:
            daemon = await ensure_daemon(self._root)
            request = HTTPRequest(
                daemon.url.replace("http", "ws", 1) + "/events",
                headers={"Authorization": "Bearer " + daemon.token},
                connect_timeout=10,
            )
            self._daemon = await websocket_connect(
                request, subprotocols=["daybook.v1"], max_message_size=LIMIT_BYTES
            )
        except Problem as problem:
            self.close(CANNOT_START, problem.message.encode("utf-8")[:120].decode("utf-8", "ignore"))
            return
        except Exception as error:  # noqa: BLE001 - the page is told, and tries again
            self.log.warning("Daybook: no line to the daemon: %s", error)
            self.close(DAEMON_GONE, "the daemon did not answer")
            return
        self._reading = asyncio.ensure_future(self._read())

    async def on_message(self, message: Union[str, bytes]) -> None:
        """From the page to the daemon. Tornado waits for `open` before it calls this."""
        if self._daemon is None:
            return
        try:
            await self._daemon.write_message(message, binary=isinstance(message, bytes))
        except WebSocketClosedError:
            self.close(DAEMON_GONE, "the daemon ended")

    def on_close(self) -> None:
        """The page has gone."""
        super().on_close()
        if self._reading is not None:
            self._reading.cancel()
        if self._daemon is not None:
            self._daemon.close()

    def get_compression_options(self) -> dict:
        """Histories and tables are text of much repetition."""
        return {"compression_level": 1}

    @property
    def max_message_size(self) -> int:
        """The daemon's own limit."""
        return LIMIT_BYTES

    async def _read(self) -> None:
        while True:
            message = await self._daemon.read_message()
            if message is None:
                self.close(DAEMON_GONE, "the daemon ended")
                return
            try:
                await self.write_message(message, binary=isinstance(message, bytes))
            except WebSocketClosedError:
                return
