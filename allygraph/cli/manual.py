"""The manual's page of commands, written from the commands' own help (``make docs``)."""

from collections.abc import Iterator

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


def main() -> None:
    """Write the generated pages into docs/ of the checkout."""
    from allygraph.build import open_current
    from allygraph.competency import answer, read_questions
    from allygraph.competency.page import page
    from allygraph.compilation import sheets_page
    from allygraph.queries import catalogue_page
    from allygraph.resources import root

    docs = root() / "docs"
    (docs / "commands.md").write_text(commands_page(), encoding="utf-8")
    (docs / "queries.md").write_text(catalogue_page(), encoding="utf-8")
    engine = open_current()
    (docs / "sheets.md").write_text(sheets_page(engine, root()), encoding="utf-8")
    questions = read_questions(root() / "tests" / "competency")
    answers = {one.number: [answer(engine, asked) for asked in one.asks] for one in questions}
    (docs / "competency.md").write_text(page(engine, questions, answers), encoding="utf-8")


if __name__ == "__main__":
    main()
