"""Bounds: the days that a claim gives must be those that its EDTF dates can mean.

SPARQL cannot read EDTF, so this rule is Python. A bound may be absent; one that is given agrees
with the date beside it: ``ally:start "2023-02"`` allows 2023-02-01 and 2023-02-28, nothing else.
"""

from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode, Quad

from allygraph.dates import bounds
from allygraph.errors import DateError
from allygraph.names import EDTF, PREFIXES
from allygraph.positions import Place
from allygraph.validation.findings import Finding, Levels, Places, rule_page, said

_ALLY = PREFIXES["ally"]
_PAIRS = {
    "start": ("earliestStart", "latestStart"),
    "end": ("earliestEnd", "latestEnd"),
    "published": (None, "latestPublished"),
}
_WANTED = {f"{_ALLY}{name}" for pair in _PAIRS.values() for name in pair if name}
_WANTED |= {f"{_ALLY}{name}" for name in _PAIRS}
_RULE = "bounds-disagree"


def find(quads: Iterable[Quad], places: Places, severity: Levels) -> Iterator[Finding]:
    """Give a finding for each thing whose bounds and EDTF dates disagree, or name no day."""
    for focus, values in _values(quads, places).items():
        for value in values.get("", []):
            yield _finding(
                places[focus],
                severity,
                focus,
                "The text is no date that can be bounded. Write a year, a month, a day or two of "
                "them with a slash between.",
                value,
            )
        for name, pair in _PAIRS.items():
            yield from _compared(focus, name, pair, values, places[focus], severity)


def _compared(
    focus: str,
    name: str,
    pair: tuple[str | None, str],
    values: dict[str, list[str]],
    place: Place,
    severity: Levels,
) -> Iterator[Finding]:
    for text in values.get(name, []):
        span = bounds(text)
        for bound, day in zip(pair, span, strict=True):
            for given in values.get(bound or "-", []):
                if given != day.isoformat():
                    yield _finding(
                        place,
                        severity,
                        focus,
                        f"ally:{bound} is not the day that ally:{name} gives. Correct the one or "
                        f"the other: '{text}' gives {day.isoformat()}.",
                        given,
                    )


def _values(quads: Iterable[Quad], places: Places) -> dict[str, dict[str, list[str]]]:
    """Collect dates and bounds of the judged things; under "" the texts that are no dates."""
    found: dict[str, dict[str, list[str]]] = {}
    for quad in quads:
        subject, value = quad.subject, quad.object
        if not isinstance(subject, NamedNode) or not isinstance(value, Literal):
            continue
        if subject.value not in places:
            continue
        name = quad.predicate.value
        if value.datatype.value == EDTF and not _is_date(value.value):
            found.setdefault(subject.value, {}).setdefault("", []).append(value.value)
        elif name in _WANTED:
            short = name.removeprefix(_ALLY)
            found.setdefault(subject.value, {}).setdefault(short, []).append(value.value)
    return {
        focus: {name: texts for name, texts in values.items() if _usable(name, texts)}
        for focus, values in found.items()
    }


def _usable(name: str, texts: list[str]) -> bool:
    """Dates of another datatype or form are left to the shapes."""
    return name not in _PAIRS or all(_is_date(text) for text in texts)


def _is_date(text: str) -> bool:
    try:
        bounds(text)
    except DateError:
        return False
    return True


def _finding(place: Place, severity: Levels, focus: str, message: str, value: str) -> Finding:
    return Finding(
        place, severity[_RULE], _RULE, focus, said(message), (value,), page=rule_page(_RULE)
    )
