"""A graph of our own model in any size: ``python benchmarks/alliance_graph.py TRIPLES FOLDER``.

It begins with our ontology and kinds. Then come dossiers: a state, an organisation and the things
around them, 23 relationships of all kinds, a claim for each with its source and quote, and the
holdings and edges that would be derived. A dossier refers to itself and to earlier ones. All is
drawn from the number of the dossier, so that a larger graph begins as a smaller one.

The graph conforms to all shapes and check queries but for one fault in a thousand triples (see
`alliance_faults`). Writes ``data.nt``, and ``faults.tsv`` with the results that SHACL demands.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from alliance_dossier import ontology
from alliance_faults import Planner, Result
from alliance_parts import dossier
from pyoxigraph import BlankNode, NamedNode, Triple

from allygraph.names import BASE, PREFIXES, expand


def background() -> list[str]:
    """Give ontology and kinds as lines, without the terms of other vocabularies.

    Those have no definition or example and are never blamed by ``ally validate``, but any engine
    would blame them. A property whose domain or range is among them is left out.
    """
    declared = {t.subject for t in ontology() if _ours(t.subject)}
    kept = [t for t in ontology() if t.subject in declared and _refers_well(t, declared)]
    used: dict[object, set[str]] = {}
    for triple in kept:
        used.setdefault(triple.subject, set()).add(triple.predicate.value)
    notes = {expand("skos:scopeNote"), expand("skos:editorialNote")}
    bare = {
        triple.subject
        for triple in kept
        if triple.predicate.value == expand("rdf:type")
        and triple.object.value.endswith("Property")
        and not used[triple.subject] & notes
        and not {expand("rdfs:domain"), expand("rdfs:range")} <= used[triple.subject]
    }
    return sorted({f"{t} .\n" for t in kept if t.subject not in bare})


def _ours(node: object) -> bool:
    return isinstance(node, NamedNode) and node.value.startswith(BASE)


def _refers_well(triple: Triple, declared: set[object]) -> bool:
    if isinstance(triple.object, BlankNode):
        return False
    if triple.predicate.value not in {
        expand("rdfs:subClassOf"), expand("rdfs:domain"), expand("rdfs:range")
    }:  # fmt: skip
        return True
    of_schema = isinstance(triple.object, NamedNode) and triple.object.value.startswith(
        PREFIXES["xsd"]
    )
    return triple.object in declared or of_schema


def graph(triples: int) -> Iterator[tuple[list[str], Sequence[Result]]]:
    """Give the graph in parts, each with the results that its faults must have."""
    lines = background()
    count, planner, number = len(lines), Planner(), 0
    yield lines, ()
    while count < triples:
        made = dossier(number)
        expected = planner.spoil(made, count)
        lines = made.lines()
        count += len(lines)
        number += 1
        yield lines, expected


def write(triples: int, folder: Path) -> int:
    """Write ``data.nt`` and ``faults.tsv``; gives the number of triples."""
    count = 0
    data, faults = folder / "data.nt", folder / "faults.tsv"
    with data.open("w", encoding="utf-8") as out, faults.open("w", encoding="utf-8") as told:
        for lines, expected in graph(triples):
            out.writelines(lines)
            told.writelines(f"{row}\n" for row in expected)
            count += len(lines)
    return count


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write a graph of our model, with faults.")
    parser.add_argument("triples", type=int)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    print(write(given.triples, given.folder), "triples")
