"""``ally show``: one thing, its relationships and who says so."""

from typing import TYPE_CHECKING

import click

from allygraph.cli.forms import echo, form_option

if TYPE_CHECKING:
    from allygraph.describe import Description


@click.command()
@click.argument("thing", metavar="IRI")
@click.option("--as-of", metavar="DATE", help="Valid time: the day in the world.  Default: today.")
@click.option(
    "--known-by",
    metavar="DATE",
    help="Knowledge time: the last day of publication that counts.  Default: today.",
)
@form_option("How the thing is printed.")
def show(thing: str, as_of: str | None, known_by: str | None, form: str) -> None:
    """Show a thing with its relationships, in both directions, and their evidence.

    IRI is a short name (actor:japan) or a whole IRI. Each relationship tells how sure it is on
    the day asked for, and its claims: the words, who says so, through whom, printed where.

    \b
    Examples:
      ally show actor:japan
      ally show proposal:nato-tokyo-office --as-of 2023-06-13 --known-by 2023-06-13
      ally show claim:nikkei-ap4-s064 -f json
    """
    from allygraph.build import open_current
    from allygraph.cli.clocks import day
    from allygraph.cli.progress import progress_bars
    from allygraph.describe import describe
    from allygraph.describe.text import markdown, plain

    as_of_day, known_by_day = day(as_of, "--as-of"), day(known_by, "--known-by")
    with progress_bars() as tell:
        engine = open_current(progress=tell)
    described = describe(engine, thing, as_of_day, known_by_day)
    echo(described, form, plain=plain, markdown=markdown, draw=_draw)


def _draw(thing: "Description") -> None:
    from rich.console import Console
    from rich.text import Text
    from rich.tree import Tree

    from allygraph.describe.text import plain, relation_lines
    from allygraph.evidence import lines as claim_lines

    own = plain(thing).split("\n\n", 1)[0].rstrip("\n")
    tree = Tree(Text(own))
    for group in thing.groups:
        branch = tree.add(Text(group.heading, style="bold"))
        for relation in group.relations:
            lines = [f"{relation.label}  ({relation.iri})", *relation_lines(relation)]
            style = "dim" if relation.certainty in ("none", None) else ""
            leaf = branch.add(Text("\n".join(lines), style=style))
            for evidence in relation.evidence:
                leaf.add(Text("\n".join(claim_lines(evidence)), style="italic"))
    if thing.claims:
        branch = tree.add(Text("claims", style="bold"))
        for evidence in thing.claims:
            branch.add(Text("\n".join(claim_lines(evidence, whole=True)), style="italic"))
    for role, names in thing.mentions:
        branch = tree.add(Text(role, style="bold"))
        for name in names:
            branch.add(Text(name))
    Console().print(tree, soft_wrap=False)
