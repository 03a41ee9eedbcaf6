"""Components that judge each value by itself: class, datatype, ranges, lengths, patterns, lists."""

import re
from functools import lru_cache

from pyoxigraph import BlankNode, Literal, NamedNode

from allygraph.shacl.data import DataGraph, comparable, datatypes, member
from allygraph.shacl.errors import CannotCompile
from allygraph.shacl.focus import instance_of, kinds_along
from allygraph.shacl.literals import KEPT
from allygraph.shacl.model import Constraint, Shape, Term
from allygraph.shacl.names import sh
from allygraph.shacl.paths import walk
from allygraph.shacl.profile import BLANK, IRI, TRIPLE
from allygraph.shacl.steps import Compiled, FocusTest, Scope, ValueTest, compiles, renamed

_TERMS_IN_LINE = 16
_KINDS = {
    sh("IRI"): "isIRI(?value)",
    sh("BlankNode"): "isBlank(?value)",
    sh("Literal"): "isLiteral(?value)",
    sh("BlankNodeOrIRI"): "isLiteral(?value)",
    sh("BlankNodeOrLiteral"): "isIRI(?value)",
    sh("IRIOrLiteral"): "isBlank(?value)",
}
_SINGLE = (sh("IRI"), sh("BlankNode"), sh("Literal"))
_ORDERS = {
    sh("MinExclusiveConstraintComponent"): ">",
    sh("MinInclusiveConstraintComponent"): ">=",
    sh("MaxExclusiveConstraintComponent"): "<",
    sh("MaxInclusiveConstraintComponent"): "<=",
}
# ^(?!A)B, the one look-around that comes up in practice, is two patterns without one.
_AHEAD = re.compile(r"\^\(\?!((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*)\)(.*)", re.DOTALL)


@compiles(sh("ClassConstraintComponent"))
def class_(constraint: Constraint, shape: Shape, scope: Scope) -> Compiled:
    """The value is an instance of the class or of one below it."""
    names = scope.facts.classes(constraint.value)
    return ValueTest(f"NOT EXISTS {{ {instance_of('?value', names, bound=True)} }}")


@compiles(sh("DatatypeConstraintComponent"))
def datatype(constraint: Constraint, shape: Shape, scope: Scope) -> Compiled:
    """The value is a literal of the datatype, and well-formed: others are stored under another."""
    assert isinstance(constraint.value, NamedNode)
    name = constraint.value.value
    found = kinds_along(shape.path, scope.facts)
    if found is not None and found <= {name, KEPT + name}:
        return ValueTest("false")
    test = f"DATATYPE(?value) != {constraint.value}"
    if scope.facts.kept:
        test = f"DATATYPE(?value) NOT IN ({datatypes(constraint.value)})"
    return ValueTest(f"IF(isLiteral(?value), {test}, true)")


@compiles(sh("NodeKindConstraintComponent"))
def node_kind(constraint: Constraint, shape: Shape, scope: Scope) -> Compiled:
    """The value is an IRI, a blank node or a literal, or one of two of them."""
    kind = constraint.value
    assert isinstance(kind, NamedNode)
    found = kinds_along(shape.path, scope.facts)
    if found is not None and all(_is_of(one, kind) for one in found):
        return ValueTest("false")
    return ValueTest(f"!{_KINDS[kind]}" if kind in _SINGLE else _KINDS[kind])


def _is_of(found: str, kind: NamedNode) -> bool:
    """Tell whether values of a kind that the data have are of a node kind."""
    word = "IRI" if found == IRI else "BlankNode" if found == BLANK else "Literal"
    return found != TRIPLE and word in kind.value.rpartition("#")[2].split("Or")


@compiles(*_ORDERS)
def order(constraint: Constraint, shape: Shape, scope: Scope) -> Compiled:
    """The value stands in the order; what cannot be compared does not."""
    operator = _ORDERS[constraint.component]
    value = scope.decode("?value")
    return ValueTest(f"!COALESCE({value} {operator} {comparable(constraint.value)}, false)")


