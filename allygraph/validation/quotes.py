"""Quotes: the words of a quote stand in the text that its hash names, where we have that text.

The texts themselves are not ours to ship, so they are given by whoever has them.
"""

import hashlib
from collections.abc import Container, Iterable, Iterator, Sequence
from pathlib import Path
from unicodedata import normalize

from pyoxigraph import Literal, NamedNode, Quad

from allygraph.errors import UnreadableFile
from allygraph.names import PREFIXES, expand
from allygraph.validation.faults import Fault, property_path
from allygraph.validation.findings import Levels, rule_page, said

_EXACT = expand("oa:exact")
_CHECKED_AGAINST = PREFIXES["ally"] + "checkedAgainst"
_RULE = "quote-not-in-text"
_MESSAGE = (
    "The words do not stand in the text that ally:checkedAgainst names. Quote them as printed."
)


def find(
    quads: Iterable[Quad],
    texts: Sequence[Path],
    judged: Container[str],
    severity: Levels,
) -> Iterator[Fault]:
    """Give a fault for each judged quote that its text does not hold; spaces count as one.

    Args:
        quads: the quads with the quotes.
        texts: files of source texts, found by the sha256 of their bytes.
        judged: the things to judge, by IRI.
        severity: the severity of the rule.

    Raises:
        UnreadableFile: a text is missing or not UTF-8.
    """
    known = dict(read_text(path) for path in texts)
    words: dict[NamedNode, list[Literal]] = {}
    hashes: dict[NamedNode, str] = {}
    for quad in quads:
        focus, value = quad.subject, quad.object
        if isinstance(focus, NamedNode) and isinstance(value, Literal) and focus.value in judged:
            if quad.predicate.value == _EXACT:
                words.setdefault(focus, []).append(value)
            elif quad.predicate.value == _CHECKED_AGAINST:
                hashes[focus] = value.value
    for focus, digest in hashes.items():
        for quoted in words.get(focus, []):
            if digest in known and plain(quoted.value) not in known[digest]:
                yield Fault(
                    _RULE,
                    severity[_RULE],
                    said(_MESSAGE),
                    focus,
                    property_path(_EXACT),
                    (quoted,),
                    page=rule_page(_RULE),
                )


def read_text(path: Path) -> tuple[str, str]:
    """Give the sha256 of a source text's bytes, and the text as quotes are looked up in it.

    Raises:
        UnreadableFile: the text is missing or not UTF-8.
    """
    try:
        content = path.read_bytes()
        return hashlib.sha256(content).hexdigest(), plain(content.decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(
            f"the text '{path}' cannot be read", expected="a UTF-8 file", place=str(path)
        ) from error


def plain(text: str) -> str:
    """Give a text as quotes are compared: composed letters (NFC), and any spaces as one.

    Nothing else is passed over: another dash or quotation mark is another text.

    >>> plain("not\\n  yet clear ")
    'not yet clear'
    """
    return " ".join(normalize("NFC", text).split())
