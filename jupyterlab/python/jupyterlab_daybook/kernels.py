"""What a page asks of this server's kernels."""

import json
from typing import Any

from jupyter_server.base.handlers import APIHandler
from tornado import web

from .place import check_rights


class KernelsHandler(APIHandler):
    """`POST daybook/kernels` with the user's settings, `{"capture": bool, "survive": bool}`, or nothing.

    Answers which kernels are followed: `{"followed": {kernel id: why not, or null}}`.
    """

    def initialize(self, daybook: Any) -> None:
        """Handed in by the extension."""
        self._daybook = daybook

    @web.authenticated
    async def post(self) -> None:
        """Looks at once, so that a kernel that has just started is followed from its first cell."""
        await check_rights(self)
        wishes = self.get_json_body() or {}
        if not isinstance(wishes, dict) or not all(isinstance(wish, bool) for wish in wishes.values()):
            raise web.HTTPError(400, "The settings are true or false")
        await self._daybook.wish(wishes.get("capture"), wishes.get("survive"))
        self.finish(json.dumps({"followed": self._daybook.follower.followed}))
