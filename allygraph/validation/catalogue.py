"""Catalogue: what is known of each rule of ours, before anything breaks it.

A rule is a shape, a check query, or Python (``queries/checks/rules.toml`` describes those). Reports
describe the rules that they name by it, and each rule has a page below ``docs/rules/``.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from pyoxigraph import Literal as Text
from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from allygraph.graph import read
from allygraph.names import PREFIXES, compact
from allygraph.resources import shape_files
from allygraph.validation import queries
from allygraph.validation.findings import Messages, Severity, in_language, said
from allygraph.validation.translations import translations

Kind = Literal["shape", "check", "python"]
_SEVERITIES: dict[str, Severity] = {
    "sh:Violation": "error",
    "sh:Warning": "warning",
    "sh:Info": "info",
}
_BLOCK = re.compile(r"^shape:([\w.-]+)\n(?:.*\n)*?\.$", re.MULTILINE)
_IRI = re.compile(r"<([^<>]*)>")


@dataclass(frozen=True)
class Entry:
    """One rule: its name, how bad a breach is, and what it says.

    Attributes:
        name: as findings tell it.
        kind: who finds a breach: a shape, a check query, or Python.
        severity: how bad a breach is.
        title: what the rule is about, in a few words; empty where nothing says so.
        messages: the fault and its remedy, in each language that there is.
        file: where the rule stands, below the root.
        text: the rule itself in Turtle or SPARQL; empty for Python.
        path: the SPARQL path that it looks along, with short names.
        targets: the classes whose things are asked, with short names.
        optional: whether only some profiles ask it.
    """

    name: str
    kind: Kind
    severity: Severity
    title: str
    messages: Messages
    file: str
    text: str = ""
    path: str | None = None
    targets: tuple[str, ...] = ()
    optional: bool = False

    def message(self, lang: str = "en") -> str:
        """Tell fault and remedy in a language, else in English, else in any."""
        return in_language(self.messages, lang) or self.name


def catalogue(root: Path) -> dict[str, Entry]:
    """Read all rules of a root, by name in order.

    Raises:
        QueryFileError: a check query or its header is malformed.
        UnreadableFile: a file of shapes is no Turtle.
    """
    found = [*_shapes(root), *_checks(root), *_in_python(root)]
    return {rule.name: rule for rule in sorted(found, key=lambda rule: rule.name)}


def _shapes(root: Path) -> Iterator[Entry]:
    from allygraph.shacl.paths import sparql_path
    from allygraph.shacl.reading import read_shapes

    texts = {path: read(path) for path in shape_files(root)}
    quads: list[Quad] = []
    for text in texts.values():
        quads.extend(parse(input=text, format=RdfFormat.TURTLE))
    shapes = read_shapes(quads)
    targets = _targets(quads)
    said_of: dict[str, dict[str, list[Text]]] = {}
    for quad in quads:
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Text):
            of = said_of.setdefault(quad.subject.value, {})
            of.setdefault(compact(quad.predicate.value), []).append(quad.object)
    for path, text in texts.items():
        for match in _BLOCK.finditer(text):
            iri = f"{PREFIXES['shape']}{match[1]}"
            told = said_of.get(iri, {})
            if not told.get("sh:message"):
                continue
            shape = shapes.shapes[NamedNode(iri)]
            way = None if shape.path is None else sparql_path(shape.path)
            yield Entry(
                name=match[1],
                kind="shape",
                severity=_SEVERITIES[compact(shape.severity.value)],
                title=_english(told.get("sh:name") or told.get("rdfs:label") or []),
                messages=tuple(sorted((m.language or "", m.value) for m in told["sh:message"])),
                file=path.relative_to(root).as_posix(),
                text=match[0],
                path=way and _IRI.sub(lambda found: compact(found[1]), way),
                targets=targets.get(iri, ()),
            )


def _targets(quads: list[Quad]) -> dict[str, tuple[str, ...]]:
    """Give the target classes of each shape, and of the property shapes that hang on it."""
    classes: dict[str, set[str]] = {}
    parts: list[tuple[str, str]] = []
    for quad in quads:
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
            if quad.predicate.value == f"{PREFIXES['sh']}targetClass":
                classes.setdefault(quad.subject.value, set()).add(compact(quad.object.value))
            elif quad.predicate.value == f"{PREFIXES['sh']}property":
                parts.append((quad.subject.value, quad.object.value))
    for owner, part in parts:
        classes.setdefault(part, set()).update(classes.get(owner, ()))
    return {shape: tuple(sorted(names)) for shape, names in classes.items()}


def _english(texts: list[Text]) -> str:
    return in_language(tuple((text.language or "", text.value) for text in texts), "en") or ""


def _checks(root: Path) -> Iterator[Entry]:
    levels, told = queries.levels(root), translations(root)
    for check in queries.checks(root):
        yield Entry(
            name=check.name,
            kind="check",
            severity=levels.get(check.name, "error"),
            title=check.title,
            messages=(*said(check.message), *told.get(check.name, ())),
            file=f"queries/checks/{check.name}.rq",
            text=check.text,
            optional=check.name not in levels,
        )


def _in_python(root: Path) -> Iterator[Entry]:
    path = root / "queries" / "checks" / "rules.toml"
    levels, told = queries.levels(root), translations(root)
    for name, fields in tomllib.loads(read(path)).items():
        level = levels["owl" if name.startswith("owl-") else name]
        english = said(f"{fields['problem']} {fields['remedy']}")
        messages = (*english, *told.get(name, ()))
        yield Entry(
            name, "python", level, cast(str, fields["title"]), messages, cast(str, fields["file"])
        )
