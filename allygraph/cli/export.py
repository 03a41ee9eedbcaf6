"""``ally export``: the graph, or a part of it, in a format of RDF."""

from pathlib import Path
from typing import Any

import click

FORMATS = ("turtle", "trig", "nt", "nq", "jsonld", "rdfxml")


@click.command()
@click.option("--entity", metavar="IRI", help="Only this thing, its relationships, their evidence.")
@click.option(
    "--as-of",
    metavar="DATE",
    help="Only relationships, stages and rules that were sure or presumed on this day.",
)
@click.option(
    "--known-by",
    metavar="DATE",
    help="Only claims known by this day, and what follows from them, derived anew.",
)
@click.option(
    "--view",
    type=click.Choice(["best", "all"]),
    default="all",
    show_default=True,
    help="best: only verified, current, not deprecated claims, and what has one.",
)
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="turtle",
    show_default=True,
    help="trig, nq and jsonld keep the named graphs; the others hold their union.",
)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file.")
@click.option("--link-context", is_flag=True, help="JSON-LD: the context's address, not its text.")
@click.option("--description", "mode", flag_value="description", help="The VoID and DCAT text.")
@click.option("--context", "mode", flag_value="context", help="The JSON-LD context, made anew.")
def export(
    entity: str | None,
    as_of: str | None,
    known_by: str | None,
    view: str,
    form: str,
    output: Path | None,
    link_context: bool,
    mode: str | None,
) -> None:
    """Write the graph, or a part of it, to stdout or a file; the same bytes every time.

    Without options it is the whole graph, derived graphs included. --known-by leaves out what
    was published later, and derives holdings and edges as they would have been on that day.
    --as-of leaves out relationships, stages and rules that were then neither sure nor presumed;
    things, their events and documents stay. --view best leaves out unverified, struck and
    deprecated claims, with what has no other claim. Quotes, sources and holdings go with the
    last claim that needs them. --entity comes last: one thing within what is left.

    \b
    Examples:
      ally export -f nq -o allygraph.nq
      ally export --entity proposal:nato-tokyo-office -f jsonld
      ally export --as-of 2023-06-13 --known-by 2023-06-13 --view best -f trig
      ally export --description
    """
    from allygraph.dates import one_day

    part = {
        "thing": entity,
        "view": view,
        "as_of": one_day(as_of, "--as-of") if as_of else None,
        "known_by": one_day(known_by, "--known-by") if known_by else None,
    }
    content = _context() if mode == "context" else _graph(mode, part, form, not link_context)
    if output is None:
        click.echo(content, nl=False)
    else:
        output.write_bytes(content)


def _context() -> bytes:
    from allygraph.export.context import generate, render
    from allygraph.resources import root

    return render(generate(root())).encode()


def _graph(mode: str | None, part: dict[str, Any], form: str, inline: bool) -> bytes:
    from allygraph.build import open_current
    from allygraph.cli.progress import progress_bars
    from allygraph.export import describe_dataset, select, write

    with progress_bars() as tell:
        store = open_current(progress=tell).store
    quads = describe_dataset(store) if mode == "description" else select(store, **part)
    return write(quads, form, inline=inline)
