"""The generated pages of the manual (``make docs``); commands are written from their own help.

``python -m allygraph.cli.manual rules`` writes only those of a part.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from allygraph.cli import ally

_HEAD = """# Commands

Written from `--help` by `make docs`; do not edit. Rows and documents go to stdout, the rest to
stderr. Exit codes: 0 clean, 1 findings, 2 usage, 3 unreadable input, 4 internal, 5 limit hit, 130
interrupted.
"""


def commands_page() -> str:
    """Give the page in Markdown, one heading a command."""
    settings = {"terminal_width": 100, "max_content_width": 100, **ally.context_settings}
    context = click.Context(ally, info_name="ally", **settings)
    parts = [_HEAD, _section(ally, context, "ally")]
    parts.extend(
        _section(command, inner, inner.command_path) for command, inner in commands(context)
    )
    return "\n".join(parts)


def commands(context: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    """Give the commands of a group with their contexts, and the commands of groups in it."""
    if not isinstance(context.command, click.Group):
        return
    for name in context.command.list_commands(context):
        command = context.command.get_command(context, name)
        if command is not None:
            inner = click.Context(command, info_name=name, parent=context)
            yield command, inner
            yield from commands(inner)


def _section(command: click.Command, context: click.Context, title: str) -> str:
    return f"## {title}\n\n```\n{command.get_help(context).strip()}\n```\n"


def write_commands(docs: Path) -> None:
    """Write the pages of commands and of saved queries."""
    from allygraph.queries import catalogue_page

    (docs / "commands.md").write_text(commands_page(), encoding="utf-8")
    (docs / "queries.md").write_text(catalogue_page(), encoding="utf-8")


def write_rules(docs: Path) -> None:
    """Write a page for each rule; a page whose rule is gone goes too."""
    from allygraph.resources import root
    from allygraph.validation.pages import pages

    folder = docs / "rules"
    folder.mkdir(exist_ok=True)
    found = pages(root())
    for path in folder.glob("*.md"):
        if path.name not in found:
            path.unlink()
    for name, text in found.items():
        (folder / name).write_text(text, encoding="utf-8")


def write_answers(docs: Path) -> None:
    """Write the pages that are answered from the built graph: sheets, competency questions."""
    from allygraph.build import open_current
    from allygraph.competency import answer, read_questions
    from allygraph.competency.page import page
    from allygraph.compilation import sheets_page
    from allygraph.resources import root

    engine = open_current()
    (docs / "sheets.md").write_text(sheets_page(engine, root()), encoding="utf-8")
    questions = read_questions(root() / "tests" / "competency")
    answers = {one.number: [answer(engine, asked) for asked in one.asks] for one in questions}
    (docs / "competency.md").write_text(page(engine, questions, answers), encoding="utf-8")


PARTS = {"commands": write_commands, "rules": write_rules, "answers": write_answers}


def main(parts: Sequence[str]) -> None:
    """Write the generated pages into docs/ of the checkout, or only the named parts of them."""
    from allygraph.resources import root

    for part in parts or PARTS:
        PARTS[part](root() / "docs")


if __name__ == "__main__":
    main(sys.argv[1:])
