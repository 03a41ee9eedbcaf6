"""Build, saved queries and the command, against plain rdflib: same files, same query texts.

All times are CPU seconds (user and system, all threads) of one run on one machine: they hold still
when the machine is busy. Ratios are rdflib's time by ours, so more is better. The rows of every
query are compared; a difference ends the run with exit code 1.

rdflib gets a limit for each query; where it reaches that, the ratio is a lower bound and the rows
are not compared. It has no part that derives holdings: its build reads the same files, gets the
derived quads as a file, and stores all as N-Quads. For queries it gets the finished graph.
"""

import argparse
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median
from typing import Any

from pyoxigraph import Quad, RdfFormat, Store, serialize

from allygraph import queries, resources
from allygraph.build import build
from allygraph.engines.memory import RdflibEngine
from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.graph import source_files, source_quads
from allygraph.names import graph_iri
from allygraph.results import Table

COLD = "membership/members-on"
GIVEN = "rdflib is given the derived quads, and stores N-Quads"
SLOW = 2.0
"""A query that takes rdflib longer than this many seconds is run once by it."""
RDFLIB_COLD = """
import sys
from rdflib import Graph
graph = Graph().parse(sys.argv[1], format="nt")
for row in graph.query(open(sys.argv[2], encoding="utf-8").read()):
    print(*row)
"""
Row = tuple[str, float, float, str]


def main() -> int:
    """Measure, print a table, and tell by the exit code whether all rows were equal."""
    parser = argparse.ArgumentParser(description="Measure against plain rdflib.")
    parser.add_argument("--repeat", type=int, default=5, help="runs of each; the median counts")
    parser.add_argument("--limit-s", type=float, default=30, help="for rdflib, each query")
    options = parser.parse_args()
    repeat = options.repeat
    with tempfile.TemporaryDirectory() as folder:
        resources.use_home(Path(folder))
        first = _builds(repeat, Path(folder))
        engine = OxigraphEngine.open(build().store)
        graph = Path(folder, "graph.nt")
        triples = {quad.triple for quad in engine.store}
        graph.write_bytes(serialize(triples, format=RdfFormat.N_TRIPLES) or b"")
        size = f"{len(source_files(resources.root()))} files, {len(engine.store)} quads"
        print(f"{size}, rdflib's graph: {len(triples)} triples; CPU seconds, median of {repeat}\n")
        asked, unequal = _queries(engine, repeat, options.limit_s)
        rows = [*first, *_commands(repeat, Path(folder), graph), *asked]
    _print(rows)
    ratios = [theirs / ours for _, ours, theirs, _ in asked]
    print(f"\nsaved queries: {median(ratios):.0f} times faster (median of {len(ratios)})")
    for name in unequal:
        print(f"NOT EQUAL: {name}", file=sys.stderr)
    return 1 if unequal else 0


def _builds(repeat: int, home: Path) -> list[Row]:
    """Time reading the files, and the whole way from the files to a stored graph."""
    root = resources.root()
    files = source_files(root)
    derived = home / "derived.nq"

    def read(_: int) -> None:
        Store().bulk_extend(source_quads(root, files))

    def make(number: int) -> None:
        resources.use_home(home / str(number))
        build()

    def read_by_rdflib(_: int) -> Any:
        from rdflib import Dataset, URIRef

        dataset = Dataset(default_union=True)
        for path in files:
            name = URIRef(graph_iri(path.relative_to(root).as_posix()))
            dataset.graph(name).parse(path, format="turtle")
        return dataset

    def make_by_rdflib(_: int) -> None:
        dataset = read_by_rdflib(0)
        dataset.parse(derived, format="nquads")
        dataset.serialize(home / "all.nq", format="nquads")

    ours = median(_timed(make, repeat))
    resources.use_home(home / "0")
    quads = (q for q in Store.read_only(str(build().store)) if _is_derived(q))
    derived.write_bytes(serialize(quads, format=RdfFormat.N_QUADS) or b"")
    few = min(repeat, 3)
    return [
        ("read the files", median(_timed(read, repeat)), median(_timed(read_by_rdflib, few)), ""),
        ("build: read, derive, store", ours, median(_timed(make_by_rdflib, few)), GIVEN),
    ]


def _is_derived(quad: Quad) -> bool:
    return str(quad.graph_name).startswith(f"<{graph_iri('derived/')}")


def _queries(engine: OxigraphEngine, repeat: int, limit_s: float) -> tuple[list[Row], list[str]]:
    """Time every saved query as it lies in its file, warm, on both; compare the rows."""
    reference = RdflibEngine(engine.store)
    rows: list[Row] = []
    unequal = []
    for query in queries.catalogue():

        def ours(_: int, text: str = query.text) -> Any:
            return engine.select(text)

        def theirs(_: int, text: str = query.text) -> Any:
            return list(reference.graph.query(text))

        answer = engine.select(query.text)
        note = f"{len(answer)} rows"
        try:
            slow = [_limited(theirs, limit_s)]
        except TimeoutError:
            slow, note = [limit_s], f"{note}; rdflib was stopped, not compared"
        else:
            slow += _timed(theirs, min(repeat, 3) - 1) if slow[0] < SLOW else []
            if not _equal(answer, reference.select(query.text)):
                unequal.append(query.name)
        rows.append((query.name, median(_timed(ours, max(repeat, 20))), median(slow), note))
    return rows, unequal


def _limited(run: Callable[[int], Any], limit_s: float) -> float:
    """Time one run; after so much CPU time it is stopped by a TimeoutError."""

    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, limit_s)
    try:
        return _timed(run, 1)[0]
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _equal(one: Table, other: Table) -> bool:
    return sorted(map(str, one.rows)) == sorted(map(str, other.rows))


def _commands(repeat: int, home: Path, graph: Path) -> Iterable[Row]:
    """Time the command in a process of its own, and the same answer by a script on rdflib."""
    ally = [sys.executable, "-m", "allygraph", "--home", str(home / "0")]
    text = home / "query.rq"
    text.write_text(queries.load(COLD).text, encoding="utf-8")
    script = [sys.executable, "-c", RDFLIB_COLD, str(graph), str(text)]
    yield "ally --help", _children([*ally, "--help"], repeat), float("nan"), "process"
    cold = _children([*ally, "query", COLD], repeat)
    yield f"ally query {COLD}", cold, _children(script, 1), "process; rdflib parses first"


def _timed(run: Callable[[int], Any], repeat: int) -> list[float]:
    times = []
    for number in range(repeat):
        start = time.process_time()
        run(number)
        times.append(time.process_time() - start)
    return times


def _children(command: list[str], repeat: int) -> float:
    """Give the median CPU seconds of a command; once before, to warm the disk."""
    times = []
    for _ in range(repeat + 1):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, capture_output=True, env={**os.environ})
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return median(times[1:])


def _print(rows: list[Row]) -> None:
    width = max(len(name) for name, *_ in rows)
    print(f"{'':<{width}}  {'allygraph':>10}  {'rdflib':>10}  {'ratio':>7}")
    for name, ours, theirs, note in rows:
        numbers = f"{_seconds(ours):>10}  {_seconds(theirs):>10}"
        ratio = f"{theirs / ours:.1f}" if theirs == theirs else ""
        print(f"{name:<{width}}  {numbers}  {ratio:>7}  {note}")


def _seconds(value: float) -> str:
    return "" if value != value else f"{value * 1000:.2f} ms"


if __name__ == "__main__":
    sys.exit(main())
