"""Outputs: one report in eight forms, for people, editors, servers and other programs.

Each form tells the same findings in the same order, and the same findings give the same bytes:
no clock, no host, no order of a set. Colours are the only difference that a terminal makes.
"""

from collections.abc import Callable, Mapping

from allygraph.validation.catalogue import Entry
from allygraph.validation.findings import Finding, Report, Severity
from allygraph.validation.outputs import github, html, json, junit, md, sarif, text, turtle
from allygraph.validation.outputs.setting import Setting, shows_colour
from allygraph.validation.outputs.words import LANGUAGES

__all__ = ["FORMATS", "LANGUAGES", "shows_colour", "tell", "write"]

_WRITERS: dict[str, Callable[[Report, Setting], str]] = {
    "text": text.write,
    "json": json.write,
    "sarif": sarif.write,
    "junit": junit.write,
    "github": github.write,
    "html": html.write,
    "md": md.write,
    "turtle": turtle.write,
}
FORMATS = tuple(_WRITERS)
"""The names of the forms, as ``ally validate -f`` takes them."""


def write(
    form: str,
    report: Report,
    *,
    lang: str = "en",
    colour: bool = False,
    fail_on: Severity = "error",
    rules: Mapping[str, Entry] | None = None,
) -> str:
    """Write a report in one of `FORMATS`; the text ends with a line end.

    Args:
        form: the name of the form.
        report: the findings; the lines at fault are shown from its ``texts``.
        lang: the language of messages, where there are such, and of the words around them.
        colour: whether ``text`` is coloured, for a terminal.
        fail_on: the mildest finding that is a failed test in ``junit``.
        rules: what is known of our rules (`allygraph.validation.catalogue.catalogue`), from which
            ``sarif`` describes them; without it from their findings.
    """
    return _WRITERS[form](report, Setting(lang, colour, fail_on, rules or {}))


def tell(finding: Finding, *, lang: str = "en") -> str:
    """Tell one finding as ``text`` does, without its line of the file."""
    return text.tell(finding, lang=lang)
