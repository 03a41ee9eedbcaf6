"""Claims: what a row says of its things, with source, speaker, dates and the row itself."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from allygraph.errors import MappingError
from allygraph.names import PREFIXES, compact, expand
from allygraph.tables.conditions import Condition, block, condition, flag
from allygraph.tables.documents import GENERAL_KNOWLEDGE, Library
from allygraph.tables.evidence import Evidence
from allygraph.tables.faults import RowFault
from allygraph.tables.filters import slug
from allygraph.tables.known import Document
from allygraph.tables.mapping import check
from allygraph.tables.templates import Row, Scope, Template
from allygraph.tables.terms import full, node, plain, typed, words
from allygraph.tables.things import Thing, Values, values
from allygraph.tables.times import Times

_ALLY = PREFIXES["ally"]
_INTEGER = expand("xsd:integer")
POLARITIES = ("affirms", "denies", "doubts")
NO_QUOTE = "The compilers kept the fact, not the words of the source."
_NAMES = {
    "may_be_asserted_by": "mayBeAssertedBy",
    "reported_by": "reportedBy",
    "said_in": "saidIn",
    "resolved_by": "resolvedBy",
    "supersedes": "supersedes",
    "corrects": "corrects",
    "retracts": "retracts",
    "inferred_from": "inferredFrom",
    "appraisal": "appraisal",
}
_DATES = {"said_on": "saidOn", "term": "term"}
_FLAGS = {"public_act": "publicAct", "hedged": "hedged"}
_CONCEPTS = {
    "modality": "fact",
    "rank": "",
    "quotation": "",
}  # with what stands where none is given
_MOST_WORDS = 15
Pairs = list[tuple[str, str]]


class Setting(NamedTuple):
    """What all claims of an import share: its name, graph, documents, and its nodes' names.

    ``graph`` is written as N-Quads writes it.
    """

    name: str
    graph: str
    library: Library
    nodes: frozenset[str]


class Claim:
    """A ``[[claim]]``, compiled: makes its claims for a row.

    Raises:
        MappingError: it is malformed.
    """

    def __init__(self, spec: dict[str, Any], scope: Scope, place: str, setting: Setting) -> None:
        self.name, self.graph, self.library = setting.name, setting.graph, setting.library
        self.block = block(spec, scope, place)
        inner = self.block.scope
        self.when = condition(spec.get("when"), inner, f"{place} when")
        self.polarity, self.about = _about(spec, inner, place)
        self.about_node = _only_name(spec) in setting.nodes
        self.suffix = inner.compile(spec.get("suffix", ""), f"{place} suffix")
        self.label = _words(spec["label"], inner, f"{place} label")
        self.times = Times(spec, inner, place)
        self.source = inner.compile(spec.get("source", "first"), f"{place} source")
        self.asserted_by = inner.compile(spec.get("asserted_by", ""), f"{place} asserted_by")
        self.by_publisher = spec.get("reported_by") == "publisher"
        self.has_asserter = "may_be_asserted_by" in spec
        self.review = inner.compile(spec.get("review", ""), f"{place} review")
        self.quote = inner.compile(spec.get("quote", ""), f"{place} quote")
        reason = spec.get("no_quote_reason", NO_QUOTE)
        self.no_quote_reason = _words(reason, inner, f"{place} no_quote_reason")
        self.other = _others(spec, inner, place)
        self.flags = _flags(spec, inner, place)
        self.concepts = [
            (key, default, inner.compile(spec.get(key, ""), f"{place} {key}"))
            for key, default in _CONCEPTS.items()
        ]
        self.compiled_in = ""

    def make(self, row: Row, evidence: Evidence | None) -> Iterator[Thing]:
        """Give the claims of a row, and their quotes.

        Raises:
            RowFault: something is wrong or missing.
        """
        for _ in self.block.each_turn(row):
            if self.when(row):
                yield from self._claim(row, evidence)

    def _claim(self, row: Row, evidence: Evidence | None) -> Iterator[Thing]:
        about = self.about.fill(row)
        if not about and self.about_node:
            return  # the row does not make that node, so there is nothing to say of it
        local = "-".join(filter(None, (self.name, slug(row["key"]), slug(self.suffix.fill(row)))))
        iri = f"{PREFIXES['claim']}{local}"
        source, further, general = self._sources(row, evidence)
        polarity = self._polarity(row)
        label = self.label(row)
        if not label:
            raise RowFault("table-empty", "the claim has no label", "a text for its label")
        pairs: Pairs = [
            (_TYPE, _CLAIM),
            (_LABEL, label[0]),
            (_IDENTIFIER, plain(row["key"])),
            (f"<{_ALLY}row>", typed(row["#"], _INTEGER)),
            (f"<{_ALLY}{polarity}>", self._object(about)),
            (f"<{_ALLY}source>", f"<{source.iri}>"),
            *((f"<{_ALLY}furtherSource>", f"<{document.iri}>") for document in further),
        ]
        if self.compiled_in:
            pairs.append((f"<{_ALLY}compiledIn>", self.compiled_in))
        pairs += self._speaker(row, source)
        pairs += self.times.properties(row, source.day, polarity == "affirms")
        review = self._review(row, general)
        pairs += [(_REVIEW, f"<{PREFIXES['kind']}review-{review}>"), *self._rest(row)]
        quote = self._quote(row, local)
        if quote is None:
            pairs += [(f"<{_ALLY}noQuoteReason>", value) for value in self.no_quote_reason(row)]
        else:
            pairs.append((f"<{_ALLY}quote>", f"<{quote.iri}>"))
            yield quote
        lines = self._lines(iri, pairs)
        yield Thing(iri, lines, "", ("ally:Claim",), "claims", review == "unverified")

    def _lines(self, iri: str, pairs: Pairs) -> str:
        return "".join([f"<{iri}> {name} {value} {self.graph} .\n" for name, value in pairs])

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
        try:
            return node(about)
        except RowFault as fault:
            raise fault.at(self.about.columns) from None

    def _sources(
        self, row: Row, evidence: Evidence | None
    ) -> tuple[Document, tuple[Document, ...], bool]:
        """Give the claim's document, those behind it, and whether it is general knowledge."""
        wanted = self.source.fill(row).strip() or "first"
        if wanted == "general-knowledge":
            return self.library.named(GENERAL_KNOWLEDGE), (), True
        if wanted != "first":
            try:
                return self.library.named(wanted), (), wanted == GENERAL_KNOWLEDGE
            except RowFault as fault:
                raise fault.at(self.source.columns) from None
        if evidence is None or not evidence.documents:
            raise RowFault("table-source", "the row names no document", "a document in the cell")
        first, *further = evidence.documents
        return first, tuple(further), evidence.general

    def _speaker(self, row: Row, source: Document) -> Pairs:
        """Say who asserts it and, where asked for, that the publisher reports it."""
        publisher = f"<{source.publisher}>" if source.publisher else ""
        name = self.asserted_by.fill(row).strip()
        speaker = _at(node, name, self.asserted_by) if name else publisher
        pairs: Pairs = []
        if not self.has_asserter or name:
            if not speaker:
                raise RowFault(
                    "table-source",
                    f"'{compact(source.iri)}' has no publisher who could say it",
                    "a publisher, or asserted_by",
                )
            pairs.append((_ASSERTED_BY, speaker))
        if self.by_publisher and publisher and publisher != speaker:
            pairs.append((f"<{_ALLY}reportedBy>", publisher))
        return pairs

    def _review(self, row: Row, general: bool) -> str:
        review = self.review.fill(row).strip() or "verified"
        if review not in ("verified", "unverified"):
            raise RowFault(
                "table-value", f"'{review}' is no review", "verified or unverified; see |map"
            ).at(self.review.columns)
        return "unverified" if general else review

    def _rest(self, row: Row) -> Pairs:
        pairs: Pairs = [(name, _TRUE) for name, holds in self.flags if holds(row)]
        for key, default, template in self.concepts:
            if value := template.fill(row).strip() or default:
                concept = full(f"kind:{key}-{value}")
                if concept not in self.library.known.things:
                    raise RowFault(
                        "table-value", f"'{value}' is no {key}", f"a concept kind:{key}-…"
                    ).at(template.columns)
                pairs.append((f"<{_ALLY}{key}>", f"<{concept}>"))
        for name, get in self.other:
            pairs += [(name, value) for value in get(row)]
        return pairs

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
        pairs: Pairs = [
            (_TYPE, f"<{_ALLY}Quote>"),
            (_LABEL, words(f"words behind {row['key']}", "en")),
            (f"<{expand('oa:exact')}>", plain(text)),
        ]
        return Thing(iri, self._lines(iri, pairs), "", ("ally:Quote",), "claims")


