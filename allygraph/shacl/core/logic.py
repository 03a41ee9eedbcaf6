"""Components that ask other shapes: node, not, and, or, xone."""

from allygraph.shacl.model import Constraint, Shape
from allygraph.shacl.names import sh
from allygraph.shacl.steps import Compiled, Scope, ValueTest, compiles


@compiles(sh("NodeConstraintComponent"), sh("AndConstraintComponent"))
def all_of(constraint: Constraint, shape: Shape, scope: Scope) -> Compiled:
    """The value conforms to the shape, or to all of the list."""
    return ValueTest(" || ".join(_fails(constraint, scope)) or "false")


@compiles(sh("NotConstraintComponent"))
def not_(constraint: Constraint, shape: Shape, scope: Scope) -> Compiled:
    """The value does not conform to the shape."""
    return ValueTest(f"!{_fails(constraint, scope)[0]}")


@compiles(sh("OrConstraintComponent"))
def or_(constraint: Constraint, shape: Shape, scope: Scope) -> Compiled:
    """The value conforms to at least one of the shapes."""
    return ValueTest(" && ".join(_fails(constraint, scope)) or "true")


@compiles(sh("XoneConstraintComponent"))
def xone(constraint: Constraint, shape: Shape, scope: Scope) -> Compiled:
    """The value conforms to exactly one of the shapes."""
    counted = " + ".join(f"IF({fails}, 0, 1)" for fails in _fails(constraint, scope))
    return ValueTest(f"({counted or '0'}) != 1")


def _fails(constraint: Constraint, scope: Scope) -> list[str]:
    return [f"({scope.fails(node)})" for node in constraint.shapes]
