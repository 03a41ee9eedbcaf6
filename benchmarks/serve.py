"""Small lookups over HTTP: requests per second and latency, as ratios against two others.

The others: rdflib evaluating the same queries in its own process, without any HTTP; and, where
the command ``oxigraph`` is installed, Oxigraph's own server over the same store, which has no
process of its own for a query and so shows what safety costs. The rows of all three are compared.
The last line says what one attacker, who asks a product of four scans all the time, costs others.

Run it on an idle machine; only the ratios mean something elsewhere.
"""

import argparse
import asyncio
import http.client
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from urllib.parse import quote

import pyoxigraph as ox

from allygraph.build import current_store
from allygraph.engines.memory import RdflibEngine
from allygraph.names import PREFIXES

PRODUCT = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
LOOKUP = "SELECT ?p ?o WHERE {{ <{}> ?p ?o }} ORDER BY ?p ?o"
SERVER = """
import sys
from pathlib import Path
from allygraph.web.server import serve
from allygraph.web.settings import Settings
serve(Settings(Path(sys.argv[1]), port=int(sys.argv[2])), lambda _: None)
"""


def lookups(store: ox.Store, count: int) -> list[str]:
    """Give lookups of things that exist, spread over the store."""
    kind = ox.NamedNode(f"{PREFIXES['rdf']}type")
    things = {q.subject for q in store.quads_for_pattern(None, kind, None)}
    names = sorted(thing.value for thing in things if isinstance(thing, ox.NamedNode))
    return [LOOKUP.format(name) for name in names[:: max(1, len(names) // count)]][:count]


@contextmanager
def running(command: list[str], port: int, path: str) -> Iterator[tuple[int, str]]:
    """Start a server and wait until it answers."""
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet) as process:
        try:
            for _ in range(200):
                try:
                    rows(port, path, "ASK {}")
                    break
                except OSError:
                    time.sleep(0.05)
            yield port, path
        finally:
            process.terminate()


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def rows(port: int, path: str, query: str) -> int:
    """Ask once; give the number of rows."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    line.request("GET", f"{path}?query={quote(query)}", headers={"Accept": "application/json"})
    answer = json.loads(line.getresponse().read())
    line.close()
    return len(answer.get("results", {}).get("bindings", []))


async def load(
    port: int, path: str, queries: list[str], clients: int, seconds: float
) -> list[float]:
    """Ask over kept connections until the time is up; give the seconds of each answer."""
    ends = time.monotonic() + seconds
    spent: list[float] = []
    texts = [
        f"GET {path}?query={quote(query)} HTTP/1.1\r\nHost: localhost\r\n"
        "Accept: application/sparql-results+json\r\n\r\n".encode()
        for query in queries
    ]

    async def client(first: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        number = first
        while (began := time.monotonic()) < ends:
            writer.write(texts[number % len(texts)])
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise SystemExit(f"an answer was {head[:40]!r}")
            await read_body(reader, head.lower())
            spent.append(time.monotonic() - began)
            number += clients
        writer.close()

    await asyncio.gather(*(client(number) for number in range(clients)))
    return sorted(spent)


async def read_body(reader: asyncio.StreamReader, head: bytes) -> None:
    """Read a body of known length, or one in chunks."""
    if b"content-length: " in head:
        await reader.readexactly(int(head.split(b"content-length: ")[1].split(b"\r")[0]))
        return
    while size := int(await reader.readline(), 16):
        await reader.readexactly(size + 2)
    await reader.readline()


async def attack(port: int, path: str) -> None:
    """Ask a product again and again."""
    text = f"GET {path}?query={quote(PRODUCT)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    while True:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(text)
        await reader.readuntil(b"\r\n\r\n")
        writer.close()


async def load_under_attack(
    port: int, path: str, queries: list[str], seconds: float
) -> list[float]:
    """Measure eight clients while another one attacks."""
    attacker = asyncio.ensure_future(attack(port, path))
    await asyncio.sleep(0.5)
    spent = await load(port, path, queries, 8, seconds)
    attacker.cancel()
    return spent


def rdflib_seconds(store: ox.Store, queries: list[str]) -> tuple[list[float], list[int]]:
    """Evaluate the queries once each with rdflib; give the times and the numbers of rows."""
    engine = RdflibEngine(store)
    engine.select(queries[0])
    spent, counts = [], []
    for query in queries:
        began = time.monotonic()
        counts.append(len(engine.select(query)))
        spent.append(time.monotonic() - began)
    return sorted(spent), counts


def report(name: str, spent: list[float], base: float, seconds: float) -> None:
    """Print one line of the table."""
    rate = len(spent) / seconds
    p99 = 1000 * spent[int(0.99 * len(spent))]
    print(f"{name:<34}{rate / base:>8.2f} x{1000 * median(spent):>10.2f}{p99:>10.2f}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=5.0, help="length of each run")
    seconds = parser.parse_args().seconds
    path = current_store()
    store = ox.Store.read_only(str(path))
    queries = lookups(store, 200)
    spent, counts = rdflib_seconds(store, queries)
    base = 1 / (sum(spent) / len(spent))
    print(f"{len(store)} quads, {len(queries)} lookups, {sum(counts)} rows")
    print(f"{'':<34}{'requests':>10}{'p50 ms':>10}{'p99 ms':>10}")
    report("rdflib, in its own process", spent, base, sum(spent))
    port = free_port()
    ours = running([sys.executable, "-c", SERVER, str(path), str(port)], port, "/sparql")
    with ours as address:
        check(address, queries, counts)
        for clients in (1, 8, 32):
            found = asyncio.run(load(*address, queries, clients, seconds))
            report(f"ally serve, {clients} clients", found, base, seconds)
        found = asyncio.run(load_under_attack(*address, queries, seconds))
        report("ally serve, 8 clients, 1 attacker", found, base, seconds)
    if command := shutil.which("oxigraph") or shutil.which(
        "oxigraph", path=Path(sys.executable).parent
    ):
        port = free_port()
        serve = [command, "serve-read-only", "--location", str(path), "--bind", f"127.0.0.1:{port}"]
        with running([*serve, "--union-default-graph"], port, "/query") as address:
            check(address, queries, counts)
            for clients in (1, 8, 32):
                found = asyncio.run(load(*address, queries, clients, seconds))
                report(f"oxigraph serve, {clients} clients", found, base, seconds)


def check(address: tuple[int, str], queries: list[str], counts: list[int]) -> None:
    """End the run when the rows differ."""
    found = [rows(*address, query) for query in queries]
    if found != counts:
        raise SystemExit(f"the rows differ: {sum(found)} instead of {sum(counts)}")


if __name__ == "__main__":
    main()
