"""Query files with the header of grlc: YAML behind ``#+``, and parameters that variables name.

Shape: the text of a file in, a ``SavedQuery`` out whose text has rows of parameters as ours have,
so that values are bound as terms; nothing is run on the graph.
Source: https://github.com/CLARIAH/grlc and the variable names of BASIL
(https://github.com/basilapi/basil/wiki/SPARQL-variable-name-convention-for-WEB-API-parameters).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pyoxigraph import QuerySolutions, Store

from allygraph.errors import QueryFileError
from allygraph.names import PREFIXES, compact
from allygraph.queries.header import ROW_MARK, Column, Param, SavedQuery
from allygraph.queries.terms import terms
from allygraph.sparql import Token, form, placed

_MARK = "#+"
_VARIABLE = re.compile(
    r"(__?)(as_of|known_by|[^\W_]+)(?:_([A-Za-z0-9]+))?(?:_([A-Za-z0-9]+))?", re.ASCII
)
_PREFIX = re.compile(r"^\s*PREFIX\s+([\w.-]*):\s*<([^<>]*)>", re.MULTILINE | re.IGNORECASE)
_OWN = ("date", "integer", "boolean")
_XSD = (
    "string", "decimal", "double", "float", "dateTime", "time", "gYear", "gYearMonth", "anyURI",
    "int", "long", "nonNegativeInteger", "positiveInteger", "duration",
)  # fmt: skip
_PLAIN = (None, "literal", "string")
_HEARD_OUTSIDE = ("EXISTS", "MINUS")


def is_grlc(text: str) -> bool:
    """Tell whether a file begins with a header of grlc."""
    return text.lstrip().startswith(_MARK)


def read_grlc(text: str, *, name: str, place: str) -> SavedQuery:
    """Read a query file of grlc.

    Args:
        text: the whole file.
        name: of the saved query, ``topic/question``.
        place: of the file, for errors.

    Raises:
        QueryFileError: the header is no YAML, the text is no SELECT, or a parameter is given twice.
    """
    said = _header(text, place)
    query = "".join(
        line for line in text.splitlines(keepends=True) if not line.startswith(_MARK)
    ).strip()
    columns = _columns(query, place)
    params = _params(query, said, place)
    # Defaults are read as what a caller would give, so that they fit the type.
    rows = {p.variable: _default(p, said, name) for p in params.values()}
    title = _text(said, "summary", place) or name.rpartition("/")[2].replace("-", " ")
    return SavedQuery(
        name=name,
        title=title,
        question=title,
        reading=_text(said, "description", place) or title,
        tags=_tags(said, place),
        params={
            p.name: p if rows[p.variable] == "UNDEF" else replace(p, optional=True, any=False)
            for p in params.values()
        },
        columns={one: Column(one, "string", f"?{one}") for one in columns},
        evidence=(),
        counts="",
        text=_with_rows(query, rows) + "\n",
        page_rows=_page_rows(said, place),
    )


def _header(text: str, place: str) -> Mapping[str, Any]:
    import yaml  # Only files of grlc need it.

    lines = (line.removeprefix(_MARK) for line in text.splitlines() if line.startswith(_MARK))
    try:
        said = yaml.safe_load("\n".join(lines))
    except yaml.YAMLError as error:
        raise QueryFileError(f"the header is not YAML: {error}", place=place) from error
    if not isinstance(said, dict):
        raise QueryFileError("the header names nothing", expected="#+ summary: …", place=place)
    return {str(key): value for key, value in said.items()}


def _columns(query: str, place: str) -> list[str]:
    """Name the columns as a parser sees them, also those of ``SELECT *`` and of expressions."""
    if form(query) != "SELECT":
        raise QueryFileError("the text is no SELECT", expected="a SELECT query", place=place)
    try:
        found = Store().query(query)
    except SyntaxError as error:
        raise QueryFileError(f"the text is not SPARQL: {error}", place=place) from error
    assert isinstance(found, QuerySolutions)  # The form is SELECT.
    return [variable.value for variable in found.variables]


def _params(query: str, said: Mapping[str, Any], place: str) -> dict[str, Param]:
    prefixes = {**PREFIXES, **dict(_PREFIX.findall(query))}
    variables = [token.text[1:] for _, token in placed(query) if token.kind == "variable"]
    found: dict[str, Param] = {}
    for variable in dict.fromkeys(variables):
        match = _VARIABLE.fullmatch(variable)
        if match is None:
            continue
        param = _param(variable, match, prefixes)
        if param.name in found:
            raise QueryFileError(
                f"?{variable} and ?{found[param.name].variable} are one parameter", place=place
            )
        values = [_word(one) for one in _chosen(said, "enumerate", param) or ()]
        values = [compact(one) if param.type == "iri" else one for one in values]
        found[param.name] = replace(param, values=tuple(values))
    return found


def _param(variable: str, match: re.Match[str], prefixes: Mapping[str, str]) -> Param:
    """Read the type off the name: ``_name_iri``, ``_name_en``, ``_name_integer``, ``_name_p_t``."""
    underscores, name, kind, local = match.groups()
    param = Param(name, "string", f"?{variable}", any=underscores == "__", variable=variable)
    if kind == "xsd" and local:
        kind = local
    if kind == "iri" or kind in _OWN:
        return replace(param, type=kind)
    if kind == "number":
        return replace(param, datatype=PREFIXES["xsd"] + "decimal")
    if kind in _XSD and kind not in _PLAIN:
        return replace(param, datatype=PREFIXES["xsd"] + kind)
    if kind and local and kind in prefixes:
        return replace(param, datatype=prefixes[kind] + local)
    if kind and len(kind) == 2:
        return replace(param, language=kind)
    return param


def _default(param: Param, said: Mapping[str, Any], query: str) -> str:
    """Give the term of a parameter's default, or ``UNDEF`` where it has none."""
    given = _chosen(said, "defaults", param)
    return "UNDEF" if given is None else terms(param, _word(given), query=query)[0]


