"""Bounds: the days that a claim gives must be those that its EDTF dates can mean.

SPARQL cannot read EDTF, so this rule is Python. A bound may be absent; one that is given agrees
with the date beside it: ``ally:start "2023-02"`` allows 2023-02-01 and 2023-02-28, nothing else.
"""

from collections.abc import Container, Iterable, Iterator

from pyoxigraph import Literal, NamedNode, Quad

from allygraph.dates import bounds
from allygraph.errors import DateError
from allygraph.names import EDTF, PREFIXES
from allygraph.validation.faults import Fault, property_path
from allygraph.validation.findings import Levels, rule_page, said

_ALLY = PREFIXES["ally"]
_PAIRS = {
    "start": ("earliestStart", "latestStart"),
    "end": ("earliestEnd", "latestEnd"),
    "published": (None, "latestPublished"),
}
_WANTED = {f"{_ALLY}{name}" for pair in _PAIRS.values() for name in pair if name}
_WANTED |= {f"{_ALLY}{name}" for name in _PAIRS}
_RULE = "bounds-disagree"
_NO_DATE = (
    "The text is no date that can be bounded. Write a year, a month, a day or two of them with a "
    "slash between."
)
Values = dict[str, list[Literal]]


def find(quads: Iterable[Quad], judged: Container[str], severity: Levels) -> Iterator[Fault]:
    """Give a fault for each bound that its EDTF date does not give, and each date that is none.

    Args:
        quads: the quads with the dates.
        judged: the things to judge, by IRI.
        severity: the severity of the rule.
    """
    for quad in quads:
        focus, value = quad.subject, quad.object
        if not isinstance(value, Literal) or value.datatype.value != EDTF or _is_date(value):
            continue
        if isinstance(focus, NamedNode) and focus.value in judged:
            yield _fault(focus, quad.predicate.value, value, severity, _NO_DATE)
    for focus, values in _values(quads, judged).items():
        for name, pair in _PAIRS.items():
            yield from _compared(focus, name, pair, values, severity)


def _compared(
    focus: NamedNode,
    name: str,
    pair: tuple[str | None, str],
    values: Values,
    severity: Levels,
) -> Iterator[Fault]:
    for text in values.get(name, []):
        span = bounds(text.value)
        for bound, day in zip(pair, span, strict=True):
            for given in values.get(bound or "-", []):
                if given.value != day.isoformat():
                    message = (
                        f"ally:{bound} is not the day that ally:{name} gives. Correct the one or "
                        f"the other: '{text.value}' gives {day.isoformat()}."
                    )
                    expected = f'"{day.isoformat()}"^^xsd:date'
                    yield _fault(focus, f"{_ALLY}{bound}", given, severity, message, expected)


def _values(quads: Iterable[Quad], judged: Container[str]) -> dict[NamedNode, Values]:
    """Collect dates and bounds of the judged things."""
    found: dict[NamedNode, Values] = {}
    for quad in quads:
        subject, value = quad.subject, quad.object
        if quad.predicate.value not in _WANTED or not isinstance(value, Literal):
            continue
        if isinstance(subject, NamedNode) and subject.value in judged:
            short = quad.predicate.value.removeprefix(_ALLY)
            found.setdefault(subject, {}).setdefault(short, []).append(value)
    return {
        focus: {name: texts for name, texts in values.items() if _usable(name, texts)}
        for focus, values in found.items()
    }


def _usable(name: str, texts: list[Literal]) -> bool:
    """Dates of another datatype or form are left to the shapes."""
    return name not in _PAIRS or all(map(_is_date, texts))


def _is_date(literal: Literal) -> bool:
    try:
        bounds(literal.value)
    except DateError:
        return False
    return True


def _fault(
    focus: NamedNode,
    name: str,
    value: Literal,
    severity: Levels,
    message: str,
    expected: str | None = None,
) -> Fault:
    return Fault(
        _RULE,
        severity[_RULE],
        said(message),
        focus,
        property_path(name),
        (value,),
        expected,
        page=rule_page(_RULE),
    )
