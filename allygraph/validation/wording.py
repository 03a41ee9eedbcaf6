"""Wording: terms as people write them, with the prefixes of the files that are judged.

Shape: terms of pyoxigraph in, Turtle with short names out; a text after eighty signs is cut.
"""

import re
from collections.abc import Mapping
from functools import cache

from pyoxigraph import BlankNode, NamedNode

from allygraph.names import PREFIXES, compact
from allygraph.shacl.model import Path
from allygraph.shacl.paths import sparql_path
from allygraph.validation.faults import Term
from allygraph.validation.findings import literal

_LOCAL = re.compile(r"[A-Za-z0-9_](?:[\w.-]*[\w-])?")
_IRI = re.compile(r"<([^<>]*)>")


class Names:
    """Short names by the prefixes of this project, then by those that the judged files declare."""

    def __init__(self, prefixes: Mapping[str, str] | None = None) -> None:
        foreign = {
            prefix: namespace
            for prefix, namespace in (prefixes or {}).items()
            if namespace and PREFIXES.get(prefix, namespace) == namespace
        }
        # The longest namespace gives the shortest name.
        self._namespaces = sorted(foreign.items(), key=lambda pair: (-len(pair[1]), pair[0]))
        self.iri = cache(self._iri)

    def _iri(self, iri: str) -> str:
        if (short := compact(iri)) != iri:
            return short
        for prefix, namespace in self._namespaces:
            if iri.startswith(namespace) and _LOCAL.fullmatch(iri, len(namespace)):
                return f"{prefix}:{iri[len(namespace) :]}"
        return iri

    def short(self, term: Term) -> str:
        """Write a term short: ``actor:nato``, ``"text"@en``, ``_:b0``, ``<urn:x>``."""
        if isinstance(term, NamedNode):
            return self.iri(term.value)
        if isinstance(term, BlankNode):
            return f"_:{term.value}"
        kind = term.datatype.value
        text = literal(term.value, language=term.language, datatype=kind)
        return text.replace(f"^^{kind}", f"^^{self.iri(kind)}")

    def path(self, path: Path | None) -> str | None:
        """Write a path as SPARQL does, with short names."""
        if path is None:
            return None
        return _IRI.sub(lambda match: self.iri(match[1]), sparql_path(path))


def full(term: Term) -> str:
    """Write the thing at fault in full: its IRI, ``_:label``, or a literal as in N-Triples."""
    return term.value if isinstance(term, NamedNode) else str(term)
