"""Components that ask other shapes: node, not, and, or, xone."""

from pyoxigraph import BlankNode, NamedNode

from allygraph.shacl.focus import SUBCLASSES_IN_LINE, instance_of
from allygraph.shacl.model import Constraint, Shape, Term
from allygraph.shacl.names import sh
from allygraph.shacl.steps import Compiled, Scope, ValueTest, compiles

_CLASS = sh("ClassConstraintComponent")


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
    """The value conforms to at least one of the shapes; if these are classes, one look tells."""
    classes = [_only_class(scope.shapes[node]) for node in constraint.shapes]
    known = [name for name in classes if name is not None]
    if known and len(known) == len(classes):
        names = dict.fromkeys(n for name in known for n in scope.facts.classes(name))
        if len(names) <= SUBCLASSES_IN_LINE and not any(isinstance(n, BlankNode) for n in names):
            return ValueTest(f"NOT EXISTS {{ {instance_of('?value', tuple(names), bound=True)} }}")
    return ValueTest(" && ".join(_fails(constraint, scope)) or "true")


@compiles(sh("XoneConstraintComponent"))
def xone(constraint: Constraint, shape: Shape, scope: Scope) -> Compiled:
    """The value conforms to exactly one of the shapes."""
    counted = " + ".join(f"IF({fails}, 0, 1)" for fails in _fails(constraint, scope))
    return ValueTest(f"({counted or '0'}) != 1")


def _only_class(shape: Shape) -> Term | None:
    """Give the class that is all that a shape asks for, if so."""
    asked = [constraint.component for constraint in shape.constraints]
    if asked != [_CLASS] or shape.path or shape.properties or shape.deactivated:
        return None
    name = shape.constraints[0].value
    return name if isinstance(name, NamedNode) else None


def _fails(constraint: Constraint, scope: Scope) -> list[str]:
    return [f"({scope.fails(node)})" for node in constraint.shapes]
