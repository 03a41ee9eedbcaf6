"""The forms of what a command tells about a thing: text, JSON or Markdown."""

import json
import sys
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import click


class Told(Protocol):
    """What can be told: it gives itself as plain values, too."""

    def record(self) -> Any:
        """Give it as values that JSON knows."""


T = TypeVar("T", bound=Told)
Command = TypeVar("Command", bound=Callable[..., Any])


def form_option(words: str) -> Callable[[Command], Command]:
    """Give the option ``-f`` of such a command; the words are its help."""
    return click.option(
        "-f",
        "--format",
        "form",
        type=click.Choice(["text", "json", "md"]),
        default="text",
        show_default=True,
        help=words,
    )


def echo(
    told: T,
    form: str,
    *,
    plain: Callable[[T], str],
    markdown: Callable[[T], str],
    draw: Callable[[T], None] | None = None,
) -> None:
    """Print what is told in a form; as text it is drawn where a person reads it."""
    if form == "json":
        click.echo(json.dumps(told.record(), ensure_ascii=False, indent=2))
    elif form == "md":
        click.echo(markdown(told), nl=False)
    elif draw is not None and is_terminal():
        draw(told)
    else:
        click.echo(plain(told), nl=False)


def is_terminal() -> bool:
    """Tell whether a person reads what is printed."""
    return sys.stdout.isatty()