def _chosen(said: Mapping[str, Any], key: str, param: Param) -> Any:
    """Give what a list or table of the header says of a parameter; ``None``: nothing.

    An entry names the parameter or its variable; one without a value leaves it to the graph.
    """
    rows = said.get(key) or []
    tables = [rows] if isinstance(rows, dict) else [row for row in rows if isinstance(row, dict)]
    names = (param.name, param.variable, f"?{param.variable}")
    found = (value for table in tables for name, value in table.items() if name in names)
    return next(found, None)


def _word(value: Any) -> str:
    """Give a value of YAML as it is written: truth values in small letters, days as ISO."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _text(said: Mapping[str, Any], key: str, place: str) -> str:
    value = said.get(key) or ""
    if not isinstance(value, str):
        raise QueryFileError(f"the header's {key} is no text", place=place)
    return value.strip()


def _tags(said: Mapping[str, Any], place: str) -> tuple[str, ...]:
    tags = said.get("tags") or []
    if not isinstance(tags, (str, list)):
        raise QueryFileError("the header's tags are no list", place=place)
    return (tags,) if isinstance(tags, str) else tuple(map(_word, tags))


def _page_rows(said: Mapping[str, Any], place: str) -> int:
    rows = said.get("pagination") or 0
    if not isinstance(rows, int) or isinstance(rows, bool) or rows < 0:
        raise QueryFileError("the header's pagination is no number of rows", place=place)
    return rows


def _with_rows(query: str, rows: Mapping[str, str]) -> str:
    """Put a row of parameters into each group that uses some, and all of them into the outermost.

    A group is evaluated by itself: what is bound outside is not heard in its FILTER or in a SELECT
    within. EXISTS and MINUS take what is bound around them.
    """
    parts = []
    done = 0
    for brace, used in sorted(_groups(query, tuple(rows))):
        head, row_terms = " ".join(f"?{one}" for one in used), " ".join(rows[one] for one in used)
        row = f"\n  VALUES ({head}) {{\n    ({row_terms})  {ROW_MARK}\n  }}\n"
        parts.append(query[done : brace + 1] + row)
        done = brace + 1
    return "".join(parts) + query[done:]


def _groups(query: str, names: tuple[str, ...]) -> Iterator[tuple[int, list[str]]]:
    opened: list[tuple[int, str, set[str]]] = []
    before = Token("sign", "", 0)
    outermost = bool(names)
    for at, token in placed(query):
        if token.text == "{":
            opened.append((at, before.text.upper(), set()))
        elif token.text == "}" and opened:
            brace, word, used = opened.pop()
            if word in _HEARD_OUTSIDE and opened:
                opened[-1][2].update(used)
            elif not opened and outermost and word not in _HEARD_OUTSIDE:
                outermost = False
                yield brace, list(names)
            elif used:
                yield brace, [name for name in names if name in used]
        elif token.kind == "variable" and token.text[1:] in names and opened:
            opened[-1][2].add(token.text[1:])
        before = token
