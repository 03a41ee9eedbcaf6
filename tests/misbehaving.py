"""A server on this machine that misbehaves in every way we know of, for the remote engine."""

import itertools
import json
import time
from collections import Counter
from contextlib import suppress
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

JSON = "application/sparql-results+json"
ROWS = {
    "head": {"vars": ["x", "y"]},
    "results": {
        "bindings": [
            {"x": {"type": "uri", "value": "http://example.org/a"}},
            {
                "x": {"type": "literal", "value": "héllo", "xml:lang": "fr"},
                "y": {"type": "bnode", "value": "b1"},
            },
        ]
    },
}
ENTITIES = """<?xml version="1.0"?><!DOCTYPE sparql [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;">]>
<sparql xmlns="http://www.w3.org/2005/sparql-results#"><head/><boolean>true</boolean></sparql>"""


class Misbehaving(BaseHTTPRequestHandler):
    """A SPARQL endpoint whose path says what is wrong with it."""

    protocol_version = "HTTP/1.1"
    seen: ClassVar[Counter[str]] = Counter()
    last: ClassVar[dict[str, str]] = {}

    def do_GET(self):
        """Answer a query in the address."""
        self._answer(urlsplit(self.path).query)

    def do_POST(self):
        """Answer a query in the body."""
        self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def log_message(self, *_):
        """Stay silent."""

    def _answer(self, fields):
        path = urlsplit(self.path).path
        Misbehaving.seen[path] += 1
        Misbehaving.last = {
            "method": self.command,
            "agent": self.headers["User-Agent"],
            "query": parse_qs(fields).get("query", [""])[0],
            "fields": fields,
        }
        with suppress(ConnectionError):
            getattr(self, path.replace("-", "_").replace("/", "_", 1).partition("/")[0])(
                Misbehaving.seen[path]
            )

    def _send(self, status, body=b"", kind=JSON, **headers):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def _rows(self, _):
        self._send(200, json.dumps(ROWS).encode())

    def _capped(self, _):
        self._send(200, json.dumps(ROWS).encode(), X_Truncated="true", X_Truncated_Rows="2")

    def _yes(self, _):
        self._send(200, b'{"head":{},"boolean":true}')

    def _graph(self, _):
        self._send(200, b"<a> <b> 'c' , 'd' . [] <b> 'e' .", "text/turtle; charset=utf-8")

    def _busy_once(self, times):
        if times == 1:
            self._send(429, b"slow down", "text/plain", Retry_After="1")
        else:
            self._rows(times)

    def _busy_by_date(self, times):
        if times == 1:
            self._send(503, Retry_After=formatdate(time.time() + 1, usegmt=True))
        else:
            self._rows(times)

    def _busy_for_hours(self, _):
        self._send(429, Retry_After="7200")

    def _busy_for_ever(self, _):
        self._send(503, Retry_After="0")

    def _silent(self, _):
        time.sleep(8)

    def _drip(self, _):
        self.send_response(200)
        self.send_header("Content-Type", JSON)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        for _ in itertools.count():
            self.wfile.write(b" ")
            time.sleep(0.1)

    def _endless(self, _):
        self.send_response(200)
        self.send_header("Content-Type", JSON)
        self.send_header("Connection", "close")
        self.end_headers()
        for _ in itertools.count():
            self.wfile.write(b" " * 65_536)

    def _html(self, _):
        self._send(200, b"<html><h1>Please log\nin</h1></html>", "text/html")

    def _failing(self, _):
        self._send(500, b"<html>" + b"x" * 1_000_000, "text/html")

    def _refusing(self, _):
        self._send(400, b"Parse error at line 1", "text/plain")

    def _to_file(self, _):
        self._send(302, Location="file:///etc/passwd")

    def _to_ftp(self, _):
        self._send(301, Location="ftp://127.0.0.1/x")

    def _to_rows(self, _):
        self._send(307, Location="/rows")

    def _round_and_round(self, _):
        self._send(302, Location=f"/round-and-round/{time.monotonic_ns()}")

    def _nowhere(self, _):
        self._send(302)

    def _cut(self, _):
        self._send(200, b'{"head":{"vars":["x"]},"results":{"bindings":[{"x"')

    def _nested(self, _):
        self._send(200, b'{"head":{"vars":["x"]},"results":' + b"[" * 60_000)

    def _entities(self, _):
        self._send(200, ENTITIES.encode(), "application/sparql-results+xml")

    def _packed(self, _):
        self._send(200, b"\x1f\x8b", Content_Encoding="gzip")

    def _json_ld(self, _):
        self._send(200, b'{"@context": "http://127.0.0.1:1/x"}', "application/ld+json")
