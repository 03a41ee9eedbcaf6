"""Settings: what a form of output is told besides the report."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TextIO

from allygraph.names import BASE
from allygraph.validation.catalogue import Entry
from allygraph.validation.findings import Finding, Severity


@dataclass(frozen=True)
class Setting:
    """How a report is written.

    Attributes:
        lang: the language of messages and of the words around them.
        colour: whether the text is for a terminal that shows colours.
        fail_on: the mildest finding that counts as a failed test (JUnit).
        rules: what is known of our rules, by name, for the forms that describe them.
    """

    lang: str = "en"
    colour: bool = False
    fail_on: Severity = "error"
    rules: Mapping[str, Entry] = field(default_factory=dict)


def page_address(finding: Finding) -> str | None:
    """Give the address of the page on a finding's rule, which also leads there from elsewhere.

    >>> from allygraph.positions import Place
    >>> page_address(Finding(Place("a"), "error", "form", None, (), page="docs/rules/form.md"))
    'https://w3id.org/allygraph/docs/rules/form'
    """
    if finding.page is None or finding.page.startswith(("https://", "http://")):
        return finding.page
    if ":" in finding.page:  # shapes of others may point anywhere, also to "javascript:"
        return None
    return f"{BASE}{finding.page.removesuffix('.md')}"


def shows_colour(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Tell whether text for a stream is coloured: NO_COLOR, FORCE_COLOR, else if a person looks.

    Sources: https://no-color.org and https://force-color.org; an empty value counts as none.
    """
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return stream.isatty() and environment.get("TERM") != "dumb"
