"""Asks the daemon of a project, as this server."""

import json
from typing import Any, Dict

from tornado.httpclient import AsyncHTTPClient, HTTPClientError

from .daemon import Daemon, Problem, ensure_daemon

_daemons: Dict[str, Daemon] = {}


async def ask(root: str, method: str, params: Dict[str, Any]) -> Any:
    """The answer to one question. The daemon is started where none runs, or where it has ended since.

    Raises Problem with the daemon's words.
    """
    known = _daemons.get(root)
    if known is not None:
        try:
            return await _post(known, method, params)
        except OSError:
            del _daemons[root]
    _daemons[root] = await ensure_daemon(root)
    try:
        return await _post(_daemons[root], method, params)
    except OSError as error:
        raise Problem("The Daybook daemon of %r does not answer: %s" % (root, error)) from error


async def _post(daemon: Daemon, method: str, params: Dict[str, Any]) -> Any:
    try:
        response = await AsyncHTTPClient().fetch(
            daemon.url + "/api/" + method,
            method="POST",
            headers={"Authorization": "Bearer " + daemon.token, "Content-Type": "application/json"},
            body=json.dumps(params),
            request_timeout=60,
        )
        return json.loads(response.body)
    except HTTPClientError as error:
        if error.response is None or error.code == 599:
            raise OSError(str(error)) from error
        try:
            told = json.loads(error.response.body)
        except ValueError:
            raise Problem("The Daybook daemon answered with %d" % error.code) from error
        raise Problem(str(told.get("message")), told.get("hint")) from error
