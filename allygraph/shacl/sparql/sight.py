"""What a query can see: whether the values of some properties can come before it.

Literals that the store would rewrite lie under a private datatype, which a query of others does not
know. So a query is asked of the store only if none of them can come before it.
"""

from collections.abc import Collection, Iterator

from pyoxigraph import NamedNode

from allygraph.shacl.sparql.groups import Group, Select, everywhere
from allygraph.shacl.sparql.lexer import Token

_TERMS = frozenset(("variable", "iri", "string", "number", "blank", "name"))
# IRIs of the package: scratch graphs, whose nodes may be literals, and the private datatypes.
_PRIVATE = "<urn:x-shacl:"
# The nodes that a caller chose; they are targets too, of which the query itself tells.
_CHOSEN = "<urn:x-shacl:focus>"


def may_see(select: Select, properties: Collection[NamedNode]) -> bool:
    """Tell whether a query may meet a value of these properties; if not sure, it may.

    Args:
        select: the query, names written as IRIs.
        properties: those whose values matter.
    """
    wanted = {str(name) for name in properties}
    for group in everywhere(select.where):
        for token in group.own:
            ours = token.text.startswith(_PRIVATE) and token.text != _CHOSEN
            if token.text in wanted or ours:
                return True
    return any(_asks_any(group) for group in everywhere(select.where))


def _asks_any(group: Group) -> bool:
    """Tell whether a triple pattern has a variable as its property, or all but some."""
    pattern = [Token("sign", "{", 0), *_outside_expressions(group), Token("sign", "}", 0)]
    return any(
        token.text == "!" or (bool(token.variable) and _stands_between(before, after))
        for before, token, after in zip(pattern, pattern[1:], pattern[2:], strict=False)
    )


def _stands_between(before: Token, after: Token) -> bool:
    begins = before.kind in _TERMS or before.text in (";", "]")
    return begins and (after.kind in _TERMS or after.text in ("[", "("))


def _outside_expressions(group: Group) -> Iterator[Token]:
    """Give the tokens of patterns, without the brackets that follow a word or a function."""
    depth, inside = 0, 0
    previous = Token("sign", "{", 0)
    for token in group.own:
        if token.text == "(":
            depth += 1
            if not inside and previous.kind == "word":
                inside = depth
        if not inside and token.text not in ("(", ")"):
            yield token
        if token.text == ")":
            if inside == depth:
                inside = 0
            depth -= 1
        previous = token
