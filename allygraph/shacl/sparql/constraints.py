"""SPARQL constraints (``sh:sparql``) and constraint components that the shapes declare themselves.

Source: https://www.w3.org/TR/shacl/#sparql-constraints and the section after it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from threading import Lock
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QuerySolutions, Store

from allygraph.shacl.data import member
from allygraph.shacl.errors import CannotCompile, Failed, IllFormedShapes, Refused
from allygraph.shacl.model import Constraint, Predicate, Shape, Term
from allygraph.shacl.names import sh
from allygraph.shacl.paths import sparql_path
from allygraph.shacl.sparql import messages, prebinding
from allygraph.shacl.sparql.groups import Malformed, read
from allygraph.shacl.sparql.lexer import tokens
from allygraph.shacl.sparql.prebinding import Constants
from allygraph.shacl.sparql.prefixes import prefixes
from allygraph.shacl.sparql.sight import may_see
from allygraph.shacl.steps import Compiled, Query, Row, Rows, Scope, compiles
from allygraph.shacl.triples import Triples

if TYPE_CHECKING:
    from allygraph.shacl.data import DataGraph

SHAPES_GRAPH = NamedNode("urn:x-shacl:shapes-graph")
_LOCAL = re.compile(r"[#/]")
_SHAPES_LOCK = Lock()
# Where a shape should stand within another query: a query of the shapes stands by itself.
_IN_LINE = Rows(lambda data: (), "a query of its own")


@compiles(sh("SPARQLConstraintComponent"))
def sparql_constraint(constraint: Constraint, shape: Shape, scope: Scope) -> Compiled:
    """Compile a ``sh:sparql`` constraint.

    Raises:
        IllFormedShapes: it is none, or has a part that SHACL forbids.
        CannotCompile: there is no query that judges all focus nodes at once.
        Refused: it would leave the data graph.
    """
    if not scope.focus:
        return _IN_LINE
    triples, node = scope.shapes.triples, constraint.value
    if any(_is_true(value) for value in triples.objects(node, sh("deactivated"))):
        return Rows(lambda data: (), "deactivated")
    templates = _messages(triples, node) or shape.messages
    return _Compilation(shape, scope, triples, node).select(templates)


def declared_constraint(constraint: Constraint, shape: Shape, scope: Scope) -> Compiled:
    """Compile a constraint whose component the shapes graph declares; errors as above.

    Without a validator for this kind of shape there is nothing to judge, as SHACL says.
    """
    if not scope.focus:
        return _IN_LINE
    triples, component = scope.shapes.triples, constraint.component
    special = sh("nodeValidator" if shape.path is None else "propertyValidator")
    found = triples.objects(component, special) or triples.objects(component, sh("validator"))
    queries = [
        node
        for node in found
        if triples.objects(node, sh("select")) or triples.objects(node, sh("ask"))
    ]
    if not queries:
        if any(triples.objects(node, sh("jsFunctionName")) for node in found):
            raise Refused(shape.node, f"{component} is judged by JavaScript, which is never run")
        return Rows(lambda data: (), "no validator for this kind of shape")
    validator = min(queries, key=str)
    templates = (
        shape.messages
        or _messages(triples, validator)
        or _messages(triples, component)
        or _messages(triples, component, "labelTemplate")
    )
    compilation = _Compilation(shape, scope, triples, validator)
    compilation.give(dict(constraint.options), _parameters(triples, component, shape))
    if triples.objects(validator, sh("ask")):
        return compilation.ask(templates)
    return compilation.select(templates)


def _parameters(triples: Triples, component: NamedNode, shape: Shape) -> dict[NamedNode, str]:
    """Give the variable of each parameter: the local name of its property."""
    found = {}
    for parameter in triples.objects(component, sh("parameter")):
        for path in triples.objects(parameter, sh("path")):
            if isinstance(path, NamedNode):
                found[path] = _LOCAL.split(path.value)[-1]
    for name in found.values():
        if name in prebinding.RESERVED or not name.isidentifier():
            raise IllFormedShapes(shape.node, f"a parameter of {component} is called '{name}'")
    return found


def _messages(triples: Triples, node: Term, word: str = "message") -> tuple[Literal, ...]:
    return tuple(v for v in triples.objects(node, sh(word)) if isinstance(v, Literal))


def _is_true(value: Term) -> bool:
    return isinstance(value, Literal) and value.value in ("true", "1")


class _Compilation:
    """One query of a shape on its way to being asked of all focus nodes."""

    def __init__(self, shape: Shape, scope: Scope, triples: Triples, query: Term) -> None:
        self.shape, self.scope, self.triples, self.query = shape, scope, triples, query
        self.bound: dict[str, Term] = {
            prebinding.CURRENT_SHAPE: shape.node,
            prebinding.SHAPES_GRAPH: SHAPES_GRAPH,
        }
        self.absent: tuple[str, ...] = ()
        self.mentioned: set[str] = set()

    def give(self, values: Mapping[NamedNode, Term], names: Mapping[NamedNode, str]) -> None:
        """Bind the parameters of a component."""
        self.bound |= {names[parameter]: value for parameter, value in values.items()}
        self.absent = tuple(name for path, name in names.items() if path not in values)

    def select(self, templates: tuple[Literal, ...]) -> Compiled:
        """Compile a SELECT query."""
        text = self.text("select")
        query = self.attempt(lambda: prebinding.set_at_a_time(text, self.scope.focus, self.known()))
        return self.compiled(query, templates)

    def ask(self, templates: tuple[Literal, ...]) -> Compiled:
        """Compile an ASK query, which tells of one value node whether it conforms."""
        text = self.text("ask")
        query = self.attempt(lambda: prebinding.conforming(text, self.scope.values, self.known()))
        return self.compiled(query, templates)

    def text(self, word: str) -> str:
        """Give the text of the query."""
        texts = self.triples.objects(self.query, sh(word))
        if len(texts) != 1 or not isinstance(texts[0], Literal):
            raise IllFormedShapes(self.shape.node, f"a SPARQL constraint has one sh:{word}, a text")
        text = texts[0].value
        self.mentioned = {token.variable for token in tokens(text)}
        return text

    def nameless(self) -> set[str]:
        """Give the variables of the query that are bound to blank nodes."""
        blank = {name for name, term in self.bound.items() if isinstance(term, BlankNode)}
        return blank & self.mentioned

    def known(self) -> Constants:
        """Write what is bound as text; blank nodes have none and are bound by a pattern."""
        blank = sorted(self.nameless())
        return Constants(
            terms={
                # The engine knows the value of any literal; a private datatype has none.
                name: str(term)
                for name, term in self.bound.items()
                if not isinstance(term, BlankNode)
            },
            absent=self.absent,
            pattern=" ".join(
                member(str(self.scope.put([self.bound[name]])), f"?{name}") for name in blank
            ),
            blank=blank,
            prefixes=prefixes(self.triples, self.query, self.shape.node),
            path=None if self.shape.path is None else f"({sparql_path(self.shape.path)})",
        )

    def attempt(self, make: Callable[[], str]) -> str:
        """Make the query, and let the engine read it once."""
        try:
            query = make()
        except prebinding.Outside as error:
            raise Refused(self.shape.node, str(error)) from error
        except prebinding.Forbidden as error:
            raise IllFormedShapes(self.shape.node, str(error)) from error
        except (prebinding.Beyond, Malformed) as error:
            raise CannotCompile(self.shape.node, str(error)) from error
        try:
            Store().query(f"SELECT * WHERE {{ {{ {query} }} }}")
        except SyntaxError as error:
            reason = f"its query has no form for all nodes at once: {error.msg}"
            raise CannotCompile(self.shape.node, reason) from error
        except (RuntimeError, ValueError) as error:
            # A function that is not there is an error in every row, so no row would be a fault.
            raise Refused(self.shape.node, f"its query cannot be evaluated: {error}") from error
        facts = self.scope.facts
        if facts.kept and may_see(read(query), self.matter(query)):
            reason = "its query may meet literals that the store would write otherwise"
            raise CannotCompile(self.shape.node, reason)
        return query

    def matter(self, query: str) -> frozenset[NamedNode]:
        """Give the properties with values that the query could take for something else.

        An ill-formed literal has no value, under its own datatype or another: only a query that
        asks for datatypes, or writes literals with one, can tell the difference.
        """
        facts = self.scope.facts
        words = {token.text.upper() for token in tokens(query)}
        given = any(isinstance(term, Literal) for term in self.bound.values())
        if given or words & {"DATATYPE", "^^"}:
            return facts.kept_properties
        return facts.rewritten_properties

    def compiled(self, query: str, templates: tuple[Literal, ...]) -> Compiled:
        """Give the step: a query, or a function where the shapes graph must lie in the store."""
        given = read(query)
        names = self.mentioned if given.everything else given.projected
        wanted = (messages.variables(templates) | {"message", "failure"}) & names
        columns = tuple(sorted(wanted - {"this", "value", "path"}))
        fill = messages.filler(templates, self.bound)
        where = f"{{ {query} }}"
        if "failure" not in names and not self.needs_shapes():
            return Query(where, path="path" in names, columns=columns, messages=fill)
        select = " ".join(f"?{name}" for name in ("this", "value", "path", *columns))
        step = _Asked(self, f"SELECT DISTINCT {select} WHERE {where}", fill)
        return Rows(step.rows, "the shapes graph beside the data")

    def needs_shapes(self) -> bool:
        """Tell whether the query looks at the shapes graph."""
        return prebinding.SHAPES_GRAPH in self.mentioned


class _Asked:
    """A query that is asked with the shapes graph, and what has no name, beside the data."""

    def __init__(
        self,
        compilation: _Compilation,
        query: str,
        fill: Callable[[Mapping[str, Term]], tuple[Literal, ...]],
    ) -> None:
        self._compilation, self._query, self._fill = compilation, query, fill

    def rows(self, data: "DataGraph") -> Iterable[Row]:
        """Ask; raises Failed where the query itself reports a failure."""
        if not self._compilation.needs_shapes():
            return list(self._asked(data.store))
        with _SHAPES_LOCK:
            data.store.extend(self._beside())
            try:
                return list(self._asked(data.store))
            finally:
                data.clear((SHAPES_GRAPH,))

    def _beside(self) -> Iterator[Quad]:
        for subject, predicate, value in self._compilation.triples:
            yield Quad(subject, predicate, value, SHAPES_GRAPH)

    def _asked(self, store: Store) -> Iterator[Row]:
        found = store.query(self._query)
        if not isinstance(found, QuerySolutions):
            raise TypeError("a SELECT query gives solutions")
        names = [variable.value for variable in found.variables]
        for solution in found:
            row = {name: solution[name] for name in names if solution[name] is not None}
            if row.get("failure") == Literal(True):
                raise Failed(self._compilation.shape.node, "its query reports a failure")
            path = row.get("path")
            yield Row(
                row["this"],
                value=row.get("value"),
                path=Predicate(path) if isinstance(path, NamedNode) else None,
                messages=self._fill(row),
            )
