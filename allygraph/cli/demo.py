"""``ally demo``: three questions about the article, answered with quotes and sources."""

import click

from allygraph.cli.query import answer

_BEFORE, _SHELVED, _AFTER = "2023-06-13", "2025-06-24", "2025-12-31"
_OFFICE = "proposal:nato-tokyo-office"
_QUESTIONS = (
    (
        "Who blocked NATO's office in Tokyo on 13 June 2023, and why?",
        "proposal/blockers",
        {"proposal": _OFFICE, "as_of": _BEFORE, "known_by": _BEFORE},
    ),
    (
        "How far had NATO's tailored programmes with its partners come, as known on that day?",
        "partnership/itpp-status",
        {"as_of": _BEFORE, "known_by": _BEFORE},
    ),
    (
        "Nobody blocks the office at the end of 2025. What has happened to it?",
        "history/changes-between",
        {"about": _OFFICE, "from_day": _SHELVED, "until_day": _AFTER, "known_by": _AFTER},
    ),
)


@click.command()
def demo() -> None:
    """Answer three questions about one newspaper article, with quotes and sources.

    \b
    Example:
      ally demo
    """
    for number, (question, name, values) in enumerate(_QUESTIONS, start=1):
        options = " ".join(_option(key, value) for key, value in values.items())
        click.secho(f"\n{number}. {question}", bold=True)
        click.echo(f"   ally query {name} {options} --why\n")
        answer(name, values, form="table", why=True)


def _option(key: str, value: str) -> str:
    if key in ("as_of", "known_by"):
        return f"--{key.replace('_', '-')} {value}"
    return f"-p {key}={value}"
