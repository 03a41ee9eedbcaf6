"""The service over HTTP against two others on the same data: requests per second and latency.

Needs ``wrk`` (Debian package). The others: Oxigraph's own server (command ``oxigraph``, package
``oxigraph``), which evaluates in its own process, and rdflib-endpoint, when ``--rdflib-endpoint``
names a Python that has it. Each cell is a median of short runs; the last columns are ratios to the
Oxigraph server in the same run. Only ratios mean something on another machine.

Then: how long others wait while hostile queries arrive without pause, and how long the service
takes from its start to its first answer.
"""

import argparse
import http.client
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import quote

from allygraph import queries
from allygraph.build import current_store
from allygraph.resources import root

JSON = "application/sparql-results+json"
SMALL = "SELECT ?p ?o { <https://w3id.org/allygraph/actor/japan> ?p ?o } LIMIT 6"
MEDIUM = (
    "SELECT ?claim ?of ?from { ?claim <https://w3id.org/allygraph/ns#holdingOf> ?of ; "
    "<https://w3id.org/allygraph/ns#from> ?from } LIMIT 1000"
)
SAVED = "membership/members-on"
HOSTILE = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
CLIENTS = (1, 8, 64)
# Addresses that nobody has asked before, so that no kept answer serves; from many clients behind
# one proxy, because the service lets no single one have more than half of its places.
SCRIPT = """
local number, salt = 0, os.time() * 1000 + math.floor(os.clock() * 1000)
local before, after, distinct = os.getenv("BEFORE"), os.getenv("AFTER"), os.getenv("DISTINCT")
request = function()
  number = number + 1
  local mark = distinct == "1" and ("%20%23" .. salt .. "." .. number) or ""
  wrk.headers["X-Forwarded-For"] = "10.0." .. number % 100 .. "." .. number % 200
  return wrk.format("GET", before .. mark .. after)
end
"""
RDFLIB_SERVER = """
import sys, uvicorn
from rdflib import Dataset
from rdflib_endpoint import SparqlEndpoint
graph = Dataset(default_union=True)
graph.parse(sys.argv[1], format="nquads")
uvicorn.run(SparqlEndpoint(graph=graph, path="/query"), port=int(sys.argv[2]), log_level="error")
"""


@dataclass(frozen=True)
class Result:
    """What a run has found: requests per second, and milliseconds."""

    rate: float
    p50: float
    p99: float


@dataclass(frozen=True)
class Service:
    """A running server: its name, and where SPARQL is answered."""

    name: str
    port: int
    path: str


@contextmanager
def running(name: str, command: Sequence[str], port: int, path: str) -> Iterator[Service]:
    """Start a server and wait until it answers."""
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet) as process:
        try:
            until_answered(port, f"{path}?query=ASK%7B%7D", 180.0)
            yield Service(name, port, path)
        finally:
            process.terminate()


