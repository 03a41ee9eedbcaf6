"""Claims: what a row says of its things, with source, speaker, dates and the row itself."""

from typing import Any, NamedTuple

from allygraph.errors import MappingError
from allygraph.names import PREFIXES, compact, expand
from allygraph.tables.conditions import Condition, block, condition, flag
from allygraph.tables.documents import EDITORS, GENERAL_KNOWLEDGE, Library
from allygraph.tables.evidence import Evidence, Reader
from allygraph.tables.faults import RowFault
from allygraph.tables.filters import slug
from allygraph.tables.known import Document
from allygraph.tables.templates import IDENTIFIER, KEY, NUMBER, SLUG, Row, Scope, Template
from allygraph.tables.terms import full, plain, typed, words
from allygraph.tables.things import Thing, joined
from allygraph.tables.times import Times
from allygraph.tables.values import Lines

_ALLY = PREFIXES["ally"]
_CLAIM = PREFIXES["claim"]
_CLASSES = (f"{_ALLY}Claim",)
POLARITIES = ("affirms", "denies", "doubts")
NO_QUOTE = "The compilers kept the fact, not the words of the source."
_CONCEPTS = {"modality": "fact", "rank": "", "quotation": ""}  # and what stands for an empty one
_NAMES = {
    "appraisal": "ally:appraisal",
    "corrects": "ally:corrects",
    "inferred_from": "ally:inferredFrom",
    "may_be_asserted_by": "ally:mayBeAssertedBy",
    "reported_by": "ally:reportedBy",
    "resolved_by": "ally:resolvedBy",
    "retracts": "ally:retracts",
    "said_in": "ally:saidIn",
    "supersedes": "ally:supersedes",
}
_DATES = {"said_on": "ally:saidOn", "term": "ally:term"}
_FLAGS = {"public_act": "publicAct", "hedged": "hedged"}
_MOST_WORDS = 15


class Setting(NamedTuple):
    """What all claims of an import share: name, graph, documents, nodes' names, sources.

    ``graph`` is written as N-Quads writes it.
    """

    name: str
    graph: str
    library: Library
    nodes: frozenset[str]
    source_column: str
    reader: Reader | None


class Grounds(NamedTuple):
    """What a claim rests on: lines for its documents, the day they are known from, and how sure."""

    lines: tuple[str, ...]
    publisher: str
    iri: str
    day: str
    general: bool


