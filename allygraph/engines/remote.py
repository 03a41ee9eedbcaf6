"""The remote engine: any SPARQL endpoint, through SPARQLWrapper, in a process that can be killed.

The deadline holds for a whole call: looking up the name, waiting, reading, parsing, and all
retries. A time limit for each read, which is what HTTP libraries offer, is outlived by a server
that drips; here the process is ended.

Units: seconds and bytes. Source of the protocol: https://www.w3.org/TR/sparql11-protocol/.
"""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from allygraph.errors import (
    AllygraphError,
    DeadlineExceeded,
    RemoteError,
    ResultTooLarge,
    UnsafeQuery,
    UsageError,
)
from allygraph.results import Table, Value

USER_AGENT = "allygraph/0.1 (+https://w3id.org/allygraph/)"
_MEMORY_BYTES = 2_000_000_000
_ENTRY = "from allygraph.engines.fetch import main; main()"
_ERRORS: dict[str, type[AllygraphError]] = {
    "deadline": DeadlineExceeded,
    "query-unsafe": UnsafeQuery,
    "remote": RemoteError,
    "result-too-large": ResultTooLarge,
}


class RemoteEngine:
    """Ask an endpoint; its default graph is whatever it is configured to be.

    Args:
        url: address of the endpoint, http or https.
        deadline_s: whole time of one call.
        max_bytes: cap of one answer, as it comes over the wire.
        user_agent: who we say we are; public endpoints want a way to reach the asker.
        retries: how often to ask again after 429 or 503; ``Retry-After`` is honoured, and a wait
            that would pass the deadline is not begun.

    Raises:
        UsageError: the address is not http or https.
    """

    def __init__(
        self,
        url: str,
        *,
        deadline_s: float = 30.0,
        max_bytes: int = 50_000_000,
        user_agent: str = USER_AGENT,
        retries: int = 2,
    ) -> None:
        self._process: subprocess.Popen[str] | None = None
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError(f"'{url}' is not an endpoint", expected="http://… or https://…")
        if not user_agent.isprintable():
            raise UsageError("the user agent has control characters", expected="one line of text")
        self.url = url
        self._deadline_s = deadline_s
        self._order = {
            "url": url,
            "deadline_s": deadline_s,
            "max_bytes": max_bytes,
            "user_agent": user_agent,
            "retries": retries,
        }
        self._lock = threading.Lock()

    def select(self, query: str) -> Table:
        """Answer a SELECT query; the errors are those of `construct`."""
        found = self._ask("select", query)
        rows = [tuple(_term(cell) for cell in row) for row in found["rows"]]
        return Table(tuple(found["columns"]), rows)

    def ask(self, query: str) -> bool:
        """Answer an ASK query; the errors are those of `construct`."""
        return bool(self._ask("ask", query))

    def construct(self, query: str) -> list[Triple]:
        """Answer a CONSTRUCT or DESCRIBE query, sorted.

        Raises:
            DeadlineExceeded: the time was up, or the endpoint asks for a wait beyond it.
            ResultTooLarge: the answer is larger than allowed.
            UnsafeQuery: the text is an update.
            RemoteError: the endpoint cannot be reached, refuses, or sends what is no result.
        """
        triples = {Triple(*map(_term, row)) for row in self._ask("construct", query)}  # type: ignore[arg-type]
        return sorted(triples, key=str)

    def close(self) -> None:
        """End the process; a further query would start another."""
        with self._lock:
            self._end()

    def __enter__(self) -> "RemoteEngine":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        self._end()

    def _ask(self, form: str, query: str) -> Any:
        with self._lock:
            line, timed_out = self._exchange({**self._order, "form": form, "query": query})
        if timed_out:
            raise DeadlineExceeded(
                f"{self.url} did not answer within {self._deadline_s:g} s",
                expected="a narrower question, or a later deadline",
            )
        if not line.endswith("\n"):
            raise RemoteError(f"{self.url}: its answer ended the process that read it")
        reply = json.loads(line)
        if "error" in reply:
            raise _ERRORS[reply["kind"]](f"{self.url}: {reply['error']}")
        return reply["ok"]

    def _exchange(self, order: dict[str, Any]) -> tuple[str, bool]:
        """Give the line that the process answers, and whether the time was up first."""
        process = self._running()
        timed_out = threading.Event()

        def give_up() -> None:
            timed_out.set()
            process.kill()

        timer = threading.Timer(self._deadline_s, give_up)
        timer.start()
        line = ""
        try:
            if process.stdin and process.stdout:
                process.stdin.write(json.dumps(order) + "\n")
                process.stdin.flush()
                line = process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            timer.cancel()
            # Also after Ctrl-C: a process that still waits must not answer the next question.
            if not line.endswith("\n"):
                self._end()
        return line, timed_out.is_set() and not line.endswith("\n")

    def _running(self) -> "subprocess.Popen[str]":
        if self._process is None or self._process.poll() is not None:
            self._end()
            own = str(Path(__file__).resolve().parents[2])
            paths = dict.fromkeys([own, *(entry for entry in sys.path if entry)])
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _ENTRY, str(_MEMORY_BYTES)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(paths), "PYTHONUTF8": "1"},
                text=True,
                encoding="utf-8",
            )
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue


def _term(cell: list[str] | None) -> Value:
    if cell is None:
        return None
    kind, text, *more = cell
    if kind == "iri":
        return NamedNode(text)
    if kind == "blank":
        return BlankNode(text)
    language, datatype = more
    if language:
        return Literal(text, language=language)
    return Literal(text, datatype=NamedNode(datatype))
