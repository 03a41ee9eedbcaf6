"""``ally fmt``: bring Turtle files into canonical form, or tell which are not."""

from pathlib import Path

import click

from allygraph import resources
from allygraph.graph import read
from allygraph.turtle import canonical


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Change nothing; exit 1 if a file is not canonical.")
def fmt(paths: tuple[Path, ...], check: bool) -> None:
    """Bring Turtle files into canonical form: one order of blocks, properties and values.

    PATHS are files or folders; without any, ontology/ and data/. Files that are in canonical
    form already are left alone. A comment below a file's head is refused, not lost.

    \b
    Examples:
      ally fmt
      ally fmt --check data/sources
    """
    changed = 0
    files = turtle_files(paths)
    for path in files:
        text = read(path)
        if (wanted := canonical(text, place=str(path))) != text:
            changed += 1
            click.echo(f"{path}: {'not canonical' if check else 'rewritten'}")
            if not check:
                path.write_text(wanted, encoding="utf-8")
    click.echo(f"{len(files)} files, {changed} {'not canonical' if check else 'changed'}", err=True)
    if check and changed:
        click.get_current_context().exit(1)


def turtle_files(paths: tuple[Path, ...]) -> list[Path]:
    """List the Turtle files that are named or lie below named folders, sorted."""
    if not paths:
        root = resources.root()
        paths = (root / "ontology", root / "data")
    found = [sorted(path.rglob("*.ttl")) if path.is_dir() else [path] for path in paths]
    return [path for group in found for path in group]
