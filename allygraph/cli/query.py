"""``ally query``, ``ally queries``, ``ally sparql``: questions in, tables out."""

import json
import sys
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from allygraph.cli.progress import progress_bars
from allygraph.engines import Engine
from allygraph.errors import ParameterError, UnsafeQuery, UsageError
from allygraph.results import FORMATS, Table, readable

if TYPE_CHECKING:
    from allygraph.answers import Question

FORMAT = click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="table",
    show_default=True,
    help="How rows are printed.",
)
_ENDPOINT = click.option(
    "--endpoint", metavar="URL", help="Ask this SPARQL endpoint instead of the local graph."
)


@click.command()
@click.argument("name")
@click.option(
    "--as-of",
    metavar="DATE",
    help="Valid time: the day in the world; of a longer span, its last day.  Default: today.",
)
@click.option(
    "--known-by",
    metavar="DATE",
    help="Knowledge time: the last day of publication that counts.  Default: today.",
)
@click.option(
    "-p",
    "--param",
    "params",
    metavar="NAME=VALUE",
    multiple=True,
    help="Another parameter of the query; repeat for more.",
)
@FORMAT
@click.option("--why", is_flag=True, help="Print the claims behind every row.")
@_ENDPOINT
@click.option("--explain", is_flag=True, help="Print the query that would run, and stop.")
def query(
    name: str,
    as_of: str | None,
    known_by: str | None,
    params: tuple[str, ...],
    form: str,
    why: bool,
    endpoint: str | None,
    explain: bool,
) -> None:
    """Run the saved query NAME and print its rows.

    A name is a path below queries/ without its ending. "ally queries" lists them. Both clocks
    are today unless you say otherwise.

    \b
    Examples:
      ally query partnership/partners-on -p alliance=actor:nato --as-of 2023-07-11
      ally query proposal/blockers -p proposal=proposal:nato-tokyo-office \\
        --as-of 2023-06-13 --known-by 2023-06-13 --why
    """
    from allygraph.answers import question

    given = _values(params) | _clocks(as_of, known_by)
    if explain:
        click.echo(question(name, given, today=date.today(), why=why).text)
    else:
        answer(name, given, form=form, why=why, endpoint=endpoint)


def answer(
    name: str, given: dict[str, str], *, form: str, why: bool, endpoint: str | None = None
) -> None:
    """Print the rows of a saved query, with the claims behind them where asked for."""
    from allygraph import answers

    asked = answers.question(name, given, today=date.today(), why=why)
    engine = opened(endpoint)
    table = answers.answer(engine, asked)
    if why:
        _print_with_claims(engine, table, asked, form)
    else:
        print_table(table, form)


@click.command("queries")
@FORMAT
def queries_command(form: str) -> None:
    """List the saved queries and what they ask.

    \b
    Examples:
      ally queries
      ally queries -f md
    """
    from pyoxigraph import Literal

    from allygraph.queries import catalogue

    rows = [
        (Literal(saved.name), Literal(", ".join(saved.params)), Literal(saved.question))
        for saved in catalogue()
    ]
    print_table(Table(("name", "parameters", "question"), [*rows]), form)


@click.command()
@click.argument("text", metavar="QUERY|-")
@FORMAT
@_ENDPOINT
def sparql(text: str, form: str, endpoint: str | None) -> None:
    """Run a SPARQL query of your own; "-" reads it from standard input.

    SELECT gives a table, ASK true or false, CONSTRUCT and DESCRIBE give N-Triples. The prefixes
    of allygraph are known.

    \b
    Examples:
      ally sparql 'SELECT ?who WHERE { ?x a ally:Position ; ally:holder ?who } ORDER BY ?who'
      ally sparql - < question.rq
    """
    from allygraph.sparql import form as query_form
    from allygraph.sparql import words

    text = with_prefixes(sys.stdin.read() if text == "-" else text)
    if endpoint is None and any("SERVICE" in word for word in words(text)):
        raise UnsafeQuery(
            "SERVICE would ask another endpoint, and perhaps wait for ever",
            expected="a question to this graph, or --endpoint for another one",
        )
    engine = opened(endpoint)
    kind = query_form(text)
    if kind == "ASK":
        click.echo("true" if engine.ask(text) else "false")
    elif kind in ("CONSTRUCT", "DESCRIBE"):
        for triple in engine.construct(text):
            click.echo(f"{triple} .")
    else:
        print_table(engine.select(text), form)


def opened(endpoint: str | None) -> Engine:
    """Open the local graph, built first where needed, or a remote one."""
    if endpoint is not None:
        from allygraph.engines.remote import RemoteEngine

        return RemoteEngine(endpoint)
    from allygraph.build import open_current

    with progress_bars() as tell:
        return open_current(progress=tell)


def with_prefixes(text: str) -> str:
    """Put the prefixes of the table that a query uses without declaring them before it."""
    import re

    from allygraph.names import PREFIXES

    used = set(re.findall(r"(?<![\w:<])([a-z]+):", text))
    declared = set(re.findall(r"(?i)\bprefix\s+([a-z]+):", text))
    wanted = sorted((used - declared) & set(PREFIXES))
    return "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in wanted) + text


def print_table(table: Table, form: str) -> None:
    """Print a table; as drawn lines where a person looks at a terminal."""
    if form == "table" and sys.stdout.isatty():
        from rich.console import Console
        from rich.table import Table as Drawn

        drawn = Drawn(*table.columns)
        for row in table.rows:
            drawn.add_row(*map(readable, row))
        Console().print(drawn)
        click.echo(f"{len(table)} rows", err=True)
    else:
        click.echo(table.render(form), nl=False)


def _print_with_claims(engine: Engine, table: Table, asked: "Question", form: str) -> None:
    from dataclasses import asdict

    from allygraph.answers import with_claims
    from allygraph.evidence import lines

    if form not in ("table", "json"):
        raise UsageError(f"--why cannot be printed as '{form}'", expected="-f table or -f json")
    plain, claims = with_claims(engine, asked, table)
    if form == "json":
        records: list[dict[str, Any]] = [dict(record) for record in plain.records()]
        for record, group in zip(records, claims, strict=True):
            record["claims"] = [asdict(one) for one in group]
        click.echo(json.dumps(records, ensure_ascii=False, indent=2))
        return
    head, rule, *body = plain.render("table").splitlines()
    click.echo(f"{head}\n{rule}")
    for line, group in zip(body, claims, strict=True):
        click.echo(line)
        for one in group:
            click.echo("".join(f"    {text}\n" for text in lines(one, whole=True)), nl=False)


def _values(params: tuple[str, ...]) -> dict[str, str]:
    """Read NAME=VALUE pairs; a name that is given again adds a value."""
    values: dict[str, str] = {}
    for pair in params:
        name, sign, value = pair.partition("=")
        if not sign or not name:
            raise ParameterError(f"'{pair}' is no parameter", expected="NAME=VALUE")
        values[name] = f"{values[name]},{value}" if name in values else value
    return values


def _clocks(as_of: str | None, known_by: str | None) -> dict[str, str]:
    given = {"as_of": as_of, "known_by": known_by}
    return {name: text for name, text in given.items() if text is not None}
