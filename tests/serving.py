"""A service in a process of its own, over a small store, for the tests of the web."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_PROGRAM = """
import logging, sys
from pathlib import Path
from allygraph.web.pages import Example
from allygraph.web.server import serve
from allygraph.web.workers import Limits

logging.basicConfig(level=logging.INFO, format="%(message)s")
limits = Limits(deadline_s=float(sys.argv[2]), result_bytes=2_000_000, workers=3, long_workers=3)
example = Example("Who is <b>there</b>?", "One row for each & all.", "SELECT ?s { ?s ?p ?o }")
serve(
    Path(sys.argv[1]),
    host="127.0.0.1",
    port=0,
    announce=lambda address: print(address, flush=True),
    limits=limits,
    examples=(example,),
    access_log=True,
    follow=Path(sys.argv[3]) if len(sys.argv) > 3 else None,
)
"""


@dataclass
class Running:
    """A service that answers: where, and in which process."""

    address: str
    process: "subprocess.Popen[str]"

    @property
    def port(self) -> int:
        """The port of the address."""
        return int(self.address.rpartition(":")[2])

    def stop(self, number: int = signal.SIGINT) -> str:
        """Stop it as a user would; give what it wrote to its log."""
        self.process.send_signal(number)
        return self.process.communicate(timeout=10)[1]


@contextmanager
def serving(store: Path, deadline_s: float = 1.0, follow: Path | None = None) -> Iterator[Running]:
    """Start a service, and end it if the test has not."""
    followed = [] if follow is None else [str(follow)]
    with subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, str(store), str(deadline_s), *followed],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(_ROOT)},
    ) as process:
        try:
            assert process.stdout is not None
            yield Running(process.stdout.readline().strip(), process)
        finally:
            process.kill()
            process.communicate()
