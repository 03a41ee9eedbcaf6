"""Traps on this machine: an address and a file that tell whether anybody came."""

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_ROWS = json.dumps({"head": {"vars": []}, "results": {"bindings": []}}).encode()


class AddressTrap:
    """A port of the loopback addresses of both kinds; it answers a query with no rows.

    Args:
        port: the port.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.visits: list[str] = []


class _Handler(BaseHTTPRequestHandler):
    """Answers like an endpoint, or sends on to itself below ``/hop``."""

    trap: AddressTrap

    def do_GET(self):
        """Answer a query."""
        if self.path.startswith("/hop"):
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.1:{self.trap.port}/sparql")
        else:
            self.send_response(200)
            self.send_header("Content-Type", "application/sparql-results+json")
        self.send_header("Content-Length", str(len(_ROWS)))
        self.end_headers()
        self.wfile.write(_ROWS)

    def do_POST(self):
        """Answer a query in a body."""
        self.do_GET()

    def log_message(self, *_):
        """Stay silent."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def verify_request(self, request, client_address):
        """Count whoever connects, whatever is said then."""
        self.RequestHandlerClass.trap.visits.append(str(client_address))
        return super().verify_request(request, client_address)


class _Server6(_Server):
    address_family = socket.AF_INET6


@contextmanager
def address_trap() -> Iterator[AddressTrap]:
    """Listen on a port of 127.0.0.1 and, where there is one, of ::1."""
    handler = type("Handler", (_Handler,), {})
    with ExitStack() as stack:
        server = stack.enter_context(_Server(("127.0.0.1", 0), handler))
        handler.trap = AddressTrap(server.server_address[1])
        servers = [server]
        with suppress(OSError):
            servers.append(stack.enter_context(_Server6(("::1", handler.trap.port), handler)))
        for one in servers:
            threading.Thread(target=one.serve_forever, args=(0.05,), daemon=True).start()
        yield handler.trap
        for one in servers:
            one.shutdown()


class FileTrap:
    """A named pipe: who opens it to read is noticed, and gets a word that nothing else contains.

    Args:
        path: where the pipe is made.
    """

    word = "canary-of-the-file-trap"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.visits = 0
        self._ends = threading.Event()
        os.mkfifo(path)
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    def _watch(self) -> None:
        while not self._ends.is_set():
            try:
                pipe = os.open(self.path, os.O_WRONLY | os.O_NONBLOCK)
            except OSError:  # nobody reads
                time.sleep(0.002)
                continue
            self.visits += 1
            with suppress(BrokenPipeError):
                os.write(pipe, f"{self.word}\n".encode())
            os.close(pipe)
            time.sleep(0.05)

    def close(self) -> None:
        """Watch no longer."""
        self._ends.set()
        self._watcher.join()
