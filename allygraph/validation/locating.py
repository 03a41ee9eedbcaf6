"""Locating: where in which file a fault stands, and where the things that it is about stand.

The triple at fault has the first word; where it is missing, the property; else the subject. Only
files with faults are read for positions, each once. Shape: `Fault`s in, `Finding`s out.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path as FilePath

from pyoxigraph import BlankNode, NamedNode, Quad, Triple

from allygraph.positions import Place
from allygraph.shacl.model import Alternative, Inverse, Path, Predicate, Sequence
from allygraph.validation.faults import Fault, Term
from allygraph.validation.findings import Finding, Related
from allygraph.validation.sources import SourceFile
from allygraph.validation.wording import Names, full

_MANY = 5


@dataclass
class Locator:
    """Knows which file says what.

    Args:
        files: in the order in which they are asked.
        names: writes terms short.
        known: names the files that describe a thing, so that no others need be read; None of a
            thing of which it does not know.
    """

    files: list[SourceFile]
    names: Names
    known: Callable[[object], Collection[FilePath] | None] = lambda node: None

    def findings(self, faults: Iterable[Fault]) -> Iterator[Finding]:
        """Give each fault its place and its words."""
        known = list(faults)
        for fault in known:
            for node in (fault.focus, *fault.values, *fault.others):
                file = self._describing(node)
                if file is not None and isinstance(node, NamedNode | BlankNode):
                    file.asked.add(node)
        for fault in known:
            yield self.finding(fault)

    def finding(self, fault: Fault) -> Finding:
        """Give one fault its place, the places of what it is about, and short names."""
        return Finding(
            place=self._place(fault),
            severity=fault.severity,
            rule=fault.rule,
            focus=full(fault.focus),
            messages=fault.messages,
            found=tuple(self.names.short(value) for value in fault.values),
            expected=fault.expected,
            expectations=fault.expectations,
            path=self.names.path(fault.path),
            component=fault.component,
            related=tuple(self._related(fault)),
            engine_text=fault.engine_text,
            shape=fault.shape,
            page=fault.page,
            results=fault.results,
            short=self.names.short(fault.focus),
        )

    def values(self, subject: Term, predicate: NamedNode) -> list[Term]:
        """Give the values of a property, in the order of the text."""
        file = self._describing(subject)
        if file is None:
            return []
        said = file.statements[subject]
        return [
            quad.object
            for quad in said
            if quad.predicate == predicate and not isinstance(quad.object, Triple)
        ]

    def _describing(self, node: object) -> SourceFile | None:
        """Find the first file that says something about a thing."""
        if node not in self._found:
            places = self.known(node)
            files = self.files if places is None else [f for f in self.files if f.place in places]
            self._found[node] = next((f for f in files if node in f.statements), None)
        return self._found[node]

    @cached_property
    def _found(self) -> dict[object, SourceFile | None]:
        return {}

    @cached_property
    def _naming(self) -> dict[object, tuple[SourceFile, Quad]]:
        """The first triple that has a term as its value, for what no file describes."""
        found: dict[object, tuple[SourceFile, Quad]] = {}
        for file in self.files:
            for quad in file.quads:
                found.setdefault(quad.object, (file, quad))
        return found

    def _place(self, fault: Fault) -> Place:
        focus = fault.focus
        for value in fault.values or (None,):
            for subject, predicate, thing in _ways(fault.path, focus, value):
                if (place := self._triple(subject, predicate, thing)) is not None:
                    return place
        return self.subject(focus) or self._mention(focus) or Place(self.files[0].name)

    def subject(self, node: Term | Triple) -> Place | None:
        """Give the place where a thing's first block begins, or None."""
        file = self._describing(node)
        if file is None:
            return None
        return file.positions.subject(node) or Place(file.name)

    def _triple(self, subject: Term, predicate: NamedNode, value: Term | None) -> Place | None:
        """Give the place of a triple; without a value, that of the property."""
        file = self._describing(subject)
        if file is None:
            return None
        known = file.positions
        if value is None:
            values = self.values(subject, predicate)
            if len(values) != 1:
                return known.predicate(subject, predicate)
            value = values[0]
        return known.triple(subject, predicate, value)

    def _mention(self, term: Term) -> Place | None:
        if (found := self._naming.get(term)) is None:
            return None
        file, quad = found
        place = file.positions.triple(quad.subject, quad.predicate, quad.object)
        return place or Place(file.name)

    def _related(self, fault: Fault) -> Iterator[Related]:
        for thing in list(dict.fromkeys(fault.others))[:_MANY]:
            if thing != fault.focus and (at := self.subject(thing)) is not None:
                yield Related(at, self.names.short(thing))


def _ways(
    path: Path | None, focus: Term, value: Term | None
) -> Iterator[tuple[Term, NamedNode, Term | None]]:
    """Give the triples at which a value of a path may stand, the likeliest first."""
    if isinstance(path, Predicate):
        yield focus, path.iri, value
    elif isinstance(path, Inverse):
        if value is not None:
            yield from _ways(path.path, value, focus)
    elif isinstance(path, Alternative):
        for part in path.paths:
            yield from _ways(part, focus, value)
    elif isinstance(path, Sequence):
        yield from _ways(path.paths[0], focus, None)
    elif path is not None:
        yield from _ways(path.path, focus, value)
