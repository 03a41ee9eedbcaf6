"""``ally history``: what became of a claim."""

import click

from allygraph.cli.forms import echo, form_option


@click.command()
@click.argument("claim", metavar="CLAIM")
@click.option(
    "--known-by",
    metavar="DATE",
    help="Knowledge time: the last day of publication that counts.  Default: today.",
)
@form_option("How the history is printed.")
@click.option(
    "--endpoint", metavar="URL", help="Ask this SPARQL endpoint instead of the local graph."
)
def history(claim: str, known_by: str | None, form: str, endpoint: str | None) -> None:
    """Show what supersedes, corrects or retracts a claim, and what it strikes itself.

    The chain is followed both ways to its ends, in the order in which its claims became known, each
    with the days on which it was current. A strike by another voice from another source does not
    count, and is marked. Below stand what settles the claim, what it is inferred from, and what
    else is said about the same thing.

    \b
    Examples:
      ally history claim:nikkei-ap4-s064
      ally history claim:nikkei-ap4-s037 --known-by 2023-06-13 -f md
    """
    from allygraph.cli.clocks import day
    from allygraph.cli.query import opened
    from allygraph.succession import history as history_of
    from allygraph.succession.text import markdown, plain

    known_by_day = day(known_by, "--known-by")
    told = history_of(opened(endpoint), claim, known_by_day)
    echo(told, form, plain=plain, markdown=markdown)
