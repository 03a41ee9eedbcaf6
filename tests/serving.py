"""A service in a process of its own, over a small store, for the tests of the web."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

_ROOT = Path(__file__).resolve().parent.parent
_PROGRAM = """
import json, sys
from pathlib import Path
from allygraph.web.examples import Example
from allygraph.web.budgets import Allowance
from allygraph.web.process import set_up_log
from allygraph.web.server import serve
from allygraph.web.settings import Settings
from allygraph.web.patience import Patience
from allygraph.web.workers import Limits

set_up_log()
told = json.loads(sys.argv[1])
limits = Limits(
    deadline_s=told.pop("deadline_s"), result_bytes=2_000_000, workers=3, long_workers=3
)
example = Example("Who is <b>there</b>?", "One row for each & all.", "SELECT ?s { ?s ?p ?o }")
patience = Patience(**told.pop("patience"))
follow = told.pop("follow", None)
spend = {name: Allowance(*told.pop(name, (0, 0))) for name in ("per_client", "pages_per_client")}
settings = Settings(
    Path(told.pop("store")),
    port=0,
    limits=limits,
    patience=patience,
    examples=(example,),
    access_log=True,
    follow=follow and Path(follow),
    **spend,
    **told,
)
serve(settings, lambda address: print(address, flush=True))
"""


@dataclass
class Running:
    """A service that answers: where, and in which process."""

    address: str
    process: "subprocess.Popen[str]"
    log: Path

    @property
    def port(self) -> int:
        """The port of the address."""
        return int(self.address.rpartition(":")[2])

    def stop(self, number: int = signal.SIGINT) -> str:
        """Stop it as a user would; give what it wrote to its log."""
        self.process.send_signal(number)
        self.process.communicate(timeout=10)
        return self.log.read_text(encoding="utf-8")


@contextmanager
def serving(
    store: Path, deadline_s: float = 1.0, patience: dict[str, float] | None = None, **more: Any
) -> Iterator[Running]:
    """Start a service, and end it if the test has not.

    Args:
        store: folder of the store.
        deadline_s: of a query.
        patience: fields of ``Patience`` that differ from the default.
        more: fields of ``Settings``.
    """
    told = {"store": str(store), "deadline_s": deadline_s, "patience": patience or {}, **more}
    told |= {name: str(value) for name, value in more.items() if isinstance(value, Path)}
    # The log goes to a file: a pipe that nobody reads would stop the service when it is full.
    with (
        NamedTemporaryFile(suffix=".log") as log,
        subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, json.dumps(told)],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=os.environ | {"PYTHONPATH": str(_ROOT)},
        ) as process,
    ):
        try:
            assert process.stdout is not None
            yield Running(process.stdout.readline().strip(), process, Path(log.name))
        finally:
            process.kill()
            process.communicate()
