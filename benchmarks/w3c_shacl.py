"""The W3C test suite of SHACL, case by case: how each is judged, and whether it comes out right.

Each file is parsed by pyoxigraph and judged by ``allygraph.shacl.validate``, the way that ships.
A case passes if the verdict and the multiset of results (focus node, path, value, component,
severity) are those that the suite expects; paths count by their structure, blank nodes as one.
Where the suite expects a failure, an error of the package is wanted, and no other exception.

Three columns: the compiler alone (it refuses what it cannot compile), the compiler with pySHACL
behind it, and pySHACL alone.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse

from allygraph.shacl import CannotCompile, Report, ShaclError, validate
from allygraph.shacl.names import sh
from allygraph.shacl.paths import read_path
from allygraph.shacl.triples import Triples

ROOT = Path(__file__).resolve().parent.parent
SUITE = ROOT.parent / "shared" / "w3c" / "shacl"
ENGINES = ("compiled", "auto", "pyshacl")
PYSHACL_FAILS = {
    "sparql/pre-binding/shapesGraph-001": "pySHACL does not bind $shapesGraph",
}
"""What pySHACL gets wrong on this way, and why; the suite is right."""

_MANIFEST = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
_TEST = "http://www.w3.org/ns/shacl-test#"
_FAILURE = NamedNode(f"{_TEST}Failure")
_BLANK = BlankNode("blank")


@dataclass(frozen=True)
class Case:
    """One test of the suite.

    Args:
        name: its file below the suite, without the ending.
        data: the file that is judged.
        shapes: the file of the shapes.
        conforms: the verdict that is expected; None where a failure is.
        results: the results that are expected.
    """

    name: str
    data: Path
    shapes: Path
    conforms: bool | None
    results: "Counter[Any]"


@dataclass(frozen=True)
class Outcome:
    """What an engine made of a case.

    Args:
        passed: it is what the suite expects.
        how: compiled, delegated, refused, failed or wrong.
        note: the error, or the difference.
    """

    passed: bool
    how: str
    note: str = ""


def cases(suite: Path = SUITE) -> list[Case]:
    """Read all cases, in the order of the manifests."""
    return list(_cases(suite, suite / "manifest.ttl"))


def outcome(case: Case, engine: Any) -> Outcome:
    """Judge a case and compare what comes out."""
    try:
        report = validate(_quads(case.data), _quads(case.shapes), engine=engine)
    except CannotCompile as error:
        return Outcome(False, "refused", str(error))
    except ShaclError as error:
        return Outcome(case.conforms is None, "failed", f"{type(error).__name__}: {error}")
    how = "delegated" if report.delegated or engine == "pyshacl" else "compiled"
    if case.conforms is None:
        return Outcome(False, how, "a failure is expected")
    found = _found(report)
    if found == case.results and report.conforms == case.conforms:
        return Outcome(True, how)
    return Outcome(False, how, f"too many: {found - case.results}; missing: {case.results - found}")


def _found(report: Report) -> "Counter[Any]":
    return Counter(
        (_plain(r.focus), r.path, _plain(r.value), r.component, r.severity) for r in report.results
    )


def _cases(suite: Path, manifest: Path) -> Iterator[Case]:
    triples = Triples(_quads(manifest))
    own = NamedNode(manifest.as_uri())
    for included in triples.objects(own, NamedNode(f"{_MANIFEST}include")):
        yield from _cases(suite, _file(included))
    for head in triples.objects(own, NamedNode(f"{_MANIFEST}entries")):
        for entry in triples.find_list(head) or ():
            yield _case(triples, entry, str(manifest.relative_to(suite).with_suffix("")))


def _case(triples: Triples, entry: Any, name: str) -> Case:
    action = triples.objects(entry, NamedNode(f"{_MANIFEST}action"))[0]
    data = triples.objects(action, NamedNode(f"{_TEST}dataGraph"))[0]
    shapes = triples.objects(action, NamedNode(f"{_TEST}shapesGraph"))[0]
    result = triples.objects(entry, NamedNode(f"{_MANIFEST}result"))[0]
    conforms = None
    if result != _FAILURE:
        (verdict,) = triples.objects(result, sh("conforms"))
        conforms = isinstance(verdict, Literal) and verdict.value in ("true", "1")
    return Case(name, _file(data), _file(shapes), conforms, Counter(_expected(triples, result)))


def _expected(triples: Triples, report: Any) -> Iterator[Any]:
    for result in triples.objects(report, sh("result")):
        found = {
            word: next(iter(triples.objects(result, sh(word))), None)
            for word in (
                "focusNode",
                "resultPath",
                "value",
                "sourceConstraintComponent",
                "resultSeverity",
            )
        }
        path = found["resultPath"]
        yield (
            _plain(found["focusNode"]),
            None if path is None else read_path(triples, path, _BLANK),
            _plain(found["value"]),
            found["sourceConstraintComponent"],
            found["resultSeverity"],
        )


def _plain(term: Any) -> Any:
    return _BLANK if isinstance(term, BlankNode) else term


def _file(term: Any) -> Path:
    return Path(term.value.removeprefix("file://"))


def _quads(path: Path) -> list[Quad]:
    return list(parse(path=str(path), format=RdfFormat.TURTLE, base_iri=path.as_uri()))


def main() -> int:
    """Print a line for each case and the totals; 1 if the compiler with fallback misses any."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("suite", nargs="?", type=Path, default=SUITE, help="folder of the suite")
    suite = parser.parse_args().suite.resolve()
    totals: Counter[tuple[str, str]] = Counter()
    every = cases(suite)
    print(f"{'case':45} {'compiled':16} {'with fallback':16} pySHACL")
    for case in every:
        outcomes = [outcome(case, engine) for engine in ENGINES]
        shown = [f"{'pass' if one.passed else 'FAIL'} {one.how}" for one in outcomes]
        print(f"{case.name:45} {shown[0]:16} {shown[1]:16} {shown[2]}")
        part = case.name.partition("/")[0]
        for engine, one in zip(ENGINES, outcomes, strict=True):
            totals[part, engine] += one.passed
            if not one.passed:
                print(f"    {engine}: {PYSHACL_FAILS.get(case.name, one.note)}", file=sys.stderr)
    for part in ("core", "sparql"):
        count = sum(case.name.startswith(part) for case in every)
        line = ", ".join(f"{engine} {totals[part, engine]}" for engine in ENGINES)
        print(f"{part}: {count} cases; passed: {line}")
    return int(sum(totals[part, "auto"] for part in ("core", "sparql")) < len(every))


if __name__ == "__main__":
    sys.exit(main())
