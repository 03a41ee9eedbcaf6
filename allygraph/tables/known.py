"""What is known already: things, names, codes, labels and documents of the data.

Built once, from the Turtle files of ontology and data without the folder that is being written,
and added to as a sheet makes things of its own. Names are compared as `allygraph.naming` says.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from allygraph.errors import UnreadableFile
from allygraph.graph import read, source_files
from allygraph.names import PREFIXES, compact, expand
from allygraph.naming import Name, Names
from allygraph.tables.faults import RowFault
from allygraph.tables.terms import span

SCHEMES = {
    PREFIXES["kind"] + concept: short
    for short, concept in {
        "cow": "designation-cow",
        "gw": "designation-gleditsch-ward",
        "iso": "designation-iso-3166-1",
        "name": "designation-name",
    }.items()
}
_LABELS = (expand("rdfs:label"), expand("skos:prefLabel"))
_ALT_LABEL = expand("skos:altLabel")
_CODES = (expand("ally:isoAlpha2"), expand("ally:isoAlpha3"))
_DOC = PREFIXES["doc"]
_UNNAMED = tuple(PREFIXES[kind] for kind in ("claim", "doc", "quote"))
_PASSING = tuple(PREFIXES[kind] for kind in ("rel", "change", "claim"))
_DOCUMENT = {
    expand("schema:url"): "url",
    expand("dcterms:publisher"): "publisher",
    expand("dcterms:title"): "title",
    expand("ally:latestPublished"): "published",
    expand("ally:retrievedOn"): "retrieved",
    expand("prov:wasDerivedFrom"): "original",
}
_DESIGNATION = {
    expand(f"ally:{name}"): name for name in ("designated", "designationScheme", "code", "letters")
} | {expand(f"ally:{name}"): name for name in ("affirms", "earliestStart", "latestEnd")}
_DATED_NAME = "dated name"
_CODE = "code"


@dataclass
class Document:
    """A source: IRI, publisher, address, title, days, and the document of which it is a copy."""

    iri: str
    publisher: str = ""
    url: str = ""
    title: str = ""
    published: str = ""
    retrieved: str = ""
    original: str = ""

    @property
    def day(self) -> str:
        """The day on which it was published or, where that is not known, read; ISO or empty."""
        return self.published or self.retrieved


@dataclass
class Known:
    """Things by name, with labels and documents; all IRIs whole."""

    things: set[str] = field(default_factory=set)
    labels: dict[str, str] = field(default_factory=dict)
    names: Names = field(default_factory=Names)
    documents: dict[str, Document] = field(default_factory=dict)
    own: dict[str, str] = field(default_factory=dict)
    passing: dict[str, str] = field(default_factory=dict)

    def label(self, iri: str) -> str | None:
        """Give the English label of a thing, or None."""
        return self.passing.get(iri) or self.own.get(iri) or self.labels.get(iri)

    def learn(self, iri: str, label: str) -> None:
        """Remember a thing that the sheet makes: relationships for their row, others for good."""
        if not label:
            return
        if iri.startswith(_PASSING):
            self.passing[iri] = label
        elif iri not in self.own:
            self.own[iri] = label
            self.names.add(Name(label, iri))

    def forget(self) -> None:
        """Forget what only the last row could name."""
        if self.passing:
            self.passing.clear()

    def find(self, text: str, kind: str = "", *, on: str = "", scheme: str = "") -> str:
        """Find a thing by label, alias, name of that time or code; give its short name.

        Without a scheme, codes are those of ISO 3166 in capital letters: the numbers and letters
        of other lists mean other states.

        Args:
            text: what the cell says; a short name such as ``actor:japan`` is one too.
            kind: the prefix of the thing (actor, place …), or empty for any.
            on: a date on which the name holds, as EDTF; empty for whenever.
            scheme: the list whose code it is (cow, gw, iso, name).

        Raises:
            RowFault: nothing or several things have that name, or ``on`` is no date.
        """
        text = text.strip()
        start = PREFIXES[kind] if kind else ""
        first, last = span(on.strip()) if on.strip() else ("", "")
        found = self.names.find(text, start=start, schemes=(scheme,) if scheme else ())
        holding = [name for name in found if name.holds(first, last)]
        for names in _levels(holding, text, bool(scheme)):
            things = sorted({name.thing for name in names})
            if len(things) == 1:
                return compact(things[0])
            if things:
                raise _ambiguous(text, things, on)
        if not scheme and (iri := self._by_short_name(text, start)) is not None:
            return compact(iri)
        raise self._unknown(text, kind, found, on, scheme)

    def _by_short_name(self, text: str, start: str) -> str | None:
        prefix, colon, local = text.partition(":")
        iri = PREFIXES.get(prefix, "") + local if colon else text
        return iri if iri.startswith(start) and (iri in self.things or iri in self.own) else None

    def _unknown(self, text: str, kind: str, found: list[Name], on: str, scheme: str) -> RowFault:
        what = f"the {scheme.upper()} code '{text}'" if scheme else f"the name '{text}'"
        message = f"no {kind or 'thing'} has {what}" + (f" on {on}" if on else "")
        if other := [name for name in found if name.first or name.last]:
            times = ", ".join(
                f"{compact(name.thing)} from {name.first or '…'} to {name.last or '…'}"
                for name in other
            )
            return RowFault("table-name-unknown", message, f"a day within: {times}")
        near = self.names.near(text, start=PREFIXES[kind] if kind else "", limit=3)
        hint = f"did you mean {', '.join(name.text for _, name in near)}? Or add" if near else "add"
        expected = f"{hint} an alias (skos:altLabel) in the data, or a line in [values]"
        return RowFault("table-name-unknown", message, expected)


def _levels(names: list[Name], text: str, scheme: bool) -> Iterable[list[Name]]:
    """Sort names, the surest first: labels, ISO codes in capitals, aliases, names of the time."""
    if scheme:
        return [names]
    return [
        [name for name in names if name.sort == "label"],
        [name for name in names if name.sort == _CODE and not name.scheme and name.text == text],
        [name for name in names if name.sort == "alias"],
        [name for name in names if name.sort == _DATED_NAME],
    ]


def _ambiguous(text: str, things: list[str], on: str) -> RowFault:
    expected = "a name that only one has, or a line in [values] that says which"
    return RowFault(
        "table-name-ambiguous",
        f"'{text}' is the name of {', '.join(map(compact, things))}",
        expected if on else f"{expected}; or the day, |actor:on={{…}}",
    )


def known(root: Path, without: set[Path]) -> Known:
    """Read what the files of a root know.

    Args:
        root: the folder with ontology/ and data/.
        without: folders whose files are left out, because they are to be written anew.

    Raises:
        UnreadableFile: a file is not Turtle.
    """
    found = Known()
    dated: dict[str, dict[str, str]] = {}
    for path in source_files(root):
        if without.isdisjoint(path.resolve().parents):
            _read(path, found, dated)
    _add_designations(found, dated)
    return found


def _read(path: Path, known: Known, dated: dict[str, dict[str, str]]) -> None:
    from pyoxigraph import RdfFormat, parse

    try:
        for quad in parse(input=read(path), format=RdfFormat.TURTLE):
            subject, name = quad.subject.value, quad.predicate.value
            _add(known, subject, name, quad.object)
            if name in _DESIGNATION:
                dated.setdefault(subject, {})[_DESIGNATION[name]] = quad.object.value
    except SyntaxError as error:
        raise UnreadableFile(
            f"not Turtle: {error.msg}",
            expected="valid UTF-8 Turtle",
            place=f"{path}:{error.lineno or 1}",
        ) from error


def _add(known: Known, subject: str, name: str, value: Any) -> None:
    known.things.add(subject)
    if subject.startswith(_DOC):
        if name in _DOCUMENT:
            document = known.documents.setdefault(subject, Document(subject))
            setattr(document, _DOCUMENT[name], value.value)
    elif subject.startswith(_UNNAMED):
        return
    elif name in _LABELS:
        known.names.add(Name(value.value, subject))
        if value.language == "en":
            known.labels[subject] = value.value
    elif name == _ALT_LABEL:
        known.names.add(Name(value.value, subject, "alias"))
    elif name in _CODES:
        known.names.add(Name(value.value, subject, _CODE))


def _add_designations(known: Known, dated: dict[str, dict[str, str]]) -> None:
    """Add codes and names by time: each as long as the claims that affirm it allow."""
    bounds: dict[str, list[tuple[str, str]]] = {}
    for parts in dated.values():
        if "affirms" in parts:
            pair = (parts.get("earliestStart", ""), parts.get("latestEnd", ""))
            bounds.setdefault(parts["affirms"], []).append(pair)
    for relation, parts in dated.items():
        if "designated" not in parts:
            continue
        scheme = SCHEMES.get(parts.get("designationScheme", ""), "")
        pairs = bounds.get(relation, [])
        first = max((first for first, _ in pairs), default="")
        last = min((last for _, last in pairs if last), default="")
        sort = _DATED_NAME if scheme == "name" else _CODE
        for text in (parts.get("code"), parts.get("letters")):
            if text:
                known.names.add(Name(text, parts["designated"], sort, scheme, first, last))
