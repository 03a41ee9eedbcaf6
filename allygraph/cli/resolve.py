"""``ally resolve``: from a name or code to the thing that is meant."""

import click

from allygraph.cli.query import FORMAT, opened, print_table
from allygraph.resolve import KINDS, SCHEMES, Resolution, Resolver


@click.command()
@click.argument("text")
@click.option(
    "--on", metavar="DATE", help="The day or span in which it was called so.  Default: today."
)
@click.option(
    "--known-by",
    metavar="DATE",
    help="Knowledge time: the last day of publication that counts.  Default: today.",
)
@click.option(
    "--kind",
    type=click.Choice(KINDS),
    default="actor",
    show_default=True,
    help="What sort of thing is meant.",
)
@click.option(
    "--scheme",
    type=click.Choice(sorted(SCHEMES)),
    help="The list whose codes count and are shown; name: no codes count.",
)
@FORMAT
@click.pass_context
def resolve(
    ctx: click.Context,
    text: str,
    on: str | None,
    known_by: str | None,
    kind: str,
    scheme: str | None,
    form: str,
) -> None:
    """Find the actor, or other thing, that a name, an alias or a code means on a day.

    Names count in any language, without case and accents; codes are those of ISO 3166-1, of the
    Correlates of War (cow) and of Gleditsch and Ward (gw). If it is not sure, the nearest names
    are printed with scores, and the exit code is 1.

    \b
    Examples:
      ally resolve "South Korea" --on 1970
      ally resolve 260 --scheme cow --on 1970
      ally resolve Germany --scheme cow --on 1970
      ally resolve Brussels --kind place -f json
    """
    from allygraph.cli.clocks import day

    known_by_day = day(known_by, "--known-by")
    found = Resolver(opened(None), known_by_day).resolve(text, on, kind=kind, scheme=scheme)
    print_table(found.table(), form)
    if found.sure is None:
        click.echo(_doubt(found), err=True)
        ctx.exit(1)


def _doubt(found: Resolution) -> str:
    equal = [match for match in found.suggestions if match.score == 100]
    if len(equal) > 1:
        return f"not sure: '{found.text}' is the name of {len(equal)} things"
    if found.suggestions:
        return f"not sure: nothing is called '{found.text}' on the day asked for; these are near"
    return f"not sure: nothing is called '{found.text}', and no name is near"
