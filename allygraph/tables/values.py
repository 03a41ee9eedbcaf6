"""Values: what stands behind a property, compiled from a mapping to lines of N-Quads.

A line is kept without its subject and graph, as ``<property> value``: those are the same for all
lines of a thing and are put in once. What no row changes is worked out once and for all.
"""

from collections.abc import Callable
from typing import Any

from allygraph.errors import MappingError, UnknownName
from allygraph.names import did_you_mean, expand
from allygraph.tables.conditions import Block, Condition, block, condition
from allygraph.tables.faults import RowFault
from allygraph.tables.mapping import REPEATED, check
from allygraph.tables.templates import Row, Scope, Template
from allygraph.tables.terms import full, plain, typed, words

Write = Callable[[str], str]
Emit = Callable[[Row, list[str]], None]
"""Adds the lines of a row to a list."""
_MEMORY = 5_000  # values of a property whose lines are remembered
_XSD_TYPES = ("anyURI", "boolean", "date", "decimal", "integer", "string")
_TYPES = ("edtf:EDTF", *(f"xsd:{name}" for name in _XSD_TYPES))
_KEYS: dict[str, tuple[type, ...]] = {
    "name": (str,),
    "text": (str,),
    "lang": (str,),
    "value": (str,),
    "type": (str,),
    **REPEATED,
}


class Lines:
    """The lines of a thing: fixed ones, and those that each row gives anew."""

    def __init__(self) -> None:
        self.fixed: list[str] = []
        self.changing: list[Emit] = []

    def add(self, name: str, spec: Any, scope: Scope, place: str) -> None:
        """Compile the value of a property: a text is a name, a table says what else.

        Args:
            name: the property; ``a`` is rdf:type.
            spec: its value in the mapping; a list gives several.
            scope: what templates may name.
            place: where in the mapping it stands, for errors.

        Raises:
            MappingError: it is none of these.
        """
        term = predicate(name, place)
        for one in spec if isinstance(spec, list) else [spec]:
            if isinstance(one, bool):
                self.fixed.append(f"{term} {typed(str(one).lower(), expand('xsd:boolean'))}")
            elif isinstance(one, int):
                self.fixed.append(f"{term} {typed(str(one), expand('xsd:integer'))}")
            elif isinstance(one, str):
                self._template(term, scope.compile(one, place), _name, place)
            elif isinstance(one, dict):
                self._table(term, one, scope, place)
            else:
                expected = '"ally:…", { text = "…", lang = "en" }, { value = "…", type = "xsd:…" }'
                raise MappingError("that is no value", expected=expected, place=place)

    def fill(self, row: Row) -> list[str]:
        """Give the lines of a row, each once.

        Raises:
            RowFault: a value is wrong.
        """
        found = self.fixed.copy()
        for emit in self.changing:
            emit(row, found)
        return found

    def _table(self, term: str, spec: dict[str, Any], scope: Scope, place: str) -> None:
        check(spec, _KEYS, place, "")
        kinds = [key for key in ("name", "text", "value") if key in spec]
        if len(kinds) != 1:
            raise MappingError("no value, or several", expected="name, text or value", place=place)
        write = _writer(spec, kinds[0], place)
        if not set(spec) & set(REPEATED):
            self._template(term, scope.compile(spec[kinds[0]], place), write, place)
            return
        own = block(spec, scope, place)
        when = condition(spec.get("when"), own.scope, f"{place} when")
        template = own.scope.compile(spec[kinds[0]], place)
        self.changing.append(_several(_emit(term, template, write), when, own))

    def _template(self, term: str, template: Template, write: Write, place: str) -> None:
        if template.constant is None:
            self.changing.append(_emit(term, template, write))
            return
        try:
            if template.constant:
                self.fixed.append(f"{term} {write(template.constant)}")
        except RowFault as fault:
            raise MappingError(fault.message, expected=fault.expected, place=place) from fault


def predicate(name: str, place: str) -> str:
    """Give a property as N-Quads writes it; ``a`` is rdf:type.

    Raises:
        MappingError: it is no name.
    """
    try:
        return f"<{expand('rdf:type' if name == 'a' else name)}>"
    except UnknownName as error:
        raise MappingError(error.message, expected=error.expected, place=place) from error


def _name(text: str) -> str:
    return f"<{full(text)}>"


def _writer(spec: dict[str, Any], kind: str, place: str) -> Write:
    if kind == "name":
        return _name
    if kind == "text":
        language = spec.get("lang", "")
        return (lambda text: words(text, language)) if language else plain
    name = spec.get("type", "xsd:string")
    if name not in _TYPES:
        expected = did_you_mean(name, _TYPES) or f"one of {', '.join(_TYPES)}"
        raise MappingError(f"type = '{name}'", expected=expected, place=place)
    datatype = expand(name)
    return plain if datatype == expand("xsd:string") else lambda text: typed(text, datatype)


def _emit(term: str, template: Template, write: Write) -> Emit:
    """Make the lines of one template; the first values are remembered, as names repeat."""
    fill, columns = template.fill, template.columns
    known: dict[str, str] = {"": ""}

    def emit(row: Row, lines: list[str]) -> None:
        value = fill(row)
        line = known.get(value)
        if line is None:
            try:
                line = f"{term} {write(value)}" if value.strip() else ""
            except RowFault as fault:
                raise fault.at(columns) from None
            if len(known) < _MEMORY:
                known[value] = line
        if line:
            lines.append(line)

    return emit


def _several(emit: Emit, when: Condition, own: Block) -> Emit:
    def turns(row: Row, lines: list[str]) -> None:
        for _ in own.each_turn(row):
            if when(row):
                emit(row, lines)

    return turns
