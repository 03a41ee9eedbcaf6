"""Saved queries: reviewed questions that are complete SPARQL queries, with typed parameters.

A query runs as it lies in its file. Its parameters are one row of example values, marked
``# params``, in a ``VALUES`` block; ``bind`` puts other terms there and changes nothing else.

Shape: a name in, a ``SavedQuery`` out; a query and texts in, SPARQL text out. Nothing is run.
"""

import re
from collections.abc import Mapping
from datetime import date
from itertools import product
from pathlib import Path

from allygraph import resources
from allygraph.errors import ParameterError, QueryFileError, UnknownName, UnknownParameter
from allygraph.names import compact, did_you_mean, expand
from allygraph.queries.grlc import is_grlc, read_grlc
from allygraph.queries.header import ROW_MARK, Column, Param, SavedQuery, read_header
from allygraph.queries.terms import terms

__all__ = [
    "CLOCKS",
    "Column",
    "Param",
    "SavedQuery",
    "bind",
    "body",
    "catalogue",
    "catalogue_page",
    "examples",
    "load",
    "names",
    "read",
    "things",
    "with_clocks",
    "with_evidence",
    "without_header",
]

CLOCKS = ("as_of", "known_by")
"""The parameters that default to today, where a person or a program asks."""

_VALUES = re.compile(r"^\s*VALUES \(((?: ?\?\w+)+)\) \{$")
_ROW = re.compile(rf"^(\s*)\((.*)\)  {re.escape(ROW_MARK)}$")
_TERM = re.compile(r'"(?:[^"\\\n]|\\.)*"(?:\^\^\S+|@[\w-]+)?|<[^<>\s]*>|[^\s"<>()]+')
_SELECT = re.compile(r"^SELECT (?:DISTINCT )?\?\w+(?: \?\w+)*$", re.MULTILINE)


def names(root: Path | None = None) -> list[str]:
    """List the names of the saved queries, sorted."""
    return sorted(_paths(root))


def load(name: str, root: Path | None = None) -> SavedQuery:
    """Read a saved query.

    Args:
        name: its path below ``queries/`` without the ending, as ``membership/members-on``.
        root: the folder that holds ``queries/``; by default the shipped one.

    Raises:
        UnknownName: there is no such query.
        QueryFileError: its header is malformed.
    """
    paths = _paths(root)
    if name not in paths:
        short = {known.partition("/")[2]: known for known in paths}
        near = short.get(name) and f"did you mean {short[name]}?"
        raise UnknownName(
            f"there is no query {name[:80]!r}",
            expected=near or did_you_mean(name, paths) or 'a name that "ally queries" lists',
        )
    return _read(name, paths[name])


def read(text: str, *, name: str, place: str) -> SavedQuery:
    """Read a saved query from the text of its file, with a header of ours or of grlc.

    Raises:
        QueryFileError: its header is malformed.
    """
    return (read_grlc if is_grlc(text) else read_header)(text, name=name, place=place)


def catalogue(root: Path | None = None) -> list[SavedQuery]:
    """Read all saved queries, by name."""
    return [_read(name, path) for name, path in sorted(_paths(root).items())]


def catalogue_page(root: Path | None = None) -> str:
    """Write the manual's page of saved queries, in Markdown, from their headers."""
    from allygraph.queries.page import page

    return page(catalogue(root))


def with_clocks(query: SavedQuery, values: Mapping[str, str], today: date) -> dict[str, str]:
    """Set the two clocks of a query to a day, where it has them and no value is given."""
    clocks = {name: today.isoformat() for name in CLOCKS if name in query.params}
    return {**clocks, **values}


def things(query: SavedQuery, values: Mapping[str, str]) -> frozenset[str]:
    """Give the whole IRIs of the things that values name; choices of a fixed list are none."""
    return frozenset(
        expand(part.strip())
        for param in query.params.values()
        if param.type == "iri" and not param.values and param.name in values
        for part in (values[param.name].split(",") if param.many else [values[param.name]])
    )


def bind(query: SavedQuery, values: Mapping[str, str]) -> str:
    """Put values into the parameter rows of a query; the rest of its text stays as it is.

    Args:
        query: the saved query.
        values: texts by parameter name.

    Raises:
        UnknownParameter: the query has no parameter of that name.
        ParameterError: a value does not fit its type, or a required one is missing.
        DateError: a value is no date.
        QueryFileError: the text has no parameter row although the header names parameters.
    """
    for name in values:
        if name not in query.params:
            raise UnknownParameter(
                f"query '{query.name}' has no parameter {name[:80]!r}; "
                f"it has {', '.join(query.params) or 'none'}",
                expected=did_you_mean(name, query.params),
            )
    given = {
        name: terms(query.params[name], value, query=query.name) for name, value in values.items()
    }
    for param in query.params.values():
        if param.name not in given and not (param.optional or param.any):
            raise ParameterError(
                f"query '{query.name}' needs a value for '{param.name}'", expected=param.help
            )
    return _filled(query, given)


