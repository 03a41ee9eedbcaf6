"""Messages with ``{?variable}`` in them, filled from a row of the query."""

import re
from collections.abc import Callable, Mapping

from pyoxigraph import Literal

from allygraph.shacl.model import Term

_PLACE = re.compile(r"\{[?$](\w+)\}")


def filler(
    templates: tuple[Literal, ...], constants: Mapping[str, Term]
) -> Callable[[Mapping[str, Term]], tuple[Literal, ...]]:
    """Make the function that gives the messages of a row.

    Args:
        templates: texts with places such as ``{?value}`` or ``{$this}``.
        constants: what is bound in every row: parameters, the shape.

    Returns:
        a function from a row to its messages; the row's own ``?message`` goes before all.
    """

    def fill(row: Mapping[str, Term]) -> tuple[Literal, ...]:
        own = row.get("message")
        if isinstance(own, Literal):
            return (own,)
        bound = {**constants, **row}
        return tuple(_filled(template, bound) for template in templates)

    return fill


def variables(templates: tuple[Literal, ...]) -> set[str]:
    """Give the names that stand in the places of messages."""
    return {name for template in templates for name in _PLACE.findall(template.value)}


def _filled(template: Literal, bound: Mapping[str, Term]) -> Literal:
    def text(match: re.Match[str]) -> str:
        term = bound.get(match.group(1))
        return match.group() if term is None else term.value

    value = _PLACE.sub(text, template.value)
    if template.language:
        return Literal(value, language=template.language)
    return Literal(value, datatype=template.datatype)
