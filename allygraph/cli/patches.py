"""Differences of files on stdout: coloured for people, else just what ``git apply`` takes."""

import os
import sys
from collections.abc import Iterable

import click

_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def show_diff(lines: Iterable[str]) -> None:
    """Print the lines of a unified diff, each with or without its end."""
    from allygraph.validation.outputs import shows_colour

    coloured = shows_colour(sys.stdout, os.environ)
    for line in lines:
        text = line.removesuffix("\n")
        colour = _COLOURS.get(line[:1]) if coloured else None
        click.echo(click.style(text, fg=colour) if colour else text, color=coloured)


def lines_of(diff: str) -> list[str]:
    """Cut a diff into lines, at line ends only."""
    return diff.split("\n")[:-1]
