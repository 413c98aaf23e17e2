"""The line of a worker to a daemon on another machine: TLS, with the one certificate that the invitation names.

An invitation is one word, `https://HOST:PORT/k/TOKEN#sha256=HEX`. The certificate is the daemon's own and nobody
vouches for it; its SHA-256 does, which came the same way as the token. Nothing is sent before it was compared.
Proxies are never used.
"""

import hashlib
import hmac
import http.client
import ssl
import threading
from typing import Dict, Optional, Tuple
from urllib.parse import urlsplit

from ..connection import Unreachable

Answer = Tuple[int, Dict[str, str], bytes]
"""Status, headers in lower case, body."""


class PinnedLine:
    """Requests to one daemon; safe for several threads, each has a connection of its own."""

    def __init__(self, invitation: str, timeout_s: float = 60.0) -> None:
        parts = urlsplit(invitation)
        fingerprint = parts.fragment[len("sha256=") :] if parts.fragment.startswith("sha256=") else ""
        if parts.scheme != "https" or not parts.hostname or len(fingerprint) != 64:
            raise ValueError("an invitation looks like https://HOST:PORT/k/TOKEN#sha256=…, and this one does not")
        self.address = "https://%s" % parts.netloc
        self.path = parts.path
        self._host = parts.hostname
        self._port = parts.port or 443
        self._fingerprint = fingerprint.lower()
        self._timeout_s = timeout_s
        self._own = threading.local()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._context.check_hostname = False
        self._context.verify_mode = ssl.CERT_NONE

    def request(self, method: str, path: str, headers: Dict[str, str], body: Optional[bytes]) -> Answer:
        """Raises Unreachable if there is no answer; a connection that was closed while idle is opened again once."""
        known = getattr(self._own, "connection", None) is not None
        for fresh in (False, True) if known else (True,):
            try:
                return self._once(method, path, headers, body)
            except (OSError, http.client.HTTPException) as error:
                self._own.connection = None
                if fresh or isinstance(error, TimeoutError):
                    raise Unreachable(_plain(error)) from error
        raise Unreachable("no answer")

    def _once(self, method: str, path: str, headers: Dict[str, str], body: Optional[bytes]) -> Answer:
        connection = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._connect()
            self._own.connection = connection
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        data = response.read()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, data

    def _connect(self) -> http.client.HTTPSConnection:
        connection = http.client.HTTPSConnection(
            self._host, self._port, timeout=self._timeout_s, context=self._context
        )
        connection.connect()
        certificate = connection.sock.getpeercert(True) if isinstance(connection.sock, ssl.SSLSocket) else None
        found = hashlib.sha256(certificate or b"").hexdigest()
        if not hmac.compare_digest(found, self._fingerprint):
            connection.close()
            raise ssl.SSLError("somebody else answers there: its certificate is not the one of the invitation")
        return connection


def _plain(error: BaseException) -> str:
    """What went wrong, in the system's words and without its numbers."""
    words = getattr(error, "strerror", None) or (error.args[-1] if error.args else None) or type(error).__name__
    return str(words).strip()
