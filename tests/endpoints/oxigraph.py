"""Oxigraph's own server, loaded by its own loader (the package ``oxigraph`` of PyPI)."""

import subprocess
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.endpoints import free_port, listens, process, program, wait_for

_ATTEMPTS = 3


@contextmanager
def running(folder: Path, quads: Path) -> Iterator[str]:
    """Load a file of N-Quads, serve it, and give the address of the endpoint."""
    beside_python = str(Path(sysconfig.get_path("scripts")) / "oxigraph")
    server = program(beside_python, "oxigraph", package="oxigraph (pip install oxigraph)")
    store = ["--location", str(folder / "store")]
    subprocess.run(
        [server, "load", *store, "--file", str(quads)], capture_output=True, timeout=120, check=True
    )
    for _ in range(_ATTEMPTS):
        port = free_port()
        bind = ["--bind", f"127.0.0.1:{port}", "--union-default-graph"]
        with process([server, "serve-read-only", *store, *bind], folder) as started:
            # Another process may have taken the port in between: then it ends, and we try anew.
            if wait_for(lambda port=port: listens(port), started):  # type: ignore[misc]
                yield f"http://127.0.0.1:{port}/query"
                return
    log = (folder / "output.log").read_text(encoding="utf-8", errors="replace")
    raise RuntimeError(f"oxigraph does not start:\n{log[-2000:]}")