class Claim:
    """A ``[[claim]]``, compiled: makes its claims for a row.

    Raises:
        MappingError: it is malformed.
    """

    def __init__(self, spec: dict[str, Any], scope: Scope, place: str, setting: Setting) -> None:
        self.setting, self.graph = setting, setting.graph
        self.block = block(spec, scope, place)
        inner = self.block.scope
        self.when = condition(spec["when"], inner, f"{place} when") if "when" in spec else None
        self.polarity, self.about = _about(spec, inner, place)
        self.about_node = _only_name(spec) in setting.nodes
        self.times = Times(spec, inner, place)
        self.by_publisher = spec.get("reported_by") == "publisher"
        self.has_asserter = "may_be_asserted_by" in spec
        self.suffix, self.source, self.evidence, self.asserted_by, self.review, self.quote = (
            inner.compile(spec.get(key, ""), f"{place} {key}")
            for key in ("suffix", "source", "evidence", "asserted_by", "review", "quote")
        )
        if "evidence" in spec and setting.reader is None:
            raise MappingError(
                "'evidence' names another cell of sources, and there is no [sources] to read it",
                expected="[sources]",
                place=f"{place} evidence",
            )
        self.lines = _lines(spec, inner, place)
        self.no_quote = Lines()
        self.no_quote.add(
            "ally:noQuoteReason",
            _english(spec.get("no_quote_reason", NO_QUOTE)),
            inner,
            f"{place} no_quote_reason",
        )
        self.flags = _flags(spec, inner, place)
        self.concepts = self._fixed_concepts(spec, inner, place)
        self.grounds: dict[tuple[int, int], tuple[Evidence, Grounds]] = {}

    def compiled_in(self, document: Document) -> None:
        """Say in each claim in which table the editors noted it."""
        self.lines.fixed.append(f"<{_ALLY}compiledIn> <{document.iri}>")

    def make(self, row: Row, evidence: Evidence | None, things: list[Thing]) -> None:
        """Add the claims of a row, and their quotes.

        Raises:
            RowFault: something is wrong or missing.
        """
        for _ in self.block.each_turn(row) if self.block.changes else _ONCE:
            if self.when is None or self.when(row):
                about = self.about.fill(row)
                if about or not self.about_node:  # else the row does not make that node
                    self._claim(row, about, evidence, things)

    def _claim(self, row: Row, about: str, evidence: Evidence | None, things: list[Thing]) -> None:
        local = f"{self.setting.name}-{row[SLUG]}"
        if self.suffix.constant != "" and (suffix := slug(self.suffix.fill(row))):
            local = f"{local}-{suffix}"
        grounds = self._grounds(row, evidence)
        polarity = self.polarity.constant or self._polarity(row)
        lines = self.lines.fill(row)
        lines += grounds.lines
        lines.append(f"<{_ALLY}{polarity}> <{self._object(about)}>")
        lines.append(f"{_IDENTIFIER}{row[IDENTIFIER]}")
        lines.append(f"{_ROW}{row[NUMBER]}{_INTEGER}")
        self._speaker(row, grounds, lines)
        self.times.add(row, grounds.day, polarity == "affirms", lines)
        unverified = self._unverified(row, grounds)
        lines.append(_UNVERIFIED if unverified else _VERIFIED)
        for line, holds in self.flags:
            if holds(row):
                lines.append(line)
        if self.concepts:
            self._concepts(row, lines)
        quote = None if self.quote.constant == "" else self._quote(row, local)
        if quote is None:
            lines += self.no_quote.fill(row)
        else:
            lines.append(f"<{_ALLY}quote> <{quote.iri}>")
            things.append(quote)
        iri = f"{_CLAIM}{local}"
        things.append(
            Thing(iri, joined(iri, lines, self.graph), "", _CLASSES, "claims", unverified)
        )

    def _polarity(self, row: Row) -> str:
        polarity = self.polarity.fill(row).strip() or "affirms"
        if polarity not in POLARITIES:
            raise RowFault(
                "table-value", f"'{polarity}' is no polarity", f"one of {', '.join(POLARITIES)}"
            ).at(self.polarity.columns)
        return polarity

    def _object(self, about: str) -> str:
        if not about:
            raise RowFault(
                "table-empty", "the claim is about nothing", "a value where its thing is named"
            ).at(self.about.columns)
        return _whole(about, self.about)

    def _grounds(self, row: Row, evidence: Evidence | None) -> Grounds:
        """Give what the claim rests on; it is the same for all rows of the same evidence."""
        if self.source.constant != "":
            wanted = self.source.fill(row).strip()
            if wanted not in ("", "first"):
                return self._stated(wanted)
        if evidence is None or not evidence.documents:
            column = self.setting.source_column
            raise RowFault("table-source", "the row names no document", "a document", column=column)
        if self.evidence.constant != "" and (cell := self.evidence.fill(row).strip()):
            evidence = self._with_cell(cell, evidence)
        index = 0
        if len(evidence.documents) > 1:
            index = _first_that_can_know(evidence, self.times.days(row))
        known = self.grounds.get((id(evidence), index))
        if known is None or known[0] is not evidence:
            if len(self.grounds) > _MEMORY:
                self.grounds.clear()
            made = self._resting_on(evidence.documents, evidence.general, index)
            self.grounds[id(evidence), index] = known = (evidence, made)
        return known[1]

    def _stated(self, wanted: str) -> Grounds:
        """Give what a claim rests on that names its documents: the first, then further ones."""
        names = [GENERAL_KNOWLEDGE if n == "general-knowledge" else n for n in wanted.split()]
        try:
            documents = tuple(self.setting.library.named(name) for name in names)
        except RowFault as fault:
            raise fault.at(self.source.columns) from None
        return self._resting_on(documents, names[0] == GENERAL_KNOWLEDGE, 0)

    def _with_cell(self, cell: str, evidence: Evidence) -> Evidence:
        try:
            assert self.setting.reader is not None  # checked as the claim was compiled
            return self.setting.reader.with_cell(cell, evidence)
        except RowFault as fault:
            raise fault.at(self.evidence.columns) from None

    def _resting_on(self, documents: tuple[Document, ...], general: bool, index: int) -> Grounds:
        first = documents[index]
        further = [document for document in documents if document is not first]
        lines = [f"<{_ALLY}source> <{first.iri}>"]
        lines += [f"<{_ALLY}furtherSource> <{document.iri}>" for document in further]
        speaker = self.setting.library.speaker(first)
        return Grounds(tuple(lines), speaker, first.iri, first.day, general)

    def _speaker(self, row: Row, grounds: Grounds, lines: list[str]) -> None:
        """Say who asserts it and, where asked for, that the publisher reports it."""
        name = "" if self.asserted_by.constant == "" else self.asserted_by.fill(row).strip()
        speaker = _whole(name, self.asserted_by) if name else grounds.publisher
        if name or not self.has_asserter:
            if not speaker:
                raise RowFault(
                    "table-source",
                    f"'{compact(grounds.iri)}' has no publisher who could say it",
                    "a publisher, or asserted_by",
                )
            lines.append(f"<{_ALLY}assertedBy> <{speaker}>")
        # What the editors infer from a document, its publisher does not report.
        reports = self.by_publisher and speaker != _EDITORS
        if reports and grounds.publisher not in ("", speaker):
            lines.append(f"<{_ALLY}reportedBy> <{grounds.publisher}>")

    def _unverified(self, row: Row, grounds: Grounds) -> bool:
        if self.review.constant == "":
            return grounds.general
        review = self.review.fill(row).strip() or "verified"
        if review not in ("verified", "unverified"):
            raise RowFault(
                "table-value", f"'{review}' is no review", "verified or unverified; see |map"
            ).at(self.review.columns)
        return grounds.general or review == "unverified"

    def _fixed_concepts(
        self, spec: dict[str, Any], scope: Scope, place: str
    ) -> list[tuple[str, str, Template]]:
        """Say once which concepts all rows have; give those that change."""
        changing = []
        for key, default in _CONCEPTS.items():
            template = scope.compile(spec.get(key, ""), f"{place} {key}")
            if template.constant is None:
                changing.append((key, default, template))
            elif value := template.constant or default:
                try:
                    self.lines.fixed.append(self._concept(key, value))
                except RowFault as fault:
                    raise MappingError(
                        fault.message, expected=fault.expected, place=f"{place} {key}"
                    ) from fault
        return changing

    def _concept(self, key: str, value: str) -> str:
        concept = f"{PREFIXES['kind']}{key}-{value}"
        if concept not in self.setting.library.known.things:
            raise RowFault("table-value", f"'{value}' is no {key}", f"a concept kind:{key}-…")
        return f"<{_ALLY}{key}> <{concept}>"

    def _concepts(self, row: Row, lines: list[str]) -> None:
        for key, default, template in self.concepts:
            if value := template.fill(row).strip() or default:
                try:
                    lines.append(self._concept(key, value))
                except RowFault as fault:
                    raise fault.at(template.columns) from None

    def _quote(self, row: Row, local: str) -> Thing | None:
        text = self.quote.fill(row).strip()
        if not text:
            return None
        if len(text.split()) > _MOST_WORDS:
            raise RowFault(
                "table-quote",
                f"the quote has {len(text.split())} words",
                f"at most {_MOST_WORDS}: the words that carry the claim",
            ).at(self.quote.columns)
        iri = f"{PREFIXES['quote']}{local}"
        label = f"words behind {row[KEY]}"
        lines = [
            f"<{expand('rdf:type')}> <{_ALLY}Quote>",
            f"<{expand('rdfs:label')}> {words(label, 'en')}",
            f"<{expand('oa:exact')}> {plain(text)}",
        ]
        return Thing(iri, joined(iri, lines, self.graph), "", (f"{_ALLY}Quote",), "claims")


