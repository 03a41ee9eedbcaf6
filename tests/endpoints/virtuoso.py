"""Virtuoso 7, loaded by its own loader: no root, no service, its database in a folder of the test.

Source of the settings: the manual's chapter "Virtuoso configuration file"; Debian calls its
programs ``virtuoso-t`` and ``isql-vt`` (package ``virtuoso-opensource-7-bin``). The optimiser is
given 50 layouts to try instead of 1000: it otherwise thinks for seconds about one of our queries.
"""

import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.endpoints import free_port, listens, process, program, wait_for

_PACKAGE = "Debian's virtuoso-opensource-7-bin"
_SETTINGS = """\
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
FileExtend = 200
TempStorage = TempDatabase
[TempDatabase]
DatabaseFile = temp.db
TransactionFile = temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql_port}
DisableUnixSocket = 1
ServerThreads = 10
CheckpointInterval = 0
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
ThreadsPerQuery = 1
MaxOptimizeLayouts = 50
AsyncQueueMaxThreads = 2
DirsAllowed = {load}
[HTTPServer]
ServerPort = 127.0.0.1:{http_port}
ServerRoot = {load}
ServerThreads = 4
[SPARQL]
ResultSetMaxRows = 1000000
"""
_ATTEMPTS = 3


@contextmanager
def running(folder: Path, quads: Path) -> Iterator[str]:
    """Start Virtuoso, load a file of N-Quads, and give the address of its endpoint."""
    server = program("virtuoso-t", package=_PACKAGE)
    isql = program("isql-vt", "isql-v", package=_PACKAGE)
    load = folder / "load"
    load.mkdir()
    shutil.copy(quads, load / "all.nq")
    for attempt in range(_ATTEMPTS):
        home = folder / f"attempt-{attempt}"
        home.mkdir()
        sql_port, http_port = free_port(), free_port()
        settings = _SETTINGS.format(sql_port=sql_port, http_port=http_port, load=load)
        (home / "virtuoso.ini").write_text(settings, encoding="utf-8")
        command = [server, "+configfile", "virtuoso.ini", "+foreground", "+wait"]
        with process(command, home) as started:
            # Another process may have taken a port in between: then it ends, and we try anew.
            if wait_for(lambda port=http_port: listens(port), started):  # type: ignore[misc]
                _load(isql, sql_port, load)
                yield f"http://127.0.0.1:{http_port}/sparql"
                return
    log = (home / "virtuoso.log").read_text(encoding="utf-8", errors="replace")
    raise RuntimeError(f"Virtuoso does not start:\n{log[-2000:]}")


def _load(isql: str, port: int, folder: Path) -> None:
    """Load the files of a folder with the bulk loader, and see that each was loaded whole."""
    password = secrets.token_hex(16)
    _say(isql, port, "dba", f"user_set_password ('dba', '{password}');")
    told = _say(
        isql,
        port,
        password,
        f"ld_dir ('{folder}', '*.nq', 'urn:graph:none'); rdf_loader_run (); checkpoint;"
        "select concat ('state ', ll_state, ' ', coalesce (ll_error, 'fine'))"
        " from DB.DBA.LOAD_LIST;",
    )
    if "state 2 fine" not in told:
        raise RuntimeError(f"Virtuoso does not load:\n{told[-2000:]}")


def _say(isql: str, port: int, password: str, text: str) -> str:
    command = [isql, f"127.0.0.1:{port}", "dba", password, f"exec={text}"]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
