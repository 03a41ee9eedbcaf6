"""Components that compare the values with those of another property, or look at all properties."""

from pyoxigraph import NamedNode

from allygraph.shacl.focus import triples_along
from allygraph.shacl.model import Constraint, Shape
from allygraph.shacl.names import sh
from allygraph.shacl.paths import walk
from allygraph.shacl.steps import Compiled, Query, Scope, ValueTest, compiles


@compiles(sh("EqualsConstraintComponent"))
def equals(constraint: Constraint, shape: Shape, scope: Scope) -> Compiled:
    """The values are those of the property; what one side lacks is a fault."""
    end = scope.fresh()
    lacking = f"{scope.values} FILTER NOT EXISTS {{ ?this {constraint.value} ?value }}"
    reached = f"{walk('', shape.path, '?this', end)} FILTER(sameTerm({end}, ?value))"
    other = f"{scope.focus} ?this {constraint.value} ?value . FILTER NOT EXISTS {{ {reached} }}"
    return Query(f"{{ {lacking} }} UNION {{ {other} }}", nests=True)


@compiles(sh("DisjointConstraintComponent"))
def disjoint(constraint: Constraint, shape: Shape, scope: Scope) -> Compiled:
    """No value is one of the property."""
    if scope.check is not None and _is_smaller(constraint, shape, scope):
        reached = walk("", shape.path, "?this", "?value")
        begin = f"?this {constraint.value} ?value ."
        return Query(f"{begin} FILTER EXISTS {{ {reached} }} FILTER({scope.check})")
    test = f"FILTER EXISTS {{ ?this {constraint.value} ?value }}"
    return Query(f"{scope.values} {test}", nests=True)


def _is_smaller(constraint: Constraint, shape: Shape, scope: Scope) -> bool:
    """Tell whether it is cheaper to begin with the property than with the path."""
    assert isinstance(constraint.value, NamedNode)
    triples = triples_along(shape.path, scope.facts)
    return triples is not None and scope.facts.counts.get(constraint.value, 0) < triples


@compiles(sh("LessThanConstraintComponent"), sh("LessThanOrEqualsConstraintComponent"))
def less_than(constraint: Constraint, shape: Shape, scope: Scope) -> Compiled:
    """Each value is less than each of the property; what cannot be compared is not."""
    other = scope.fresh()
    operator = "<" if constraint.component == sh("LessThanConstraintComponent") else "<="
    compared = f"{scope.decode('?value')} {operator} {scope.decode(other)}"
    return Query(
        f"{{ {scope.values} }} ?this {constraint.value} {other} ."
        f" FILTER(!COALESCE({compared}, false))",
        columns=(other[1:],),
        nests=True,
    )


@compiles(sh("ClosedConstraintComponent"))
def closed(constraint: Constraint, shape: Shape, scope: Scope) -> Compiled:
    """The value nodes have no other properties than those of the shape and the ignored ones."""
    if constraint.value.value not in ("true", "1"):
        return ValueTest("false")
    allowed = ", ".join(map(str, constraint.predicates))
    node = "?this" if shape.path is None else scope.fresh()
    nodes = scope.focus if shape.path is None else walk(scope.focus, shape.path, "?this", node)
    test = f" FILTER(?path NOT IN ({allowed}))" if allowed else ""
    return Query(f"{nodes} {node} ?path ?value .{test}", path=True, nests=True)
