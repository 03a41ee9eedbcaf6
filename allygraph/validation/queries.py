"""Check queries: rules across records, one defect a file, each asked of the whole graph at once.

A check is a SPARQL query with the columns ``?focus ?path ?value`` below a TOML header with title,
problem and remedy; ``queries/checks/levels.tsv`` gives the severity. The idea is ROBOT's report,
https://robot.obolibrary.org/report.
"""

import re
import tomllib
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import NamedNode, Store

from allygraph import resources
from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.errors import QueryFileError
from allygraph.graph import read
from allygraph.results import Value
from allygraph.shacl.model import Predicate
from allygraph.validation.faults import Fault
from allygraph.validation.findings import SEVERITIES, Levels, Severity, rule_page, said

_HEADER = re.compile(r"\A# /// check\n((?:# .*\n)+)# ///\n")
_FIELDS = ("title", "problem", "remedy")
_COLUMNS = ("focus", "path", "value")
OFF = "off"
"""The level of a rule that only some profiles ask (``ontology/profiles/``)."""


@dataclass(frozen=True)
class Check:
    """One check: its name, what its header says, and its query."""

    name: str
    title: str
    problem: str
    remedy: str
    text: str

    @property
    def message(self) -> str:
        """The problem and the remedy, as a finding tells them."""
        return f"{self.problem} {self.remedy}"


def checks(root: Path) -> list[Check]:
    """Read the check queries below a root, by name.

    Raises:
        QueryFileError: a file has no header, or the header lacks a field.
    """
    return [read_check(path) for path in resources.check_files(root)]


def read_check(path: Path) -> Check:
    """Read one check query; errors as of `checks`."""
    text = read(path)
    place = f"queries/checks/{path.name}"
    expected = "a first line '# /// check', TOML in comments and '# ///'; " + ", ".join(_FIELDS)
    if (header := _HEADER.match(text)) is None:
        raise QueryFileError("the check has no header", expected=expected, place=place)
    try:
        fields = tomllib.loads(re.sub(r"^# ", "", header[1], flags=re.MULTILINE))
        title, problem, remedy = (str(fields[name]) for name in _FIELDS)
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise QueryFileError(
            f"the header of the check is not complete: {error}", expected=expected, place=place
        ) from error
    return Check(path.stem, title, problem, remedy, text)


def levels(root: Path) -> Levels:
    """Read the severity of each rule that is not a shape; rules that are off are left out.

    Raises:
        QueryFileError: a line is not a name, a tab and a severity or ``off``.
    """
    known: dict[str, Severity] = {severity: severity for severity in SEVERITIES}
    return {name: known[level] for name, level in table(root).items() if level != OFF}


def table(root: Path) -> dict[str, str]:
    """Read the level of each rule that is not a shape, ``off`` included; errors as of `levels`."""
    path = root / "queries" / "checks" / "levels.tsv"
    found = {}
    for number, line in enumerate(read(path).splitlines()[1:], start=2):
        name, _, level = line.partition("\t")
        if level not in (*SEVERITIES, OFF):
            raise QueryFileError(
                f"'{level}' is not a severity",
                expected=", ".join((*SEVERITIES, OFF)),
                place=f"queries/checks/levels.tsv:{number}",
            )
        found[name] = level
    return found


def find(root: Path, store: Store, judged: Container[str], severity: Levels) -> Iterator[Fault]:
    """Give the faults of all checks on the things that are judged.

    Args:
        root: the folder above ``queries/checks``.
        store: ontology, data and derived graphs.
        judged: the things to judge, by IRI.
        severity: the severity of each check by its name; others are not asked.
    """
    for check in checks(root):
        if check.name not in severity:
            continue
        found: dict[NamedNode, list[tuple[Value, Value]]] = {}
        for focus, path, value in run(check, store):
            if focus.value in judged:
                found.setdefault(focus, []).append((path, value))
        for focus, rows in found.items():
            yield _fault(check, severity[check.name], focus, rows)


def run(check: Check, store: Store) -> Iterator[tuple[NamedNode, Value, Value]]:
    """Give thing, property and value of each row of a check; the latter may be None.

    Raises:
        QueryFileError: the query has other columns than ``?focus ?path ?value``.
    """
    table = OxigraphEngine(store).select(check.text)
    if table.columns != _COLUMNS:
        raise QueryFileError(
            f"the columns of the check are {', '.join(table.columns)}",
            expected="?focus ?path ?value",
            place=f"queries/checks/{check.name}.rq",
        )
    for focus, path, value in table.rows:
        if isinstance(focus, NamedNode):
            yield focus, path, value


def _fault(
    check: Check, severity: Severity, focus: NamedNode, rows: Sequence[tuple[Value, Value]]
) -> Fault:
    """Make one fault of what a check finds at a thing; its values are records beside it."""
    paths = [path for path, _ in rows if isinstance(path, NamedNode)]
    values = dict.fromkeys(value for _, value in rows if value is not None)
    return Fault(
        rule=check.name,
        severity=severity,
        messages=said(check.message),
        focus=focus,
        path=Predicate(paths[0]) if paths else None,
        values=tuple(values),
        others=tuple(values),
        page=rule_page(check.name),
    )
