"""Terms as they are written in a file: the shortest way, or the one that is right anywhere.

Shape: a term, the token that stood there and the prefixes of the file in, a token out. The quotes
of the old token are kept where the text stays the same.
Source: https://www.w3.org/TR/turtle/#sec-grammar, https://www.w3.org/TR/n-triples/.
"""

import re
from collections.abc import Mapping

from pyoxigraph import Literal, NamedNode, RdfFormat

from allygraph.turtle.blocks import is_plain
from allygraph.validation.fixes.lexical import STRING
from allygraph.validation.fixes.wanted import Term

SHORT_FORMS = (RdfFormat.TURTLE, RdfFormat.TRIG)
"""Formats that have prefixes and plain numbers."""
_QUOTED = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""'
    r"|'''(?:[^'\\]|\\.|'(?!''))*'''"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'(?:[^'\\\n]|\\.)*'",
    re.DOTALL,
)
_LOCAL = re.compile(r"[^\W_][\w]*(?:[-.]?\w+)*")


def token(
    term: Term, old: str, was: Term, prefixes: Mapping[str, str], *, short: bool = True
) -> str:
    """Write a term where an old token stood.

    Args:
        term: what is to be written; no blank node.
        old: the token that stood there.
        was: the term that it meant.
        prefixes: the prefixes of the file, prefix to namespace.
        short: whether prefixes and plain numbers may be used.
    """
    if not isinstance(term, Literal):
        return _iri(term.value, prefixes) if short else str(term)
    if short and is_plain(term):
        return term.value
    quoted = _QUOTED.match(old)
    kept = quoted and isinstance(was, Literal) and was.value == term.value
    text = quoted.group() if quoted and kept else str(Literal(term.value))
    if term.language:
        return f"{text}@{term.language}"
    datatype = term.datatype.value
    if datatype == STRING:
        return text
    return f"{text}^^{_iri(datatype, prefixes) if short else str(NamedNode(datatype))}"


def _iri(iri: str, prefixes: Mapping[str, str]) -> str:
    fitting = sorted(
        (len(iri) - len(namespace), prefix, namespace)
        for prefix, namespace in prefixes.items()
        if namespace and iri.startswith(namespace)
    )
    for _, prefix, namespace in fitting:
        local = iri[len(namespace) :]
        if _LOCAL.fullmatch(local):
            return f"{prefix}:{local}"
    return str(NamedNode(iri))
