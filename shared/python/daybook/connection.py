"""One keep-alive HTTP connection to a daemon on this machine. Proxies are never used."""

import ctypes
import http.client
import ipaddress
import socket
from typing import Dict, Optional, Tuple
from urllib.parse import urlsplit


class Unreachable(Exception):
    """The daemon did not answer."""


def is_loopback(url: str) -> bool:
    """Whether an address is plain HTTP to this very machine."""
    try:
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname or parts.port is None:
            return False
        if parts.username is not None or parts.hostname == "localhost":
            return parts.username is None
        return ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        return False


class Connection:
    """A connection to `url`, opened when first used and again when it was lost. Not for two threads at once."""

    def __init__(self, url: str, timeout_s: float = 5.0) -> None:
        if not is_loopback(url):
            raise ValueError("Cannot connect to %r: it must be http:// on this machine" % url)
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._port = parts.port or 80
        self._prefix = parts.path.rstrip("/")
        self._timeout_s = timeout_s
        self._http: Optional[http.client.HTTPConnection] = None
        self._response: Optional[http.client.HTTPResponse] = None

    def post(self, path: str, body: bytes, headers: Dict[str, str]) -> Tuple[int, bytes]:
        """Posts and returns status and answer (at most 1 MiB of it).

        Raises Unreachable if there is no answer. A connection that the other side closed while it was
        idle is opened again once.
        """
        fresh = self._http is None
        try:
            return self._once(path, body, headers)
        except (OSError, http.client.HTTPException) as first:
            self.close()
            if fresh or isinstance(first, socket.timeout):
                raise Unreachable(str(first)) from first
        try:
            return self._once(path, body, headers)
        except (OSError, http.client.HTTPException) as second:
            self.close()
            raise Unreachable(str(second)) from second

    def close(self) -> None:
        """Closes what is open; the next post opens it again."""
        http_connection, self._http = self._http, None
        if http_connection is not None:
            try:
                http_connection.close()
            except OSError:
                pass

    def abandon(self) -> None:
        """In a forked child: lets go of the parent's connection without touching it.

        The parent's thread may have been reading when the fork came. Its buffer is then locked for ever in
        the child, and closing it, or having it collected, would wait for that lock.
        """
        http_connection, self._http = self._http, None
        if http_connection is not None:
            for kept in (http_connection, self._response):
                ctypes.pythonapi.Py_IncRef(ctypes.py_object(kept))

    def _once(self, path: str, body: bytes, headers: Dict[str, str]) -> Tuple[int, bytes]:
        if self._http is None:
            self._http = http.client.HTTPConnection(self._host, self._port, timeout=self._timeout_s)
        self._http.request("POST", self._prefix + path, body, headers)
        response = self._response = self._http.getresponse()
        answer = response.read(1 << 20)
        if not response.isclosed():
            self.close()
        return response.status, answer
