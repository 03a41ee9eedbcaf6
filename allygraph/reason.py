"""Reason over ontology and data: is all of it consistent, and what follows that no file says.

Two ways. HermiT, a complete OWL 2 DL reasoner, runs through owlready2 where Java is installed.
A check in pure Python runs always: it finds what most faults come from (disjoint classes, domains,
ranges, undeclared terms, punning) and, unlike HermiT, names the thing and the reason.

Shapes: quads in, a list of `Problem` out; or an owlready2 ontology with all individuals.
Source: https://www.w3.org/TR/owl2-mapping-to-rdf/ and Glimm et al. 2014 (HermiT),
https://doi.org/10.1007/s10817-014-9305-1.
"""

import io
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from functools import partial
from threading import Lock
from types import SimpleNamespace
from typing import TYPE_CHECKING

from allygraph import resources
from allygraph.consistency import Problem, problems
from allygraph.errors import AllygraphError, UsageError
from allygraph.graph import source_quads
from allygraph.names import ALLY, EDTF, PREFIXES, compact

if TYPE_CHECKING:
    from owlready2 import Ontology, World
    from pyoxigraph import Quad, Triple

__all__ = ["Edtf", "Problem", "check", "has_java", "ontology"]

_PYTHON_NAME = "http://www.lesfleursdunormal.fr/static/_downloads/owlready_ontology.owl#python_name"
_HERMIT_LOCK = Lock()


class Edtf(str):
    """A date of the object view, as precise as its source: the EDTF text as it was written."""

    __slots__ = ()


def check(quads: "Iterable[Quad] | None" = None, *, hermit: bool | None = None) -> list[Problem]:
    """List what is inconsistent in quads of ontology and data together.

    Args:
        quads: the quads; default those of all files of ``ontology/`` and ``data/``.
        hermit: whether to ask HermiT too; default: where Java is installed.

    Raises:
        UsageError: HermiT was asked for and Java is not installed.
        AllygraphError: HermiT could not run.
    """
    known = list(source_quads(resources.root()) if quads is None else quads)
    found = problems(known)
    if has_java() if hermit is None else hermit:
        found += _hermit_problems(known)
    return found


def has_java() -> bool:
    """Tell whether the ``java`` that HermiT needs is on the path."""
    return shutil.which("java") is not None


def ontology(*, reason: bool = False, quads: "Iterable[Quad] | None" = None) -> "Ontology":
    """Give the ontology with its individuals as owlready2 objects, in a world of their own.

    ``onto.Partnership.instances()`` lists partnerships; ``onto.world["https://…"]`` finds a thing
    by its IRI. Changes of the objects change no file. Close the world when done:
    ``onto.world.close()``.

    Args:
        reason: whether to add what HermiT infers, such as which claims are anonymous.
        quads: what to load; default all files of ``ontology/`` and ``data/``.

    Raises:
        UsageError: reasoning was asked for and Java is not installed.
        AllygraphError: reasoning was asked for and the quads contradict each other.
    """
    known = list(source_quads(resources.root()) if quads is None else quads)
    loaded = _load(known)
    if reason and (fault := _run_hermit(loaded.world)) is not None:
        loaded.world.close()
        first = [f"{compact(one.subject)} {one.message}" for one in problems(known)[:1]]
        raise AllygraphError(": ".join([fault, *first]))
    return loaded


def _hermit_problems(quads: "list[Quad]") -> list[Problem]:
    world = _load(quads).world
    try:
        if (fault := _run_hermit(world)) is not None:
            return [Problem("inconsistent", "", fault)]
        return [
            Problem("unsatisfiable", unsatisfiable.iri, "no individual can be in this class")
            for unsatisfiable in sorted(world.inconsistent_classes(), key=lambda one: one.iri)
            if unsatisfiable.iri.startswith("http") and not unsatisfiable.iri.endswith("#Nothing")
        ]
    finally:
        world.close()


def _load(quads: "list[Quad]") -> "Ontology":
    import owlready2
    from pyoxigraph import RdfFormat, serialize

    owlready2.declare_datatype(Edtf, EDTF, Edtf, str)
    triples = io.BytesIO()
    serialize(_triples(quads), triples, format=RdfFormat.N_TRIPLES)
    triples.seek(0)
    return owlready2.World().get_ontology(ALLY).load(fileobj=triples)


def _triples(quads: "list[Quad]") -> "Iterator[Triple]":
    """Give the triples, and what owlready2 needs beside them.

    It lists only individuals that are declared as such, and finds properties by local name, so a
    foreign property that shares its name with one of ours is called by prefix and name.
    """
    from pyoxigraph import Literal, NamedNode, Triple

    kind, individual = NamedNode(f"{PREFIXES['rdf']}type"), f"{PREFIXES['owl']}NamedIndividual"
    ours = set()
    foreign: dict[str, str] = {}
    for quad in quads:
        yield quad.triple
        if quad.predicate != kind or not isinstance(quad.subject, NamedNode):
            continue
        iri, kind_of = quad.subject.value, quad.object
        if not isinstance(kind_of, NamedNode):
            continue
        if not kind_of.value.startswith((PREFIXES["owl"], PREFIXES["rdfs"])):
            yield Triple(quad.subject, kind, NamedNode(individual))
        elif iri.startswith(ALLY):
            ours.add(iri.removeprefix(ALLY))
        else:
            foreign[iri] = iri[max(iri.rfind("#"), iri.rfind("/")) + 1 :]
    for iri, name in sorted(foreign.items()):
        if name in ours:
            prefix = next((key for key, space in PREFIXES.items() if iri == space + name), "other")
            yield Triple(NamedNode(iri), NamedNode(_PYTHON_NAME), Literal(f"{prefix}_{name}"))


def _run_hermit(world: "World") -> str | None:
    """Add what HermiT infers to a world; give its verdict when there is no model, else None."""
    import owlready2
    from owlready2 import reasoning

    if not has_java():
        raise UsageError("HermiT needs Java, and 'java' is not on the path", expected="a JRE >= 8")
    # owlready2 forgets its temporary file when HermiT fails, so it gets a folder that goes away.
    with _HERMIT_LOCK, tempfile.TemporaryDirectory(prefix="allygraph-") as folder:
        reasoning.tempfile = SimpleNamespace(
            NamedTemporaryFile=partial(tempfile.NamedTemporaryFile, dir=folder)
        )
        try:
            owlready2.sync_reasoner_hermit(world, debug=0, ignore_unsupported_datatypes=True)
        except owlready2.OwlReadyInconsistentOntologyError:
            return "HermiT: ontology and data contradict each other"
        except owlready2.OwlReadyJavaError as error:
            raise AllygraphError(f"HermiT failed: {str(error)[:300]}") from error
        finally:
            reasoning.tempfile = tempfile
    return None
