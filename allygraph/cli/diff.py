"""``ally diff``: what changed in the world between two days, or in what was known."""

from typing import TYPE_CHECKING, Any

import click

from allygraph.cli.forms import echo, form_option

if TYPE_CHECKING:
    from allygraph.difference import Difference


@click.command()
@click.option("--from", "from_day", metavar="DATE", help="The earlier day in the world.")
@click.option("--to", "to_day", metavar="DATE", help="The later day in the world.  Default: today.")
@click.option(
    "--known-by",
    metavar="DATE",
    help="The day of knowledge by which two days in the world are compared.  Default: today.",
)
@click.option("--known-from", metavar="DATE", help="The earlier day of knowledge.")
@click.option("--known-to", metavar="DATE", help="The later day of knowledge.  Default: today.")
@click.option("--as-of", metavar="DATE", help="What was learned about this day in the world only.")
@click.option(
    "--about", metavar="IRI", multiple=True, help="Only what concerns this thing; repeat for more."
)
@click.option("--members", is_flag=True, help="Of a grouping in --about, also its members.")
@click.option(
    "--kind",
    "kinds",
    metavar="KIND",
    multiple=True,
    help="Only things of this kind: membership, partnership, stage, position …; repeat for more.",
)
@click.option(
    "--at-least",
    type=click.Choice(["sure", "presumed", "possible"]),
    help="From which certainty on a thing holds.  Default: presumed.",
)
@click.option("--all", "everything", is_flag=True, help="Also where only what sources say differs.")
@form_option("How it is printed; md is a briefing with footnotes.")
@click.option(
    "--endpoint", metavar="URL", help="Ask this SPARQL endpoint instead of the local graph."
)
def diff(
    from_day: str | None,
    to_day: str | None,
    known_by: str | None,
    known_from: str | None,
    known_to: str | None,
    as_of: str | None,
    about: tuple[str, ...],
    members: bool,
    kinds: tuple[str, ...],
    at_least: str | None,
    everything: bool,
    form: str,
    endpoint: str | None,
) -> None:
    """Show what changed in the world between two days, or what was learned between two days.

    With --from and --to: what begins, ends, happens or comes to another stage, by what is known on
    --known-by. With --known-from and --known-to: what was newly claimed, contested or struck, about
    all days in the world, about one (--as-of), or about those from --from to --to.

    \b
    Examples:
      ally diff --from 2023-07-10 --to 2023-07-13
      ally diff --known-from 2023-06-13 --known-to 2023-07-13 --about proposal:nato-tokyo-office
      ally diff --from 2023-01-01 --to 2024-01-01 --about actor:ap4 --members -f md
    """
    from allygraph.cli.query import opened
    from allygraph.client import Graph
    from allygraph.dates import one_day
    from allygraph.difference.text import markdown, plain

    days = {
        "from_day": from_day and one_day(from_day, "--from"),
        "to_day": to_day and one_day(to_day, "--to"),
        "known_by": known_by and one_day(known_by, "--known-by"),
        "known_from": known_from and one_day(known_from, "--known-from"),
        "known_to": known_to and one_day(known_to, "--known-to"),
        "as_of": as_of and one_day(as_of, "--as-of"),
    }
    choice: dict[str, Any] = {
        "about": about,
        "with_members": members,
        "kinds": kinds,
        "at_least": at_least,
        "everything": everything,
    }
    difference = Graph(opened(endpoint)).difference(**days, **choice)
    echo(difference, form, plain=plain, markdown=markdown, draw=_draw)


def _draw(difference: "Difference") -> None:
    from rich.console import Console
    from rich.text import Text
    from rich.tree import Tree

    from allygraph.difference.text import (
        by_entity,
        claim_line,
        details,
        foot,
        headline,
        kind_word,
        title,
    )

    tree = Tree(Text(title(difference.period), style="bold"))
    for entity, kinds in by_entity(difference.lines):
        branch = tree.add(Text(f"{entity.label}  ({entity.iri})", style="bold"))
        for kind, changes in kinds:
            group = branch.add(Text(kind_word(kind)))
            for line in changes:
                leaf = group.add(Text("\n".join([headline(line), *details(line)])))
                for name in line.claims:
                    text = claim_line(difference.claims[name], line)
                    leaf.add(Text(text, style="italic"))
    tree.add(Text(foot(difference)))
    Console().print(tree, soft_wrap=False)
