"""From shapes to a plan: which queries are asked, in which order.

The one operation is: judge all focus nodes of a shape at once. A unit is a shape with targets, or
a property shape that hangs on one. Where a shape refers to another (``sh:node``, ``sh:or`` …), the
other is written into the query as an expression if it is small and looks at single values;
otherwise its own steps come first: they are asked about all values at once and leave those that
fail in a scratch graph, which the query then reads.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from pyoxigraph import BlankNode, NamedNode

import allygraph.shacl.core.counts
import allygraph.shacl.core.logic
import allygraph.shacl.core.pairs
import allygraph.shacl.core.values  # noqa: F401  # the components register themselves
from allygraph.shacl.data import member
from allygraph.shacl.errors import CannotCompile
from allygraph.shacl.focus import (
    AnyData,
    Facts,
    Focus,
    Members,
    Targets,
    Within,
    from_few,
    may_lead,
    triples_along,
)
from allygraph.shacl.guards import check_circles
from allygraph.shacl.model import Constraint, Node, Path, Shape, ShapesGraph, Term
from allygraph.shacl.paths import is_nullable, walk
from allygraph.shacl.plan import Ask, Call, Fault, Fill, Plan, Put, Step, Unit
from allygraph.shacl.sparql.constraints import declared_constraint
from allygraph.shacl.steps import (
    REGISTRY,
    Compiled,
    FocusTest,
    Query,
    Rows,
    Scope,
    ValueTest,
    renamed,
)

_LONGEST_IN_LINE = 4000
_TESTS_IN_ONE_QUERY = 12
_ASKED_AT_MOST = 1000
# To lead from the focus nodes costs about four times as much a triple as to scan the property.
_LEAD = 4
FOCUS_GRAPH = NamedNode("urn:x-shacl:focus")


def plan(
    shapes: ShapesGraph,
    data: Facts | None = None,
    *,
    restricted: bool = False,
    only: Collection[Node] | None = None,
) -> Plan:
    """Plan the validation of a data graph; ``str()`` of the plan is its explanation.

    Args:
        shapes: what is compiled.
        data: what the plan may rely on (`data.DataGraph`); by default it fits any data.
        restricted: judge only the nodes of the scratch graph `FOCUS_GRAPH`.
        only: the shapes that are asked, of those with targets and those hanging on them.

    Raises:
        Refused: a shape refers to itself.
    """
    facts = AnyData() if data is None else data
    check_circles(shapes)
    units: list[Unit] = []
    for number, shape in enumerate(shapes.targeted()):
        units.extend(_units(_Planner(shapes, facts, f"{number}", restricted), shape, only))
    return Plan(tuple(units))


def _units(planner: "_Planner", shape: Shape, only: Collection[Node] | None) -> Iterator[Unit]:
    wanted = only is None or shape.node in only
    if wanted:
        unit = planner.unit(shape, shape)
        yield unit
        if unit.reason is not None:
            return  # another engine judges the shape with all that hangs on it
    for node in shape.properties:
        if wanted or (only is not None and node in only):
            yield planner.unit(planner.shapes[node], shape)


@dataclass
class _Planner:
    shapes: ShapesGraph
    facts: Facts
    name: str
    restricted: bool
    steps: list[Step] = field(default_factory=list)
    known: dict[tuple[Node, Focus], str] = field(default_factory=dict)
    asked: int = 0
    graphs: int = 0
    variables: int = 0

    def targets(self, shape: Shape) -> Focus:
        blank = [t.term for t in shape.targets if isinstance(t.term, BlankNode)]
        graph = self.put(blank) if blank else None
        classes = tuple(self.facts.classes(t.term) for t in shape.targets if t.kind == "class")
        focus: Focus = Targets(shape.targets, classes, graph)
        return Within(focus, FOCUS_GRAPH) if self.restricted else focus

    def unit(self, shape: Shape, parent: Shape) -> Unit:
        """Plan a shape with targets by itself, or a property shape that hangs on it as a whole.

        That it cannot be compiled is said in the unit.
        """
        self.steps, self.known, self.asked = [], {}, 0
        own = shape.node == parent.node
        focus = self.targets(parent)
        if not own:
            focus = focus.along(parent.path)
        reason = None
        try:
            self.judge(shape, focus, None, whole=not own)
        except CannotCompile as error:
            # The query for the focus nodes may need what was put first.
            self.steps = [step for step in self.steps if isinstance(step, Put)]
            reason = error.reason
        select = f"SELECT DISTINCT ?this WHERE {{ {focus.pattern('?this')} }}"
        return Unit(shape, tuple(_needed(self.steps, select)), select, parent.node, reason)

    def scratch(self) -> NamedNode:
        self.graphs += 1
        return NamedNode(f"urn:x-shacl:scratch:{self.name}.{self.graphs}")

    def fresh(self) -> str:
        self.variables += 1
        return f"?v{self.variables}"

    def put(self, terms: Sequence[Term]) -> NamedNode:
        graph = self.scratch()
        self.steps.append(Put(graph, tuple(terms)))
        return graph

    def judge(
        self, shape: Shape, focus: Focus, into: NamedNode | None, *, whole: bool = True
    ) -> None:
        """Plan all steps of a shape about some focus nodes.

        Args:
            shape: what is asked.
            focus: about which nodes.
            into: the scratch graph for the nodes that fail; None where the faults are reported.
            whole: with the property shapes that hang on it.
        """
        if shape.deactivated:
            return
        self._count(shape)
        before = len(self.steps)
        values: list[tuple[Fault, str]] = []
        tests: list[tuple[Fault, str]] = []
        for constraint, compiled in self._compiled(shape, focus):
            fault = Fault(shape, constraint)
            match compiled:
                case ValueTest(fails):
                    values.append((fault, fails))
                case FocusTest(fails):
                    tests.append((fault, fails))
                case Query():
                    self.steps.append(_ask_query(fault, compiled, into))
                case Rows():
                    self.steps.append(Call(fault, compiled, into))
        self._ask_values(shape, focus, [test for test in values if test[1] != "false"], into)
        self._ask_focus(focus, [test for test in tests if test[1] != "false"], into)
        if into is None and (repeats := focus.repeats()) is not None:
            self.steps[before:] = [_repeated(step, repeats) for step in self.steps[before:]]
        for node in shape.properties if whole else ():
            self.judge(self.shapes[node], focus.along(shape.path), into)

    def _count(self, shape: Shape) -> None:
        """Stop where shapes refer to shapes over so many ways that the plan would not end."""
        self.asked += 1
        if self.asked > _ASKED_AT_MOST:
            raise CannotCompile(shape.node, f"shapes are asked over {_ASKED_AT_MOST} ways")

    def _compiled(self, shape: Shape, focus: Focus) -> Iterator[tuple[Constraint, Compiled]]:
        scope = self._scope(shape, focus)
        idle = not may_lead(shape.path, self.facts)
        for constraint in shape.constraints:
            compile_ = REGISTRY.get(constraint.component, declared_constraint)
            compiled = compile_(constraint, shape, scope)
            if idle and isinstance(compiled, ValueTest):
                continue  # the path leads nowhere in these data: there are no values
            if idle and isinstance(compiled, Query) and compiled.gate is not None:
                continue
            yield constraint, compiled

    def _scope(self, shape: Shape, focus: Focus, *, in_line: bool = False) -> Scope:
        begin = "" if in_line else focus.pattern("?this")
        return Scope(
            focus=begin,
            values=walk(begin, shape.path, "?this", "?value"),
            shapes=self.shapes,
            facts=self.facts,
            fails=lambda node: self.fails(node, focus.along(shape.path)),
            fresh=self.fresh,
            put=self.put,
            check=None if in_line else self._leads(shape.path, focus),
            counted=None if in_line else focus.counted(shape.path, self.facts),
        )

    def _leads(self, path: Path | None, focus: Focus) -> str | None:
        """Give the test of the focus nodes if it is cheaper to begin with the path's triples."""
        check = focus.check("?this")
        if path is None or check is None or is_nullable(path):
            return None
        triples = triples_along(path, self.facts)
        if triples is None or triples > _LEAD * max(focus.size(self.facts), 1):
            return None
        return check

    def _ask_values(
        self,
        shape: Shape,
        focus: Focus,
        tests: Sequence[tuple[Fault, str]],
        into: NamedNode | None,
    ) -> None:
        """Plan the tests of single values: one query for those that look up, one for the rest."""
        if not tests:
            return
        few = from_few(shape.path, focus, self.facts, f"FILTER({_any(tests)})")
        if few is not None:
            self.steps.append(_ask_tests(few, tests, into, value=True))
            return
        check = self._leads(shape.path, focus)
        by_look_up: dict[bool, list[tuple[Fault, str]]] = {False: [], True: []}
        for test in tests:
            by_look_up[shape.path is not None and "EXISTS" in test[1]].append(test)
        for looks_up, group in by_look_up.items():
            if not group:
                continue
            filters = f"FILTER({_any(group)})"
            if check is None:
                where = f"{walk(focus.pattern('?this'), shape.path, '?this', '?value')} {filters}"
            else:
                triples = walk("", shape.path, "?this", "?value")
                where = f"{triples} {filters} FILTER({check})"
                if looks_up:
                    where = _by_value(shape.path, filters, triples, check)
            self.steps.append(_ask_tests(where, group, into, value=True))

    def _ask_focus(
        self, focus: Focus, tests: Sequence[tuple[Fault, str]], into: NamedNode | None
    ) -> None:
        for start in range(0, len(tests), _TESTS_IN_ONE_QUERY):
            group = tests[start : start + _TESTS_IN_ONE_QUERY]
            where = f"{focus.pattern('?this')} FILTER({_any(group)})"
            self.steps.append(_ask_tests(where, group, into, value=False))

    def fails(self, node: Node, focus: Focus) -> str:
        """Write an expression that is true where ``?value`` does not conform to a shape.

        Args:
            node: the shape.
            focus: all nodes that it will be asked about.
        """
        key = (node, focus)
        if key not in self.known:
            self.known[key] = self._failing(self.shapes[node], focus)
        return self.known[key]

    def _failing(self, shape: Shape, focus: Focus) -> str:
        in_line = self._in_line(shape, focus)
        if in_line is not None and len(in_line) <= _LONGEST_IN_LINE:
            return in_line
        asked, failing = self.scratch(), self.scratch()
        self.steps.append(Fill(asked, f"SELECT DISTINCT ?node {{ {focus.pattern('?node')} }}"))
        self.judge(shape, Members(asked), failing)
        return f"EXISTS {{ {member(str(failing), '?value')} }}"

    def _in_line(self, shape: Shape, focus: Focus) -> str | None:
        """Write a shape as one expression over ``?value``; None if a part cannot stand so."""
        if shape.deactivated:
            return "false"
        self._count(shape)
        parts = []
        scope = self._scope(shape, focus, in_line=True)
        for constraint in shape.constraints:
            compile_ = REGISTRY.get(constraint.component, declared_constraint)
            part = self._part(compile_(constraint, shape, scope), shape.path)
            if part is None:
                return None
            parts.append(part)
        inner = focus.along(shape.path)
        for node in shape.properties:
            parts.append(self._of_values(self.fails(node, inner), shape.path))
        return " || ".join(f"({part})" for part in parts if part != "false") or "false"

    def _part(self, compiled: Compiled, path: Path | None) -> str | None:
        match compiled:
            case ValueTest("false") | FocusTest("false"):
                return "false"
            case ValueTest(fails):
                return self._of_values(fails, path)
            case FocusTest(fails):
                return renamed(fails, {"?this": "?value"})
            case Query(nests=True):
                names = {"?this": "?value", "?value": self.fresh()}
                return f"EXISTS {{ {renamed(compiled.where, names)} }}"
        return None

    def _of_values(self, fails: str, path: Path | None) -> str:
        if path is None or fails == "false":
            return fails
        value = self.fresh()
        test = renamed(fails, {"?value": value})
        return f"EXISTS {{ {walk('', path, '?value', value)} FILTER({test}) }}"


