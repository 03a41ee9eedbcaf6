"""The tokens of a SPARQL text: enough of the grammar to change a query without parsing it whole.

Strings, comments and IRIs are told from words, so that a brace or a variable inside them is none.
Offsets are of characters in the text. Source: https://www.w3.org/TR/sparql11-query/#sparqlGrammar.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
      (?P<space>\s+|\#[^\n\r]*)
    | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
    | (?P<string>\"\"\"(?:\\.|[^\\])*?\"\"\"|'''(?:\\.|[^\\])*?'''
        |"(?:\\.|[^"\\\n\r])*"|'(?:\\.|[^'\\\n\r])*')
    | (?P<variable>[?$]\w[\w·‿⁀]*)
    | (?P<tag>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    | (?P<number>[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?)
    | (?P<name>(?:[^\W\d_](?:[\w.·‿⁀-]*[\w·‿⁀-])?)?:
        (?:(?:[\w:]|%[0-9A-Fa-f]{2}|\\.)(?:(?:[\w.:·‿⁀-]|%[0-9A-Fa-f]{2}|\\.)*(?:[\w:·‿⁀-]|%[0-9A-Fa-f]{2}|\\.))?)?)
    | (?P<blank>_:[\w](?:[\w.·‿⁀-]*[\w·‿⁀-])?)
    | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<sign>\^\^|&&|\|\||!=|<=|>=|<<|>>|.)
    """,
    re.VERBOSE | re.DOTALL,
)

_WORDS = """
A ABS ADJUST AS ASC ASK AVG BASE BIND BNODE BOUND BY CEIL COALESCE CONCAT CONTAINS COUNT
DATATYPE DAY DESC DISTINCT ENCODE_FOR_URI EXISTS FALSE FILTER FLOOR FROM GRAPH GROUP
GROUP_CONCAT HASLANG HASLANGDIR HAVING HOURS IF IN IRI ISBLANK ISIRI ISLITERAL ISNUMERIC
ISTRIPLE ISURI LANG LANGDIR LANGMATCHES LATERAL LCASE LIMIT MAX MD5 MIN MINUS MINUTES MONTH
NAMED NOT NOW OBJECT OFFSET OPTIONAL ORDER PREDICATE PREFIX RAND REDUCED REGEX REPLACE ROUND
SAMETERM SAMPLE SECONDS SELECT SEPARATOR SERVICE SHA1 SHA256 SHA384 SHA512 SILENT STR STRAFTER
STRBEFORE STRDT STRENDS STRLANG STRLANGDIR STRLEN STRSTARTS STRUUID SUBJECT SUBSTR SUM TIMEZONE
TRIPLE TRUE TZ UCASE UNDEF UNION URI UUID VALUES WHERE YEAR
"""
WORDS = frozenset(_WORDS.split())
"""All words of a SELECT or ASK query. The engine reads ``trueSERVICE`` as two of them."""


@dataclass(frozen=True)
class Token:
    """One token.

    Args:
        kind: iri, string, variable, tag, number, name (``ex:label``), blank, word or sign.
        text: as written.
        start: offset of its first character.
    """

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Offset after its last character."""
        return self.start + len(self.text)

    @property
    def keyword(self) -> str:
        """The word in capitals, as keywords are compared; empty for other kinds."""
        return self.text.upper() if self.kind == "word" else ""

    @property
    def variable(self) -> str:
        """The name of the variable without its mark; empty for other kinds."""
        return self.text[1:] if self.kind == "variable" else ""


def tokens(text: str) -> tuple[Token, ...]:
    """Give the tokens of a text without spaces and comments; every text has some.

    >>> [token.text for token in tokens("ASK { ?s ex:p '}' } # {")]
    ['ASK', '{', '?s', 'ex:p', "'}'", '}']
    """
    found = (
        Token(str(match.lastgroup), match.group(), match.start()) for match in _TOKEN.finditer(text)
    )
    return tuple(token for token in found if token.kind != "space")


def comments(text: str) -> Iterator[tuple[int, int]]:
    """Give the offsets of the comments of a text: first character, and after the last."""
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "space" and match.group().startswith("#"):
            yield match.span()


def decoded(text: str) -> str:
    r"""Resolve the escapes ``\uXXXX``, in which rdflib lets even a keyword hide.

    >>> decoded(r"S\u0045LECT")
    'SELECT'
    """
    return re.sub(
        r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})",
        lambda match: _character(match.group(1) or match.group(2)) or match.group(),
        text,
    )


def _character(digits: str) -> str:
    code = int(digits, 16)
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else ""