_TYPE = f"<{expand('rdf:type')}>"
_CLAIM = f"<{_ALLY}Claim>"
_LABEL = f"<{expand('rdfs:label')}>"
_IDENTIFIER = f"<{expand('dcterms:identifier')}>"
_ASSERTED_BY = f"<{_ALLY}assertedBy>"
_REVIEW = f"<{_ALLY}review>"
_TRUE = typed("true", expand("xsd:boolean"))


def _at(write: Callable[[str], str], name: str, template: Template) -> str:
    try:
        return write(name)
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
    text = next(spec[key] for key in ("about", *POLARITIES) if key in spec)
    inner = text[1:-1]
    return inner if text.startswith("{") and not {"{", "}", "|"} & set(inner) else ""


def _words(spec: str | dict[str, Any], scope: Scope, place: str) -> Values:
    """Compile words in a language; a plain text is English."""
    if isinstance(spec, str):
        return values({"text": spec, "lang": "en"}, scope, place)
    check(spec, {"text": (str,), "lang": (str,)}, place, "", needed=("text",))
    return values({"lang": "en", **spec}, scope, place)


def _flags(spec: dict[str, Any], scope: Scope, place: str) -> list[tuple[str, Condition]]:
    return [
        (f"<{_ALLY}{term}>", test)
        for key, term in _FLAGS.items()
        if (test := flag(spec.get(key), scope, f"{place} {key}")) is not None
    ]


def _others(spec: dict[str, Any], scope: Scope, place: str) -> list[tuple[str, Values]]:
    found = [
        (f"<{_ALLY}{term}>", values(spec[key], scope, f"{place} {key}"))
        for key, term in _NAMES.items()
        if key in spec and spec[key] != "publisher"
    ]
    for key, term in _DATES.items():
        if key in spec:
            date = {"value": spec[key], "type": "edtf:EDTF"}
            found.append((f"<{_ALLY}{term}>", values(date, scope, f"{place} {key}")))
    if "note" in spec:
        found.append((f"<{expand('skos:note')}>", _words(spec["note"], scope, f"{place} note")))
    return found