def until_answered(port: int, address: str, seconds: float) -> None:
    """Ask until there is an answer."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        with suppress(OSError, http.client.HTTPException):
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            line.request("GET", address)
            if line.getresponse().status == 200:
                return
        time.sleep(0.005)
    raise SystemExit(f"port {port} does not answer")


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def load(port: int, address: str, clients: int, seconds: int, *, distinct: bool) -> Result:
    """Have wrk ask for an address; a comment that makes it distinct goes before its first ``&``."""
    before, mark, after = address.partition("&")
    told = {"BEFORE": before, "AFTER": mark + after, "DISTINCT": str(int(distinct))}
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(SCRIPT)
        script.flush()
        command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--latency", "-s", script.name]
        found = subprocess.run(
            [*command, "-H", f"Accept: {JSON}, */*;q=0.1", f"http://127.0.0.1:{port}"],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | told,
        ).stdout
    if refused := re.search(r"Non-2xx or 3xx responses: (\d+)", found):
        print(f"({refused[1]} refused)", end=" ")
    rate = re.search(r"Requests/sec:\s+([\d.]+)", found)
    if rate is None:
        raise SystemExit(found)
    return Result(float(rate[1]), _percentile(found, "50%"), _percentile(found, "99%"))


def _percentile(found: str, name: str) -> float:
    match = re.search(rf"{name}\s+([\d.]+)(us|ms|s)", found)
    return float(match[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[match[2]] if match else 0.0


def measured(service: Service, address: str, args: argparse.Namespace, *, distinct: bool) -> str:
    """Measure an address at each number of clients; keep the medians for the ratios."""
    cells = []
    for clients in CLIENTS:
        load(service.port, address, clients, 1, distinct=distinct)
        runs = [
            load(service.port, address, clients, args.seconds, distinct=distinct)
            for _ in range(args.runs)
        ]
        rate = median(run.rate for run in runs)
        RATES[service.name, clients] = rate
        base = RATES.get(("oxigraph", clients), 0.0)
        ratio = rate / base if base else 0.0
        p50, p99 = median(run.p50 for run in runs), median(run.p99 for run in runs)
        cells.append(f"{rate:>8.0f} {p50:>7.2f} {p99:>7.2f} {f'{ratio:.2f}' if ratio else '':>6}")
    return " |".join(cells)


RATES: dict[tuple[str, int], float] = {}


def table(services: Sequence[Service], args: argparse.Namespace) -> None:
    """Print the table of requests per second, milliseconds and ratios."""
    head = " |".join(
        f"{f'{clients} clients':>8} {'p50':>7} {'p99':>7} {'ratio':>6}" for clients in CLIENTS
    )
    print(f"{'':<34}{head}")
    saved = _plain(queries.load(SAVED).text)
    for title, query, distinct in (
        ("small, each query distinct", SMALL, True),
        ("small, repeated", SMALL, False),
        ("medium, each query distinct", MEDIUM, True),
        ("medium, repeated", MEDIUM, False),
        ("text of a saved query", saved, False),
    ):
        RATES.clear()
        for service in services:
            address = f"{service.path}?query={quote(query)}"
            print(f"{title + ', ' + service.name:<34}", flush=True, end="")
            print(measured(service, address, args, distinct=distinct), flush=True)
    ours = services[-1]
    pages = {
        "saved query by its address, ours": f"/q/{SAVED}.json",
        "thing page, ours": "/actor/japan.html",
        "document (Turtle), ours": "/actor/japan.ttl",
    }
    for title, address in pages.items():
        print(f"{title:<34}{measured(ours, address, args, distinct=False)}", flush=True)


def _plain(text: str) -> str:
    """Give a query without its comments, which would end at the mark that makes it distinct."""
    return "\n".join(line for line in text.split("\n") if not line.startswith("#")).strip()


def under_attack(service: Service, args: argparse.Namespace) -> Result:
    """Measure small distinct queries while two others send hostile ones without a pause."""
    done = threading.Event()

    def attack() -> None:
        number = 0
        while not done.is_set():
            number += 1
            line = http.client.HTTPConnection("127.0.0.1", service.port, timeout=30)
            with suppress(OSError, http.client.HTTPException):
                line.request("GET", f"{service.path}?query={quote(f'{HOSTILE} # {number}')}")
                line.getresponse().read()
            line.close()

    attackers = [threading.Thread(target=attack, daemon=True) for _ in range(2)]
    for attacker in attackers:
        attacker.start()
    time.sleep(1.0)
    found = load(
        service.port, f"{service.path}?query={quote(SMALL)}", 8, 3 * args.seconds, distinct=True
    )
    done.set()
    return found


def told(found: Result) -> str:
    """Give a result in words."""
    return f"{found.rate:.0f}/s, p50 {found.p50:.2f} ms, p99 {found.p99:.2f} ms"


def first_answer() -> float:
    """Give the seconds from the start of the command to the first answer to a query."""
    port = free_port()
    began = time.monotonic()
    with running("ours", ours_command(port), port, "/sparql"):
        return time.monotonic() - began


def ours_command(port: int) -> list[str]:
    """Give the command of the service, without limits among clients, for all come from here."""
    command = [sys.executable, "-m", "allygraph", "serve", "--port", str(port)]
    return [*command, "--rate", "0", "--work", "0", "--trust-forwarded"]


def rdflib_command(python: str, store: Path, port: int, folder: str) -> list[str]:
    """Give the command of rdflib-endpoint over a dump of the store."""
    dump = Path(folder) / "graph.nq"
    import pyoxigraph as ox

    ox.Store.read_only(str(store)).dump(str(dump), format=ox.RdfFormat.N_QUADS)
    return [python, "-c", RDFLIB_SERVER, str(dump), str(port)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=3, help="length of each run")
    parser.add_argument("--runs", type=int, default=3, help="runs of which the median is told")
    parser.add_argument("--short", action="store_true", help="one run of a second: a quick look")
    parser.add_argument("--rdflib-endpoint", metavar="PYTHON", help="a Python that has it")
    args = parser.parse_args()
    if args.short:
        args.seconds, args.runs = 1, 1
    if not shutil.which("wrk"):
        raise SystemExit("the program wrk is needed: apt-get install wrk")
    store = current_store(root())
    beside = shutil.which("oxigraph", path=Path(sys.executable).parent)
    oxigraph = shutil.which("oxigraph") or beside
    if oxigraph is None:
        raise SystemExit("the program oxigraph is needed: pip install oxigraph")
    ports = [free_port() for _ in range(3)]
    binary = [oxigraph, "serve-read-only", "--location", str(store), "--union-default-graph"]
    binary += ["--bind", f"127.0.0.1:{ports[0]}"]
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before")
    starts = [first_answer() for _ in range(1 if args.short else 5)]
    print(f"start to first answer: {median(starts):.2f} s")
    with (
        tempfile.TemporaryDirectory() as folder,
        running("oxigraph", binary, ports[0], "/query") as peer,
        running("ours", ours_command(ports[1]), ports[1], "/sparql") as ours,
    ):
        table([peer, ours], args)
        if args.rdflib_endpoint:
            command = rdflib_command(args.rdflib_endpoint, store, ports[2], folder)
            with running("rdflib-endpoint", command, ports[2], "/query") as slow:
                table([peer, slow, ours], args)
        calm = load(ours.port, f"/sparql?query={quote(SMALL)}", 8, args.seconds, distinct=True)
        found = under_attack(ours, args)
        print(f"8 clients, calm: {told(calm)}")
        print(f"8 clients, two hostile: {told(found)}")
    print(f"load {os.getloadavg()[0]:.1f} after; rates per second, times in milliseconds")


if __name__ == "__main__":
    main()
