"""``ally build``: files to a validated, named-by-content store."""

import click

from allygraph.build import build
from allygraph.cli.progress import progress_bars


@click.command("build")
def build_command() -> None:
    """Build the graph from its text files, or find that the build is there already.

    Prints the folder of the store, the number of quads, and the sha256 of the sorted N-Quads:
    the same files give the same sha256 on every machine.

    \b
    Example:
      ally build
    """
    with progress_bars() as tell:
        made = build(progress=tell)
    click.echo(f"store   {made.store}")
    click.echo(f"quads   {made.quads}")
    click.echo(f"sha256  {made.content}")