def with_evidence(bound: str, query: SavedQuery) -> str:
    """Add the variables of the evidence to the columns of a query's text, and to its order.

    Raises:
        QueryFileError: the SELECT does not stand alone on one line.
    """
    lines = list(_SELECT.finditer(bound))
    if not lines:
        raise QueryFileError("the SELECT line is not on one line", place=f"queries/{query.name}.rq")
    end = lines[0].end()
    added = "".join(f" ?{name}" for name in query.evidence if name not in query.columns)
    rest = bound[end:].rstrip()
    is_ordered = rest.rpartition("\n")[2].startswith("ORDER BY ")
    return f"{bound[:end]}{added}{rest}{added if is_ordered else ''}\n"


def examples(query: SavedQuery) -> dict[str, tuple[str, ...]]:
    """Give the example values of a query's text, as a caller would write them.

    A parameter that the text leaves open has none.

    >>> examples(load("membership/members-on"))["as_of"]
    ('2023-06-13',)
    """
    found: dict[str, dict[str, None]] = {}
    variables: list[str] = []
    for line in query.text.split("\n"):
        if head := _VALUES.match(line):
            variables = _named(query, head[1])
        if row := _ROW.match(line):
            for name, term in zip(variables, _TERM.findall(row[2]), strict=False):
                if term != "UNDEF":
                    found.setdefault(name, {})[_given(term)] = None
    return {name: tuple(found[name]) for name in query.params if name in found}


def body(query: SavedQuery) -> str:
    """Give the text of a query without the header of its file."""
    return without_header(query.text)


def without_header(text: str) -> str:
    """Leave out the comments above a query.

    >>> without_header("# /// query\\n# ///\\n\\nSELECT ?s { ?s ?p ?o }")
    'SELECT ?s { ?s ?p ?o }'
    """
    lines = text.split("\n")
    start = next((i for i, line in enumerate(lines) if line and not line.startswith("#")), 0)
    return "\n".join(lines[start:])


def _named(query: SavedQuery, head: str) -> list[str]:
    """Give the parameters of the variables of a VALUES."""
    names = {param.variable or param.name: param.name for param in query.params.values()}
    return [names.get(variable[1:], variable[1:]) for variable in head.split()]


def _given(term: str) -> str:
    """Give a term of a query's text as a caller writes it: short names and bare texts."""
    if term.startswith('"'):
        return term[1 : term.rindex('"')].replace('\\"', '"').replace("\\\\", "\\")
    return compact(term[1:-1]) if term.startswith("<") else term


def _filled(query: SavedQuery, given: Mapping[str, list[str]]) -> str:
    """Write the rows anew, each under the variables that its own VALUES names."""
    lines: list[str] = []
    variables: list[str] = []
    found = False
    for line in query.text.split("\n"):
        if head := _VALUES.match(line):
            variables = _named(query, head[1])
        if row := _ROW.match(line):
            found = True
            examples = _TERM.findall(row[2])
            if len(examples) != len(variables):
                raise QueryFileError(
                    "a row of parameters does not fit its VALUES", place=f"queries/{query.name}.rq"
                )
            lines += _rows(query, row[1], dict(zip(variables, examples, strict=True)), given)
        else:
            lines.append(line)
    if query.params and not found:
        raise QueryFileError("there is no row of parameters", place=f"queries/{query.name}.rq")
    return "\n".join(lines)


def _rows(
    query: SavedQuery, indent: str, examples: Mapping[str, str], given: Mapping[str, list[str]]
) -> list[str]:
    choices = []
    for name, example in examples.items():
        left_open = name in query.params and query.params[name].any
        choices.append(given.get(name, ["UNDEF" if left_open else example]))
    return [f"{indent}({' '.join(row)})  {ROW_MARK}" for row in product(*choices)]


def _read(name: str, path: Path) -> SavedQuery:
    text = path.read_text(encoding="utf-8")
    return read(text, name=name, place=f"queries/{name}.rq")


def _paths(root: Path | None) -> dict[str, Path]:
    folder = root or resources.root()
    return {
        path.relative_to(folder / "queries").with_suffix("").as_posix(): path
        for path in resources.query_files(folder)
    }
