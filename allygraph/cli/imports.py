"""``ally import``: data of others into the graph; ``ally import table`` from a sheet."""

import sys
from pathlib import Path
from typing import Any

import click

from allygraph.errors import TableFaults, UsageError

_NAME = r"[a-z0-9]+(-[a-z0-9]+)*"


@click.group("import")
def import_command() -> None:
    """Bring data of others into the graph, each fact with its evidence.

    \b
    Example:
      ally import table partners.csv --mapping partners.toml --name partners
    """


@import_command.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--mapping",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The TOML file that says what the rows mean; see docs/importing.md.",
)
@click.option("--name", required=True, help="What the import is called: claim:NAME-…")
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(["turtle", "nq"]),
    default="turtle",
    show_default=True,
    help="turtle: a folder of files for the checkout; nq: one stream of N-Quads.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The folder, or for nq the file (- is stdout).  [default: data/imports/NAME]",
)
@click.option("--check", is_flag=True, help="Judge the sheet and the mapping; write nothing.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="How many bad rows are told one by one.",
)
@click.option(
    "--summary",
    "summary_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the counts as JSON to this file.",
)
def table(
    file: Path,
    mapping: Path,
    name: str,
    form: str,
    output: Path | None,
    check: bool,
    limit: int,
    summary_file: Path | None,
) -> None:
    """Turn a tidy sheet FILE into things and claims, each with its source and row.

    Either every row is good and all is written, or nothing is: bad rows are told with line, row,
    column and remedy, and the exit code is 1. The same input gives the same bytes.

    \b
    Example:
      ally import table partners.csv --mapping partners.toml --name partners --check
    """
    import re

    if not re.fullmatch(_NAME, name):
        raise UsageError(
            f"'{name}' is no name for an import", expected="small letters, digits, single hyphens"
        )
    try:
        summary = _run(file, mapping, name, form, output, check)
    except TableFaults as error:
        _tell(error, limit)
        raise
    click.echo(summary.text(), err=True)
    if summary_file is not None:
        summary_file.write_text(summary.json(), encoding="utf-8")


def _run(file: Path, mapping: Path, name: str, form: str, output: Path | None, check: bool) -> Any:
    from allygraph import tables
    from allygraph.cli.progress import progress_bars

    with progress_bars() as tell:
        if check:
            return tables.check(file, mapping, name, tell=tell)
        if form == "turtle":
            return tables.to_folder(file, mapping, name, output or _folder(name), tell=tell)
        if output is None:
            raise UsageError("N-Quads need a place", expected="-o FILE, or -o - for stdout")
        target = sys.stdout.buffer if str(output) == "-" else output
        return tables.to_quads(file, mapping, name, target, tell=tell)


def _folder(name: str) -> Path:
    from allygraph import resources

    root = resources.root()
    if root.name == "_bundle":
        raise UsageError("there is no checkout to write to", expected="-o FOLDER")
    return root / "data" / "imports" / name


def _tell(error: TableFaults, limit: int) -> None:
    """Tell the faults of the first rows, and how many rows more there are."""
    rows = list(dict.fromkeys(fault.row for fault in error.faults))
    told = set(rows[:limit])
    for fault in error.faults:
        if fault.row in told:
            click.echo(fault.text(), err=True)
    if len(rows) > limit:
        click.echo(f"and {len(rows) - limit} more bad rows", err=True)