@compiles(sh("MinLengthConstraintComponent"), sh("MaxLengthConstraintComponent"))
def length(constraint: Constraint, shape: Shape, scope: Scope) -> Compiled:
    """The text of the value has so many characters; a blank node has no text."""
    least = constraint.component == sh("MinLengthConstraintComponent")
    bound = int(_text(constraint.value))
    test = f"STRLEN(STR(?value)) {'<' if least else '>'} {bound}"
    return ValueTest(f"IF(isBlank(?value), true, {test})")


@compiles(sh("PatternConstraintComponent"))
def pattern(constraint: Constraint, shape: Shape, scope: Scope) -> Compiled:
    """The text of the value matches; a blank node has no text.

    Raises:
        CannotCompile: the pattern is none for the store, which knows no look-around.
    """
    flags = constraint.find_option(sh("flags"))
    text = _text(constraint.value)
    tests = _matches(text, "" if flags is None else _text(flags))
    if tests is None:
        raise CannotCompile(shape.node, f"the store has no such pattern: {text}")
    return ValueTest(f"IF(isBlank(?value), true, !({tests}))")


def _matches(text: str, flags: str) -> str | None:
    """Write the test that a pattern matches; None if the store cannot."""
    parts = [("", text)]
    if (ahead := _AHEAD.fullmatch(text)) is not None and not _has_choice(ahead[2]):
        parts = [("!", f"^(?:{ahead[1]})"), ("", f"^{ahead[2]}")]
    if not all(_is_pattern(part, flags) for _, part in parts):
        return None
    written = f", {Literal(flags)}" if flags else ""
    return " && ".join(f"{no}REGEX(STR(?value), {Literal(part)}{written})" for no, part in parts)


def _has_choice(text: str) -> bool:
    """Tell whether a pattern has a bar outside brackets, so that a start would not hold for all."""
    bare = re.sub(r"\\.|\[(?:[^\]\\]|\\.)*\]", "", text)
    while (shorter := re.sub(r"\([^()]*\)", "", bare)) != bare:
        bare = shorter
    return "|" in bare


@lru_cache(maxsize=1024)
def _is_pattern(text: str, flags: str) -> bool:
    query = f'SELECT (REGEX("", {Literal(text)}, {Literal(flags)}) AS ?x) {{}}'
    return next(iter(DataGraph().rows(query)))["x"] is not None


@compiles(sh("LanguageInConstraintComponent"))
def language_in(constraint: Constraint, shape: Shape, scope: Scope) -> Compiled:
    """The value is a text in one of the languages."""
    tests = (f"LANGMATCHES(LANG(?value), {Literal(_text(m))})" for m in constraint.members)
    return ValueTest(f"IF(isLiteral(?value), !({' || '.join(tests) or 'false'}), true)")


@compiles(sh("InConstraintComponent"))
def in_(constraint: Constraint, shape: Shape, scope: Scope) -> Compiled:
    """The value is one of the list, as the same term: 1 is not 1.0."""
    members = constraint.members
    if not members:
        return ValueTest("true")
    if len(members) > _TERMS_IN_LINE or any(isinstance(m, BlankNode) for m in members):
        graph = scope.put(members)
        return ValueTest(f"NOT EXISTS {{ {member(str(graph), '?value')} }}")
    tests = (f"sameTerm(?value, {scope.encode(m)})" for m in members)
    return ValueTest(f"!({' || '.join(tests)})")


@compiles(sh("HasValueConstraintComponent"))
def has_value(constraint: Constraint, shape: Shape, scope: Scope) -> Compiled:
    """One of the values is the term."""
    test = f"sameTerm(?value, {scope.encode(constraint.value)})"
    if isinstance(constraint.value, BlankNode):
        test = f"EXISTS {{ {member(str(scope.put((constraint.value,))), '?value')} }}"
    if shape.path is None:
        return FocusTest(f"!({renamed(test, {'?value': '?this'})})")
    value = scope.fresh()
    found = walk("", shape.path, "?this", value)
    return FocusTest(f"NOT EXISTS {{ {found} FILTER({renamed(test, {'?value': value})}) }}")


def _text(term: Term) -> str:
    assert not isinstance(term, BlankNode)
    return term.value
