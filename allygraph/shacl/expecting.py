"""What would be right: each kind of constraint as a short English phrase."""

from collections.abc import Callable

from pyoxigraph import Literal, NamedNode

from allygraph.shacl.model import Constraint, Term
from allygraph.shacl.names import sh

Shorten = Callable[[Term], str]
_SHOWN = 6
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


def expected(constraint: Constraint, shorten: Shorten) -> str:
    """Say what a constraint asks for; empty where only its message can tell.

    Args:
        constraint: of any component.
        shorten: writes a term for a reader.
    """
    name = constraint.component.value.removeprefix(sh("").value)
    name = name.removesuffix("ConstraintComponent")
    if name in ("MinCount", "MaxCount"):
        return _count(name, constraint.value)
    if name in ("QualifiedMinCount", "QualifiedMaxCount"):
        return (
            f"{_count(name, constraint.value)} conforming to {_listed(constraint.shapes, shorten)}"
        )
    if name == "NodeKind":
        return _NODE_KINDS[constraint.value.value.removeprefix(sh("").value)]
    if name == "Pattern":
        flags = constraint.find_option(sh("flags"))
        told = f" (flags {flags.value})" if isinstance(flags, Literal) else ""
        return f"a text that matches {constraint.value.value}{told}"
    return _PHRASES.get(name, "").format(
        value=shorten(constraint.value),
        members=_listed(constraint.members, shorten),
        shapes=_listed(constraint.shapes, shorten),
        predicates=_listed(constraint.predicates, shorten) or "none",
    )


def _count(name: str, number: Term) -> str:
    count = number.value
    bound = "at least" if "Min" in name else "at most"
    return f"{bound} {count} {'value' if count == '1' else 'values'}"


def _listed(terms: tuple[Term, ...], shorten: Shorten) -> str:
    named = [shorten(t) if isinstance(t, NamedNode | Literal) else "a shape" for t in terms]
    more = f" … ({len(named)} in all)" if len(named) > _SHOWN else ""
    return ", ".join(dict.fromkeys(named[:_SHOWN])) + more
