"""The parameters of constraints: which values each may have, and how they become constraints."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode

from allygraph.shacl.errors import IllFormedShapes
from allygraph.shacl.model import Constraint, Node, Term
from allygraph.shacl.names import RDF_TYPE, RDFS_SUBCLASS_OF, sh, xsd
from allygraph.shacl.triples import Triples

_NODE_KINDS = frozenset(
    sh(name) for name in ("IRI", "BlankNode", "Literal", "BlankNodeOrIRI", "BlankNodeOrLiteral")
) | {sh("IRIOrLiteral")}
_INTEGERS = frozenset(
    xsd(name)
    for name in (
        "integer",
        "nonNegativeInteger",
        "positiveInteger",
        "int",
        "long",
        "short",
        "byte",
        "unsignedInt",
        "unsignedLong",
        "unsignedShort",
        "unsignedByte",
    )
)
_TEXTS = (xsd("string"),)
_BOOLEAN = xsd("boolean")


@dataclass(frozen=True)
class _Parameter:
    """What a parameter of SHACL Core takes.

    Args:
        component: local name of its component, without its ending.
        check: says what a value must be, or None if it is right.
        single: at most one value.
        listed: the value is a list; each member is checked.
        on_nodes: allowed at node shapes too.
    """

    component: str
    check: Callable[[Term], str | None]
    single: bool = False
    listed: bool = False
    on_nodes: bool = True


def _iri(value: Term) -> str | None:
    return None if isinstance(value, NamedNode) else "an IRI"


def _any(value: Term) -> str | None:
    return None


def _literal(value: Term) -> str | None:
    return None if isinstance(value, Literal) else "a literal"


def _count(value: Term) -> str | None:
    if isinstance(value, Literal) and value.datatype in _INTEGERS:
        try:
            if int(value.value) >= 0:
                return None
        except ValueError:
            pass
    return "a number of xsd:integer, 0 or more"


def _text(value: Term) -> str | None:
    right = isinstance(value, Literal) and value.datatype in _TEXTS
    return None if right else "a string"


def _boolean(value: Term) -> str | None:
    right = isinstance(value, Literal) and value.datatype == _BOOLEAN
    return None if right else "true or false"


def _node_kind(value: Term) -> str | None:
    return None if value in _NODE_KINDS else "one of the six node kinds"


def _shape(value: Term) -> str | None:
    return None if isinstance(value, NamedNode | BlankNode) else "a shape"


_CORE: dict[str, _Parameter] = {
    "class": _Parameter("Class", _iri),
    "datatype": _Parameter("Datatype", _iri, single=True),
    "nodeKind": _Parameter("NodeKind", _node_kind, single=True),
    "minCount": _Parameter("MinCount", _count, single=True, on_nodes=False),
    "maxCount": _Parameter("MaxCount", _count, single=True, on_nodes=False),
    "minExclusive": _Parameter("MinExclusive", _literal, single=True),
    "minInclusive": _Parameter("MinInclusive", _literal, single=True),
    "maxExclusive": _Parameter("MaxExclusive", _literal, single=True),
    "maxInclusive": _Parameter("MaxInclusive", _literal, single=True),
    "minLength": _Parameter("MinLength", _count, single=True),
    "maxLength": _Parameter("MaxLength", _count, single=True),
    "pattern": _Parameter("Pattern", _text),
    "languageIn": _Parameter("LanguageIn", _text, single=True, listed=True),
    "uniqueLang": _Parameter("UniqueLang", _boolean, single=True, on_nodes=False),
    "equals": _Parameter("Equals", _iri),
    "disjoint": _Parameter("Disjoint", _iri),
    "lessThan": _Parameter("LessThan", _iri, on_nodes=False),
    "lessThanOrEquals": _Parameter("LessThanOrEquals", _iri, on_nodes=False),
    "not": _Parameter("Not", _shape),
    "and": _Parameter("And", _shape, listed=True),
    "or": _Parameter("Or", _shape, listed=True),
    "xone": _Parameter("Xone", _shape, listed=True),
    "node": _Parameter("Node", _shape),
    "closed": _Parameter("Closed", _boolean, single=True),
    "hasValue": _Parameter("HasValue", _any),
    "in": _Parameter("In", _any, single=True, listed=True),
    "sparql": _Parameter("SPARQL", _shape),
}
# Parameters that only go with another one.
_OPTIONS: dict[str, Callable[[Term], str | None]] = {
    "flags": _text,
    "qualifiedValueShape": _shape,
    "qualifiedValueShapesDisjoint": _boolean,
    "qualifiedMinCount": _count,
    "qualifiedMaxCount": _count,
    "ignoredProperties": _any,
}
PARAMETERS = frozenset(sh(name) for name in (*_CORE, *_OPTIONS, "property"))
_LOGIC = ("not", "and", "or", "xone", "node")
_COMPARED = ("equals", "disjoint", "lessThan", "lessThanOrEquals")
_TRUE = Literal("true", datatype=_BOOLEAN)


@dataclass(frozen=True)
class Declared:
    """A constraint component that the shapes graph declares: its parameters by need."""

    component: NamedNode
    mandatory: tuple[NamedNode, ...]
    optional: tuple[NamedNode, ...]


def declared_components(triples: Triples) -> tuple[Declared, ...]:
    """Give the components that a shapes graph declares itself (``sh:ConstraintComponent``).

    Raises:
        IllFormedShapes: a parameter has no property of its own, or all are optional.
    """
    kinds = _below(triples, sh("ConstraintComponent"))
    return tuple(
        _declared(triples, node)
        for node in triples.subjects()
        if isinstance(node, NamedNode)
        and not kinds.isdisjoint(triples.objects(node, RDF_TYPE))
        and triples.objects(node, sh("parameter"))
        and not node.value.startswith(sh("").value)
    )


def _below(triples: Triples, top: NamedNode) -> set[Term]:
    """Give a class and all that the shapes graph puts below it."""
    found: set[Term] = {top}
    waiting = True
    while waiting:
        below = {
            node
            for node in triples.subjects()
            if node not in found and not found.isdisjoint(triples.objects(node, RDFS_SUBCLASS_OF))
        }
        found |= below
        waiting = bool(below)
    return found


def _declared(triples: Triples, node: NamedNode) -> Declared:
    groups: dict[bool, list[NamedNode]] = {True: [], False: []}
    for parameter in triples.objects(node, sh("parameter")):
        optional = _TRUE in triples.objects(parameter, sh("optional"))
        paths = [p for p in triples.objects(parameter, sh("path")) if isinstance(p, NamedNode)]
        if len(paths) != 1:
            raise IllFormedShapes(node, "each sh:parameter has one sh:path, an IRI")
        groups[optional].append(paths[0])
    if not groups[False]:
        raise IllFormedShapes(node, "a component needs a parameter that is not optional")
    return Declared(node, tuple(groups[False]), tuple(groups[True]))


def constraints(
    triples: Triples, node: Node, declared: tuple[Declared, ...], *, of_property: bool
) -> tuple[Constraint, ...]:
    """Read all constraints of a shape but its ``sh:property``.

    Raises:
        IllFormedShapes: a parameter has a value that it may not have, or too many.
    """
    properties = triples.properties(node)
    found: list[Constraint] = []
    for name, parameter in _CORE.items():
        values = properties.get(sh(name), [])
        if values and not (of_property or parameter.on_nodes):
            raise IllFormedShapes(node, f"sh:{name} is for property shapes")
        if parameter.single and len(values) > 1:
            raise IllFormedShapes(node, f"it has more than one sh:{name}")
        for value in values:
            found.append(_constraint(triples, node, name, value))
    found.extend(_qualified(triples, node, of_property))
    for component in declared:
        found.extend(_of_declared(node, properties, component))
    return tuple(found)


def _check(node: Node, name: str, value: Term, check: Callable[[Term], str | None]) -> None:
    if (right := check(value)) is not None:
        raise IllFormedShapes(node, f"sh:{name} takes {right}, not {value}")


def _list(triples: Triples, node: Node, name: str, head: Term) -> tuple[Term, ...]:
    members = triples.find_list(head)
    if members is None:
        raise IllFormedShapes(node, f"the value of sh:{name} is no well-formed list")
    return members


def _constraint(triples: Triples, node: Node, name: str, value: Term) -> Constraint:
    parameter = _CORE[name]
    members = _list(triples, node, name, value) if parameter.listed else ()
    for member in members if parameter.listed else (value,):
        _check(node, name, member, parameter.check)
    if name == "node" and triples.objects(value, sh("path")):
        raise IllFormedShapes(node, "sh:node takes a node shape, not a property shape")
    component = sh(f"{parameter.component}ConstraintComponent")
    if name == "closed":
        return _closed(triples, node, component, value)
    if name == "pattern":
        return Constraint(component, value, options=_flags(triples, node))
    return Constraint(
        component,
        value,
        members=members,
        shapes=_nodes(members or (value,)) if name in _LOGIC else (),
        predicates=_named((value,)) if name in _COMPARED else (),
    )


def _nodes(values: tuple[Term, ...]) -> tuple[Node, ...]:
    return tuple(value for value in values if not isinstance(value, Literal))


def _named(values: Iterable[Term]) -> tuple[NamedNode, ...]:
    return tuple(value for value in values if isinstance(value, NamedNode))


def _flags(triples: Triples, node: Node) -> tuple[tuple[NamedNode, Term], ...]:
    values = triples.objects(node, sh("flags"))
    if len(values) > 1:
        raise IllFormedShapes(node, "it has more than one sh:flags")
    for value in values:
        _check(node, "flags", value, _text)
    return tuple((sh("flags"), value) for value in values)


def _closed(triples: Triples, node: Node, component: NamedNode, value: Term) -> Constraint:
    paths = [
        path
        for shape in triples.objects(node, sh("property"))
        for path in triples.objects(shape, sh("path"))
    ]
    ignored: tuple[Term, ...] = ()
    heads = triples.objects(node, sh("ignoredProperties"))
    if len(heads) > 1:
        raise IllFormedShapes(node, "it has more than one sh:ignoredProperties")
    for head in heads:
        ignored = _list(triples, node, "ignoredProperties", head)
    for member in ignored:
        _check(node, "ignoredProperties", member, _iri)
    allowed = dict.fromkeys((*_named(paths), *_named(ignored)))
    return Constraint(component, value, members=ignored, predicates=tuple(allowed))


def _qualified(triples: Triples, node: Node, of_property: bool) -> Iterator[Constraint]:
    shapes = triples.objects(node, sh("qualifiedValueShape"))
    if not shapes:
        return
    if not of_property:
        raise IllFormedShapes(node, "sh:qualifiedValueShape is for property shapes")
    disjoint = triples.objects(node, sh("qualifiedValueShapesDisjoint"))
    for value in disjoint:
        _check(node, "qualifiedValueShapesDisjoint", value, _boolean)
    for name, component in (
        ("qualifiedMinCount", "QualifiedMin"),
        ("qualifiedMaxCount", "QualifiedMax"),
    ):
        counts = triples.objects(node, sh(name))
        if len(counts) > 1 or len(disjoint) > 1 or (counts and len(shapes) > 1):
            raise IllFormedShapes(node, f"sh:{name} and its partners have one value each")
        for count in counts:
            _check(node, name, count, _count)
            _check(node, "qualifiedValueShape", shapes[0], _shape)
            yield Constraint(
                sh(f"{component}CountConstraintComponent"),
                count,
                options=((sh("qualifiedValueShape"), shapes[0]),),
                shapes=_nodes((shapes[0],)),
                siblings=_siblings(triples, node, shapes[0]) if _TRUE in disjoint else (),
            )


def _siblings(triples: Triples, node: Node, own: Term) -> tuple[Node, ...]:
    """Give the qualified shapes of the other property shapes beside this one."""
    found: dict[Term, None] = {}
    for parent in triples.subjects():
        beside = triples.objects(parent, sh("property"))
        if node in beside:
            for shape in beside:
                found.update(dict.fromkeys(triples.objects(shape, sh("qualifiedValueShape"))))
    found.pop(own, None)
    return _nodes(tuple(found))


def _of_declared(
    node: Node, properties: Mapping[NamedNode, list[Term]], declared: Declared
) -> Iterator[Constraint]:
    """Give the constraints of a component that the shapes declare; of one parameter, each value."""
    if not all(name in properties for name in declared.mandatory):
        return
    names = [n for n in (*declared.mandatory, *declared.optional) if n in properties]
    if len(declared.mandatory) + len(declared.optional) == 1:
        for value in properties[names[0]]:
            yield Constraint(declared.component, value, options=((names[0], value),))
        return
    for name in names:
        if len(properties[name]) > 1:
            raise IllFormedShapes(node, f"it has more than one {name}")
    options = tuple((name, properties[name][0]) for name in names)
    yield Constraint(declared.component, options[0][1], options=options)
