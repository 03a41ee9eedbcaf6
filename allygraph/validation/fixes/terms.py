"""Terms with one right answer: what a wrong value can only have been meant to be.

Shape: a value and what its shape wants in, another term out, or None where nothing or more than
one thing would do. Nothing is guessed: text, number or day stay the same, only how they are
written changes (decision 134).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode

from allygraph.validation.fixes.lexical import (
    ANY_URI,
    BOOLEAN,
    EDTF,
    LANG_STRING,
    NUMBERS,
    STRING,
    XSD,
    is_iri,
    is_valid,
    plain,
)
from allygraph.validation.fixes.loose import find_date
from allygraph.validation.fixes.wanted import Term, Wanted

_DATES = frozenset({EDTF, *(f"{XSD}{name}" for name in ("date", "gYear", "gYearMonth"))})
_WORDS = frozenset({STRING, ANY_URI})


@dataclass(frozen=True)
class Context:
    """What is known around a value.

    ``language`` is the one that the file declares; ``prefixes`` are the file's, prefix to
    namespace; ``is_described`` tells whether the data describe an IRI.
    """

    language: str | None = None
    prefixes: Mapping[str, str] = field(default_factory=dict)
    is_described: Callable[[NamedNode], bool] = lambda node: False


def remedy(value: Term, wanted: Wanted, context: Context) -> Term | None:
    """Give the one term that fits the shape and says what the value says; None if there is none."""
    if wanted.accepts(value) and _is_well_formed(value):
        # The fault lies elsewhere: in a class, a count, another shape.
        return None
    found = {
        term
        for option in wanted.options
        for term in _candidates(value, option, context)
        if term != value and wanted.accepts(term)
    }
    return found.pop() if len(found) == 1 else None


def _candidates(value: Term, wanted: Wanted, context: Context) -> Iterator[Term]:
    if wanted.values:
        yield from _listed(value, wanted)
    elif len(wanted.datatypes) == 1:
        datatype = next(iter(wanted.datatypes))
        if datatype == LANG_STRING:
            yield from _in_language(value, wanted, context)
        else:
            yield from _typed(value, datatype, context)
    elif wanted.languages:
        yield from _in_language(value, wanted, context)
    elif wanted.iri and isinstance(value, Literal) and not value.language:
        yield from _named(value.value.strip(), wanted, context)


def _listed(value: Term, wanted: Wanted) -> Iterator[Term]:
    """Give the listed value that has the same text, in another type or language."""
    if isinstance(value, Literal):
        same = [one for one in wanted.values if _same_text(one, value.value)]
        yield from same if len(same) == 1 else ()


def _same_text(one: Term, text: str) -> bool:
    return isinstance(one, Literal | NamedNode) and one.value == text


def _in_language(value: Term, wanted: Wanted, context: Context) -> Iterator[Term]:
    """Tag a text with the language that the shape allows alone, or that the file declares."""
    only = next(iter(wanted.languages)) if len(wanted.languages) == 1 else None
    language = only or context.language
    if language and isinstance(value, Literal) and value.datatype.value == STRING:
        yield Literal(value.value, language=language)


def _typed(value: Term, datatype: str, context: Context) -> Iterator[Term]:
    if isinstance(value, NamedNode):
        if datatype == ANY_URI and not context.is_described(value):
            yield Literal(value.value, datatype=NamedNode(ANY_URI))
    elif isinstance(value, Literal) and _may_become(value, datatype):
        text = _written(value.value, datatype)
        if text is not None:
            yield Literal(text, datatype=NamedNode(datatype))


def _may_become(value: Literal, datatype: str) -> bool:
    """Tell whether nothing is lost: a language is, and whether 1 is true is for people to say."""
    if value.language and datatype in _WORDS:
        return False
    return not (datatype == BOOLEAN and value.datatype.value in NUMBERS)


def _written(text: str, datatype: str) -> str | None:
    """Give the lexical form of a datatype that a text means."""
    if is_valid(datatype, text):
        return plain(datatype, text)
    stripped = text.strip()
    if is_valid(datatype, stripped):
        return plain(datatype, stripped)
    found = find_date(text) if datatype in _DATES else None
    return found if found and is_valid(datatype, found) else None


def _named(text: str, wanted: Wanted, context: Context) -> Iterator[Term]:
    """Give the thing that a text names: by a prefix of the file, or by an IRI.

    Where a class is wanted too, the data must describe the thing.
    """
    prefix, colon, local = text.partition(":")
    if colon and prefix in context.prefixes and is_iri(context.prefixes[prefix] + local):
        node = NamedNode(context.prefixes[prefix] + local)
        if context.is_described(node):
            yield node
            return
    if is_iri(text) and (text.startswith("urn:") or "://" in text):
        node = NamedNode(text)
        if not wanted.of_a_class or context.is_described(node):
            yield node


def _is_well_formed(value: Term) -> bool:
    """Tell whether a value is not surely an ill-formed one: "11 July"^^xsd:date is."""
    if not isinstance(value, Literal) or value.language:
        return True
    datatype = value.datatype.value
    known = datatype in _DATES or datatype in NUMBERS or datatype == BOOLEAN
    return not known or is_valid(datatype, value.value)
