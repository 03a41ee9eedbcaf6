"""Reference: the JSON-LD context, the kinds of error, and the dataset about itself."""

import json
import re
from functools import lru_cache
from typing import NamedTuple

from markupsafe import Markup, escape
from pyoxigraph import NamedNode

from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.errors import UnknownName, UnreadableFile
from allygraph.export.context import published
from allygraph.export.description import DATASET
from allygraph.names import BASE, compact
from allygraph.resources import root as resources_root
from allygraph.site.asking import Answer, Ask
from allygraph.site.dataset import description
from allygraph.site.documents import as_document
from allygraph.site.pages import page
from allygraph.site.shapes import described, mentions
from allygraph.site.signposting import FORMS, iri_of

_ERRORS = ("docs", "errors.md")
_HEADING = re.compile(r"^(#{2,3}) (.+)$")
_CODE = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")


class Heading(NamedTuple):
    """A kind of error: its code, and what the manual says of it, one text a paragraph."""

    code: str
    paragraphs: tuple[str, ...]


def context(engine: OxigraphEngine, ask: Ask) -> Answer:
    """Give the context of our JSON-LD, as it stands beside the ontology."""
    text = json.dumps({"@context": published()}, ensure_ascii=False, indent=2) + "\n"
    return Answer(text.encode(), "application/ld+json")


def errors(engine: OxigraphEngine, ask: Ask) -> Answer:
    """Give the kinds of error: the anchor of each is its code, as problems name it."""
    told = headings()
    if ask.form == "json":
        listed = [
            {"type": f"{BASE}errors#{one.code}", "code": one.code, "meaning": _plain(one)}
            for one in told
        ]
        body = json.dumps({"errors": listed}, ensure_ascii=False, indent=1) + "\n"
        return Answer(body.encode(), "application/json")
    return page(engine, ask, "errors.html", told=told, marked=_marked, formats=("json",))


def dataset(engine: OxigraphEngine, ask: Ask) -> Answer:
    """Give the description of the dataset: a page, or VoID and DCAT in a format of RDF.

    Raises:
        UnknownName: the address names a part of the dataset that there is not.
    """
    quads = description(engine, ask.base)
    if iri_of(ask.path) not in {quad.subject.value for quad in quads}:  # type: ignore[union-attr]
        raise UnknownName(f"there is no '{ask.path}' here", expected="dataset")
    if ask.form != "html":
        return as_document(quads, ask.form)
    return page(
        engine,
        ask,
        "statements.html",
        mentions=mentions(quads),
        title=None,
        subject=DATASET,
        groups=described(quads, DATASET),
        short=compact,
        is_iri=lambda value: isinstance(value, NamedNode),
        formats=(*FORMS, "csv"),
    )


@lru_cache(maxsize=1)
def headings() -> tuple[Heading, ...]:
    """Read the manual of errors; headings that are no code are left out.

    Raises:
        UnreadableFile: it is missing.
    """
    path = resources_root().joinpath(*_ERRORS)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UnreadableFile("the manual of errors is missing", place=str(path)) from error
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if heading := _HEADING.match(line):
            found.append((heading[2], []))
        elif found:
            found[-1][1].append(line)
    return tuple(
        Heading(code, tuple(part for part in "\n".join(lines).split("\n\n") if part.strip()))
        for code, lines in found
        if re.fullmatch(r"[a-z][a-z-]*", code)
    )


def _plain(one: Heading) -> str:
    return " ".join(_LINK.sub(r"\1", " ".join(one.paragraphs)).replace("`", "").split())


def _marked(paragraph: str) -> Markup:
    """Show a paragraph of the manual: code as code, links to other sites as links."""
    text = str(escape(" ".join(paragraph.split())))
    text = _CODE.sub(r"<code>\1</code>", text)
    return Markup(_LINK.sub(_link, text))


def _link(match: re.Match[str]) -> str:
    if match[2].startswith("https://"):
        return f'<a rel="external" href="{match[2]}">{match[1]}</a>'
    return match[1]
