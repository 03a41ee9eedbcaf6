"""What would be right: each kind of constraint as a short English phrase."""

from collections.abc import Callable

from pyoxigraph import Literal, NamedNode

from allygraph.shacl.model import Constraint, Node, ShapesGraph, Term
from allygraph.shacl.names import sh
from allygraph.shacl.paths import predicates

Shorten = Callable[[Term], str]
_SHOWN = 6
_CHOICES = (sh("OrConstraintComponent"), sh("XoneConstraintComponent"))
_NODE_KINDS = {
    "IRI": "an IRI",
    "BlankNode": "a blank node",
    "Literal": "a literal",
    "BlankNodeOrIRI": "an IRI or a blank node",
    "BlankNodeOrLiteral": "a blank node or a literal",
    "IRIOrLiteral": "an IRI or a literal",
}
_PHRASES = {
    "Class": "an instance of {value}",
    "Datatype": "a literal of {value}",
    "MinExclusive": "more than {value}",
    "MinInclusive": "{value} or more",
    "MaxExclusive": "less than {value}",
    "MaxInclusive": "{value} or less",
    "MinLength": "at least {value} characters",
    "MaxLength": "at most {value} characters",
    "Equals": "the values of {value}",
    "Disjoint": "no value of {value}",
    "LessThan": "less than each value of {value}",
    "LessThanOrEquals": "at most each value of {value}",
    "HasValue": "{value} among the values",
    "In": "one of {members}",
    "LanguageIn": "a text in one of the languages {members}",
    "UniqueLang": "one text a language",
    "Not": "what does not conform to {shapes}",
    "And": "what conforms to all of {shapes}",
    "Or": "what conforms to one of {shapes}",
    "Xone": "what conforms to exactly one of {shapes}",
    "Node": "what conforms to {shapes}",
    "Closed": "no other property than {predicates}",
}


def expected(constraint: Constraint, shorten: Shorten, shapes: ShapesGraph | None = None) -> str:
    """Say what a constraint asks for; empty where only its message can tell.

    Args:
        constraint: of any component.
        shorten: writes a term for a reader.
        shapes: to say of a shape without a name what it asks for, one level deep.
    """
    return _phrase(constraint, shorten, shapes)


def _phrase(constraint: Constraint, shorten: Shorten, shapes: ShapesGraph | None) -> str:
    name = constraint.component.value.removeprefix(sh("").value)
    name = name.removesuffix("ConstraintComponent")
    if name in ("MinCount", "MaxCount"):
        return _count(name, constraint.value)
    if name in ("QualifiedMinCount", "QualifiedMaxCount"):
        inner = _shapes(constraint, shorten, shapes)
        return f"{_count(name, constraint.value)} conforming to {inner}"
    if name == "NodeKind":
        return _NODE_KINDS[constraint.value.value.removeprefix(sh("").value)]
    if name == "Pattern":
        flags = constraint.find_option(sh("flags"))
        told = f" (flags {flags.value})" if isinstance(flags, Literal) else ""
        return f"a text that matches {constraint.value.value}{told}"
    return _PHRASES.get(name, "").format(
        value=shorten(constraint.value),
        members=_listed(constraint.members, shorten),
        shapes=_shapes(constraint, shorten, shapes),
        predicates=_listed(constraint.predicates, shorten) or "none",
    )


def _shapes(constraint: Constraint, shorten: Shorten, shapes: ShapesGraph | None) -> str:
    told = [_shape(node, shorten, shapes) for node in constraint.shapes]
    more = f" … ({len(told)} in all)" if len(told) > _SHOWN else ""
    joint = " or " if constraint.component in _CHOICES else ", "
    return joint.join(dict.fromkeys(told[:_SHOWN])) + more


def _shape(node: Node, shorten: Shorten, shapes: ShapesGraph | None) -> str:
    """Name a shape, or say in brackets what it asks of a value, or of what a path leads to."""
    if isinstance(node, NamedNode):
        return shorten(node)
    shape = None if shapes is None else shapes.shapes.get(node)
    if shape is None or not shape.constraints:
        return "a shape"
    phrases = [_phrase(inner, shorten, None) for inner in shape.constraints]
    text = " and ".join(filter(None, phrases)) or "a shape"
    if shape.path is None:
        return f"({text})"
    names = ", ".join(shorten(iri) for iri in predicates(shape.path))
    return f"({names}: {text})"


def _count(name: str, number: Term) -> str:
    count = number.value
    bound = "at least" if "Min" in name else "at most"
    return f"{bound} {count} {'value' if count == '1' else 'values'}"


def _listed(terms: tuple[Term, ...], shorten: Shorten) -> str:
    named = [shorten(t) if isinstance(t, NamedNode | Literal) else "a shape" for t in terms]
    more = f" … ({len(named)} in all)" if len(named) > _SHOWN else ""
    return ", ".join(dict.fromkeys(named[:_SHOWN])) + more