_EDITORS = full(EDITORS)
_MEMORY = 5_000
_ONCE = (None,)
_INTEGER = f'"^^<{expand("xsd:integer")}>'
_IDENTIFIER = f"<{expand('dcterms:identifier')}> "
_ROW = f'<{_ALLY}row> "'
_VERIFIED, _UNVERIFIED = (
    f"<{_ALLY}review> <{PREFIXES['kind']}review-{review}>" for review in ("verified", "unverified")
)
_TRUE = typed("true", expand("xsd:boolean"))


def _first_that_can_know(evidence: Evidence, days: tuple[str, str]) -> int:
    """Find the first document that is not older than the claim; where all are, the first.

    A month may have been named on its tenth: then the first day that is meant decides.
    """
    general = full(GENERAL_KNOWLEDGE)
    for day in reversed(days):
        for index, document in enumerate(evidence.documents):
            if document.day >= day and document.iri != general:
                return index
    return 0


def _whole(name: str, template: Template) -> str:
    try:
        return full(name)
    except RowFault as fault:
        raise fault.at(template.columns) from None


def _about(spec: dict[str, Any], scope: Scope, place: str) -> tuple[Template, Template]:
    """Give the polarity and the thing that a claim is about."""
    given = [key for key in ("about", *POLARITIES) if key in spec]
    if len(given) != 1 or ("polarity" in spec and given != ["about"]):
        raise MappingError(
            "a claim is about exactly one thing",
            expected='about = "…" with polarity, or affirms, denies or doubts = "…"',
            place=place,
        )
    polarity = spec.get("polarity", "affirms") if given == ["about"] else given[0]
    compiled = scope.compile(polarity, f"{place} polarity")
    if compiled.constant is not None and compiled.constant not in POLARITIES:
        raise MappingError(
            f"'{polarity}' is no polarity",
            expected=f"one of {', '.join(POLARITIES)}",
            place=f"{place} polarity",
        )
    return compiled, scope.compile(spec[given[0]], f"{place} {given[0]}")


