"""Components that count: the values, those that conform to a shape, those in one language."""

from allygraph.shacl.model import Alternative, Constraint, Path, Predicate, Shape
from allygraph.shacl.names import sh
from allygraph.shacl.paths import walk
from allygraph.shacl.steps import Compiled, FocusTest, Query, Scope, ValueTest, compiles, renamed

_MIN = (sh("MinCountConstraintComponent"), sh("QualifiedMinCountConstraintComponent"))
_TRUE = ("true",)


@compiles(sh("MinCountConstraintComponent"), sh("MaxCountConstraintComponent"))
def count(constraint: Constraint, shape: Shape, scope: Scope) -> Compiled:
    """The focus node has so many values."""
    number = int(constraint.value.value)
    least, most = scope.counted or (0, None)
    if constraint.component in _MIN:
        if number == 1 and least:
            return FocusTest("false")
        return _at_least(number, shape, scope, "")
    if most is not None and most <= number:
        return FocusTest("false")
    if (led := _led_by_properties(number, shape.path, scope.check)) is not None:
        return led
    return _at_most(number, shape, scope, "")


@compiles(
    sh("QualifiedMinCountConstraintComponent"),
    sh("QualifiedMaxCountConstraintComponent"),
)
def qualified(constraint: Constraint, shape: Shape, scope: Scope) -> Compiled:
    """So many values conform to the shape, and to none of the sibling shapes."""
    tests = [f"!({scope.fails(constraint.shapes[0])})"]
    tests.extend(f"({scope.fails(sibling)})" for sibling in constraint.siblings)
    number = int(constraint.value.value)
    compile_ = _at_least if constraint.component in _MIN else _at_most
    return compile_(number, shape, scope, f" FILTER({' && '.join(tests)})")


def _at_least(number: int, shape: Shape, scope: Scope, test: str) -> Compiled:
    if number == 0:
        return FocusTest("false")
    none = f"NOT EXISTS {{ {_reached(shape, scope, test)} }}"
    if number == 1:
        return FocusTest(none)
    few = _counted(scope, test, f"< {number}")
    return Query(f"{{ {scope.focus} FILTER({none}) }} UNION {few}", value=False)


def _at_most(number: int, shape: Shape, scope: Scope, test: str) -> Compiled:
    if number == 0:
        return FocusTest(f"EXISTS {{ {_reached(shape, scope, test)} }}")
    if number == 1 and not scope.focus:
        return FocusTest(f"EXISTS {{ {_two(shape, scope, test)} }}")
    return Query(_counted(scope, test, f"> {number}"), value=False)


def _reached(shape: Shape, scope: Scope, test: str) -> str:
    value = scope.fresh()
    return walk("", shape.path, "?this", value) + test.replace("?value", value)


def _two(shape: Shape, scope: Scope, test: str) -> str:
    one, other = scope.fresh(), scope.fresh()
    parts = (
        f"{{ {walk('', shape.path, '?this', value)}{renamed(test, {'?value': value})} }}"
        for value in (one, other)
    )
    return f"{' '.join(parts)} FILTER(!sameTerm({one}, {other}))"


def _counted(scope: Scope, test: str, bound: str) -> str:
    having = f"HAVING(COUNT(DISTINCT ?value) {bound})"
    return f"{{ SELECT ?this {{ {scope.values}{test} }} GROUP BY ?this {having} }}"


def _led_by_properties(number: int, path: Path | None, check: str | None) -> Query | None:
    """Count the triples of a property, or of some together; the focus is looked at last.

    The gate compares their number with the number of their subjects, at a third of the cost.
    """
    steps = path.paths if isinstance(path, Alternative) else (path,)
    names = [step.iri for step in steps if isinstance(step, Predicate)]
    if check is None or number == 0 or len(names) < len(steps):
        return None
    triples = " UNION ".join(f"{{ ?this {name} ?value }}" for name in names)
    of_one = "*" if len(names) == 1 else "DISTINCT ?value"
    counted = f"SELECT ?this {{ {triples} }} GROUP BY ?this HAVING(COUNT({of_one}) > {number})"
    counts = f"SELECT (COUNT(*) AS ?all) (COUNT(DISTINCT ?this) AS ?of) {{ {triples} }}"
    return Query(
        f"{{ {counted} }} FILTER({check})",
        value=False,
        gate=f"SELECT ?all {{ {{ {counts} }} FILTER(?all >= ?of + {number}) }}",
    )


@compiles(sh("UniqueLangConstraintComponent"))
def unique_lang(constraint: Constraint, shape: Shape, scope: Scope) -> Compiled:
    """No two values are texts in one language; only the term true asks for it."""
    if constraint.value.value not in _TRUE or (scope.counted or (0, None))[1] in (0, 1):
        return ValueTest("false")
    texts = f'{scope.values} FILTER(LANG(?value) != "") BIND(LCASE(LANG(?value)) AS ?tag)'
    if scope.check is not None and isinstance(shape.path, Predicate):
        texts = f'?this {shape.path.iri} ?value . FILTER(LANG(?value) != "")'
        texts += " BIND(LCASE(LANG(?value)) AS ?tag)"
        return _repeated(texts, f"FILTER({scope.check})")
    return _repeated(texts, "")


def _repeated(texts: str, check: str) -> Query:
    having = "HAVING(COUNT(DISTINCT ?value) > 1)"
    where = f"{{ SELECT ?this ?tag {{ {texts} }} GROUP BY ?this ?tag {having} }} {check}"
    return Query(where.strip(), value=False, columns=("tag",))
