"""Hostile shapes: each is refused or stopped, with a reason; nothing is fetched, nothing hangs."""

import csv
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

import allygraph.shacl as shacl
from allygraph.shacl import LimitHit, Refused, validate

FOLDER = Path(__file__).parent / "shacl" / "hostile"
with (FOLDER / "cases.tsv").open(encoding="utf-8", newline="") as table:
    CASES = list(csv.DictReader(table, delimiter="\t"))
DEADLINE = 20.0
SHORT = 1.0
MEMORY = 2_000_000_000
HEAD = "@prefix ex: <http://example.org/> . @prefix sh: <http://www.w3.org/ns/shacl#> . "


class Trap:
    """A listener on this machine that counts who comes."""

    def __init__(self):
        self.visits = 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            try:
                visitor, _ = self.socket.accept()
            except OSError:
                return
            self.visits += 1
            visitor.close()


@pytest.fixture(scope="module")
def trap():
    """The one listener of this file."""
    made = Trap()
    yield made
    made.socket.close()


def quads(text, trap=None):
    """Parse Turtle; TRAP is the address of the listener."""
    address = trap.address if trap else "http://127.0.0.1:9"
    return list(parse(input=text.replace("TRAP", address), format=RdfFormat.TURTLE))


def hostile(name, trap=None):
    """Parse one file of the folder."""
    return quads((FOLDER / f"{name}.ttl").read_text(encoding="utf-8"), trap)


def test_every_file_has_a_case():
    """A file without an expectation would not be tried."""
    assert {case["case"] for case in CASES} == {path.stem for path in FOLDER.glob("*.ttl")}
    tried = {case["case"] for case in (*CONFINED, *IN_THIS_PROCESS)}
    assert tried == {case["case"] for case in CASES}


# A process of its own takes time to start: what is refused at once is tried there only once.
CONFINED = [
    c for c in CASES if c["error"] in ("-", "LimitHit") or c["case"] == "service-in-escapes"
]
IN_THIS_PROCESS = [c for c in CASES if c["error"] in ("Refused", "IllFormedShapes", "Failed")]


@pytest.mark.parametrize("case", CONFINED, ids=lambda case: f"{case['case']}-{case['engine']}")
def test_hostile_shapes_are_stopped(case, trap):
    """With a deadline, in a process of its own; the listener sees nobody."""
    both = hostile(case["case"], trap)
    deadline = SHORT if case["error"] == "LimitHit" else DEADLINE
    before = time.monotonic()
    if case["error"] == "-":
        report = validate(both, both, engine=case["engine"], deadline=deadline, memory=MEMORY)
        assert report.results
    else:
        with pytest.raises(getattr(shacl, case["error"]), match=case["words"]):
            validate(both, both, engine=case["engine"], deadline=deadline, memory=MEMORY)

    assert time.monotonic() - before < deadline + 5
    assert trap.visits == 0


@pytest.mark.parametrize("case", IN_THIS_PROCESS, ids=lambda c: f"{c['case']}-{c['engine']}")
def test_hostile_shapes_are_refused(case, trap):
    """The reason is in the shapes, so no other process is needed to see it."""
    both = hostile(case["case"], trap)

    with pytest.raises(getattr(shacl, case["error"]), match=case["words"]):
        validate(both, both, engine=case["engine"])
    assert trap.visits == 0


def test_the_trap_counts():
    """A listener that sees nobody because it is deaf would prove nothing."""
    own = Trap()
    socket.create_connection(own.socket.getsockname()).close()
    deadline = time.monotonic() + 5
    while own.visits == 0 and time.monotonic() < deadline:
        time.sleep(0.01)
    own.socket.close()

    assert own.visits == 1


def test_imports_are_named_and_not_followed(trap):
    """What was left out of the verdict is told."""
    both = hostile("imports-of-others", trap)
    report = validate(both, both)

    assert report.notes == (f"owl:imports <{trap.address}/shapes.ttl> was not followed",)
    assert trap.visits == 0


ESCAPES = {
    "Python": "import socket; socket.create_connection(({host!r}, {port}), timeout=5)",
    "rdflib": "from rdflib import Graph; Graph().parse('http://{host}:{port}/x.ttl')",
    "the store": "from pyoxigraph import Store; "
    "list(Store().query('SELECT * {{ SERVICE <http://{host}:{port}/> {{ ?s ?p ?o }} }}'))",
    "another program": "import subprocess; subprocess.run(['true'])",
}


@pytest.mark.parametrize("way", ESCAPES)
def test_the_confined_process_cannot_leave(way, trap):
    """The guard reads the text of queries; behind it, the process itself has no way out."""
    host, port = trap.socket.getsockname()
    escape = ESCAPES[way].format(host=host, port=port)
    code = (
        "from allygraph.shacl.confined import confine; import sys; missing = confine(8 * 10**9)\n"
        f"if missing and {way!r} == 'the store': sys.exit(7)\n{escape}"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, timeout=60
    )
    if done.returncode == 7:
        pytest.skip("this machine gives no process a network of its own")

    assert done.returncode == 1, done.stderr
    assert trap.visits == 0


def test_shapes_nested_beyond_reason_are_refused():
    """Engines recurse, and would end without a report."""
    parts = [f"ex:S{n} a sh:NodeShape ; sh:node ex:S{n + 1} ." for n in range(60)]
    text = f"{HEAD} ex:S0 sh:targetNode ex:a . {' '.join(parts)} ex:S60 a sh:NodeShape ."

    with pytest.raises(Refused, match="nested deeper"):
        validate([], quads(text))


def test_a_path_nested_beyond_reason_is_refused():
    """Each step of a path is a step of a recursion."""
    path = "[ sh:inversePath " * 60 + "ex:p" + " ]" * 60
    text = f"{HEAD} ex:S a sh:PropertyShape ; sh:targetNode ex:a ; sh:minCount 1 ; sh:path {path} ."

    with pytest.raises(Refused, match="nested deeper"):
        validate([], quads(text))


def test_a_query_of_absurd_size_is_refused():
    """A planner of queries needs longer than any query that a person writes is worth."""
    patterns = " . ".join(f"?s{n} ?p{n} ?o{n}" for n in range(1000))
    text = (
        f"{HEAD} ex:S a sh:NodeShape ; sh:targetNode ex:a ; "
        f"sh:sparql [ sh:select 'SELECT $this WHERE {{ {patterns} }}' ] ."
    )

    with pytest.raises(Refused, match="patterns"):
        validate([], quads(text))


def test_a_process_that_uses_up_its_memory_is_stopped():
    """The limit is of the process, not of the machine."""
    both = hostile("text-that-doubles")

    with pytest.raises(LimitHit):
        validate(both, both, deadline=60, memory=400_000_000)


def test_a_report_crosses_from_the_process_as_it_is():
    """With a deadline that is not hit, the same report comes out."""
    both = hostile("pattern-that-backtracks")

    assert validate(both, both, deadline=60) == validate(both, both)