def _needed(steps: Sequence[Step], select: str) -> list[Step]:
    """Leave out the steps whose scratch graph nobody reads: of an attempt that came to nothing.

    Args:
        steps: in their order.
        select: asked beside them.
    """
    if any(isinstance(step, Call) for step in steps):
        return list(steps)  # what a function reads cannot be seen
    kept: list[Step] = []
    read = select
    for step in reversed(steps):
        graph = step.into if isinstance(step, Ask | Call) else step.graph
        if graph is None or str(graph) in read:
            kept.append(step)
            read += "\n".join(step.lines())
    return kept[::-1]


def _repeated(step: Step, repeats: str) -> Step:
    if isinstance(step, Ask | Call) and step.into is None:
        return replace(step, repeats=repeats)
    return step


def _by_value(path: Path | None, filters: str, triples: str, check: str) -> str:
    """Write a query that looks each value up once, however many nodes have it."""
    values = f"SELECT DISTINCT ?value {{ {walk('', path, '?any', '?value')} }}"
    wrong = f"{{ SELECT ?value {{ {{ {values} }} {filters} }} }}"
    return f"{wrong} OPTIONAL {{ {triples} }} FILTER({check})"


def _any(tests: Sequence[tuple[Fault, str]]) -> str:
    return " || ".join(f"({test})" for _, test in tests) if len(tests) > 1 else tests[0][1]


def _ask_tests(
    where: str, tests: Sequence[tuple[Fault, str]], into: NamedNode | None, *, value: bool
) -> Ask:
    flags = tuple(test for _, test in tests) if len(tests) > 1 else ()
    return Ask(where, tuple(fault for fault, _ in tests), flags=flags, value=value, into=into)


def _ask_query(fault: Fault, query: Query, into: NamedNode | None) -> Ask:
    return Ask(
        query.where,
        (fault,),
        value=query.value,
        path=query.path,
        columns=query.columns,
        messages=query.messages,
        gate=query.gate,
        into=into,
    )