def _only_name(spec: dict[str, Any]) -> str:
    """Give the name where a claim's thing is nothing but a reference, as in ``{membership}``."""
    text: str = next(spec[key] for key in ("about", *POLARITIES) if key in spec)
    inner = text[1:-1]
    return inner if text.startswith("{") and not {"{", "}", "|"} & set(inner) else ""


def _english(spec: str | dict[str, Any]) -> dict[str, Any]:
    """Give words in a language; a plain text is English."""
    return {"text": spec, "lang": "en"} if isinstance(spec, str) else {"lang": "en", **spec}


def _lines(spec: dict[str, Any], scope: Scope, place: str) -> Lines:
    """Compile what is said of a claim as of any thing."""
    lines = Lines()
    lines.add("a", "ally:Claim", scope, place)
    for key, name in (("label", "rdfs:label"), ("note", "skos:note")):
        if key in spec:
            lines.add(name, _english(spec[key]), scope, f"{place} {key}")
    for key, name in _NAMES.items():
        if key in spec and spec[key] != "publisher":
            lines.add(name, spec[key], scope, f"{place} {key}")
    for key, name in _DATES.items():
        if key in spec:
            date = {"value": spec[key], "type": "edtf:EDTF"}
            lines.add(name, date, scope, f"{place} {key}")
    return lines


def _flags(spec: dict[str, Any], scope: Scope, place: str) -> list[tuple[str, Condition]]:
    return [
        (f"<{_ALLY}{name}> {_TRUE}", test)
        for key, name in _FLAGS.items()
        if (test := flag(spec.get(key), scope, f"{place} {key}")) is not None
    ]
