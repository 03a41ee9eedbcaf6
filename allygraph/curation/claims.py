"""A claim from answers: its statements, those of its quote, and where all of it is to stand."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from allygraph.curation.checkout import Term
from allygraph.curation.placing import Placing
from allygraph.curation.questions import BY_KEY, QUESTIONS, Answers
from allygraph.curation.quoting import Quoting
from allygraph.curation.spells import spell
from allygraph.curation.terms import term
from allygraph.curation.things import NOTE, TYPE, Made, Statement, Workshop, shown
from allygraph.dates import bounds
from allygraph.errors import ParameterError, RefusedClaim
from allygraph.names import ALLY, PREFIXES, compact, expand

CLAIM, SOURCE = expand("ally:Claim"), expand("ally:Source")
POLARITIES = ("affirms", "denies", "doubts")
_REQUIRED = ("source", "modality", "label", "review")
_IDENTIFIER = expand("dcterms:identifier")
_END_KIND = expand("ally:endKind")
_ROW = re.compile(r"(?P<start>.+)-s(?P<number>[0-9]+)")


@dataclass
class Plan:
    """What is to be written: new things, the claim, more about things that are there, and where."""

    claim: str
    blocks: dict[Path, dict[str, list[Statement]]] = field(default_factory=dict)
    heads: dict[Path, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    texts: list[Path] = field(default_factory=list)

    def say(self, path: Path, subject: str, statements: list[Statement]) -> None:
        """Put statements of a thing into a file."""
        self.blocks.setdefault(path, {}).setdefault(subject, []).extend(statements)


def missing(answers: Answers) -> list[str]:
    """List what a claim still needs, as options."""
    needed = [BY_KEY[key].option for key in _REQUIRED if not answers.one(key)]
    for either in (POLARITIES, ("asserted_by", "may_be_asserted_by"), ("quote", "no_quote")):
        if not any(answers.values.get(key) for key in either):
            needed.append(" or ".join(BY_KEY[key].option for key in either))
    return needed


def plan(answers: Answers, workshop: Workshop) -> Plan:
    """Make the claim and the things that it needs from answers.

    Raises:
        RefusedClaim: the claim is there already, or contradicts its text or the graph.
        UnreadableFile: the text of the source cannot be read.
        AllygraphError: an answer is missing or cannot be read; with its option.
    """
    if lacking := missing(answers):
        raise ParameterError(f"the claim lacks {', '.join(lacking)}", expected="these options")
    made = workshop.make(answers.things)
    return _Drafting(answers, workshop, made).plan()


class _Drafting:
    """One claim on its way from answers to statements."""

    def __init__(self, answers: Answers, workshop: Workshop, made: list[Made]) -> None:
        self.answers = answers
        self.checkout = workshop.checkout
        self.naming = workshop.naming
        self.form = workshop.forms.of(CLAIM)
        self.made = made
        self.source = self._pointed("source")
        self.placing = Placing(self.checkout)

    def plan(self) -> Plan:
        if len([key for key in POLARITIES if self.answers.one(key)]) != 1:
            raise ParameterError(
                "a claim is about one thing", expected="one of --affirms, --denies, --doubts"
            )
        quoting = Quoting(self.answers, self.checkout, self.source)
        statements = [*self._plain(), *self._spell()]
        row, name = self._row()
        quote = quoting.statements(row)
        remarks = self._compared(statements, quoting.words)
        made = Plan(f"claim:{name}", remarks=remarks, texts=quoting.texts())
        home = self._place_things(made, with_quote=bool(quote))
        statements += [(TYPE, NamedNode(CLAIM)), (_IDENTIFIER, Literal(row))]
        if quote:
            iri = f"{PREFIXES['quote']}{name}"
            statements.append((expand("ally:quote"), NamedNode(iri)))
            made.say(home, iri, quote)
        made.say(home, f"{PREFIXES['claim']}{name}", statements)
        if (digest := quoting.new_digest()) is not None:
            self._name_text(made, digest)
        for older in self._all("resolves", "ally:corrects"):
            resolved = NamedNode(f"{PREFIXES['claim']}{name}")
            self._edit(made, older, (expand("ally:resolvedBy"), resolved))
        return made

    def _plain(self) -> Iterator[Statement]:
        """Give the answers that are one property of the claim each."""
        for question in QUESTIONS:
            if question.path is None:
                continue
            path = expand(question.path)
            wanted = NOTE if path == NOTE.path else self.form.fields[path]
            for words in self.answers.values.get(question.key, ()):
                yield path, term(words, wanted, self.naming, place=question.option)

    def _spell(self) -> list[Statement]:
        end_kind = None
        if (words := self.answers.one("end_kind")) is not None:
            wanted = self.form.fields[_END_KIND]
            end_kind = self.naming.resolve(words, wanted, place="--end-kind")
        return spell(self.answers, end_kind, self._said())

    def _said(self) -> date | None:
        """Give the last day on which the claim can have been said, as far as it is known."""
        words = self.answers.one("said_on") or self.checkout.text(self.source, "ally:published")
        return None if words is None else bounds(words).latest

    def _pointed(self, key: str) -> str:
        wanted = self.form.fields[expand(BY_KEY[key].path or "")]
        words = self.answers.one(key) or ""
        return self.naming.resolve(words, wanted, place=BY_KEY[key].option)

    def _all(self, key: str, path: str) -> list[str]:
        wanted = self.form.fields[expand(path)]
        option = BY_KEY[key].option
        answers = self.answers.values.get(key, ())
        return [self.naming.resolve(words, wanted, place=option) for words in answers]

    def _row(self) -> tuple[str, str]:
        """Give the id of the row and the local name of the claim: the given, or the next free."""
        start, highest, width = self.source.rpartition("/")[2], 0, 3
        for claim in self._of_source():
            if (match := _ROW.fullmatch(claim.rpartition("/")[2])) is not None:
                number = match["number"]
                highest = max(highest, int(number))
                start, width = match["start"], len(number)
        row = self.answers.one("row") or f"S{highest + 1:0{width}}"
        name = f"{start}-{row.casefold()}"
        if f"{PREFIXES['claim']}{name}" in self.checkout.statements:
            raise RefusedClaim(
                f"claim:{name} is there already", expected="another --row", place="--row"
            )
        return row, name

    def _of_source(self) -> list[str]:
        claims = self.checkout.instances(CLAIM)
        return [one for one in claims if self.source in self.checkout.names(one, "ally:source")]

    def _place_things(self, made: Plan, *, with_quote: bool) -> Path:
        """Put the new things into their files; give the file of the claim."""
        published = self.checkout.text(self.source, "ally:published")
        retrieved = self.checkout.text(self.source, "ally:retrievedOn")
        year = (published or retrieved or "undated")[: 4 if published or retrieved else None]
        own = self.placing.of_source(self.source, year)
        blocks = 1 + with_quote + (self.source not in self.checkout.files)
        chosen = self.answers.files.get("claim")
        home = self.placing.add(self._chosen(chosen) if chosen else own, blocks)
        publishers = self.checkout.names(self.source, "dcterms:publisher")
        for thing in self.made:
            path = home if thing.iri == self.source else self._file(thing, publishers)
            made.say(path, thing.iri, thing.statements)
            made.heads.setdefault(path, self._head(path, thing))
        title = self.checkout.label(self.source)
        made.heads[home] = f"{title}: one source, its claims and quotes"
        return home

    def _file(self, thing: Made, publishers: list[str]) -> Path:
        chosen = self.answers.files.get(compact(thing.iri))
        path = self._chosen(chosen) if chosen else self.placing.of_thing(thing, publishers)
        return self.placing.add(path)

    def _chosen(self, words: str) -> Path:
        data = self.checkout.root / "data"
        path = (self.checkout.root / words).resolve()
        inside = path.is_relative_to(data) and not self._is_imported(path)
        if not inside or path.suffix != ".ttl":
            raise ParameterError(
                f"'{words}' is no place for data",
                expected="data/….ttl, not below data/imports",
                place="--into",
            )
        return path

    def _head(self, path: Path, thing: Made) -> str:
        kind = self.checkout.label(thing.class_iri)
        return f"Things of the class {kind}: {path.stem.replace('-', ' ')}"

    def _edit(self, made: Plan, subject: str, statement: Statement) -> None:
        """Add a statement to a thing, in the file in which it stands or is to stand."""
        for path, blocks in made.blocks.items():
            if subject in blocks:
                made.say(path, subject, [statement])
                return
        path = self.checkout.files[subject]
        if self._is_imported(path):
            raise RefusedClaim(
                f"{compact(subject)} stands in a file that an import writes anew",
                expected="the statement in the mapping of that import",
                place=self._place(subject),
            )
        made.say(path, subject, [statement])

    def _name_text(self, made: Plan, digest: Literal) -> None:
        """Let the source name the hash of its text, unless an import would wipe it away."""
        path = self.checkout.files.get(self.source)
        if path is not None and self._is_imported(path):
            made.remarks.append(
                f"{compact(self.source)} is imported: the hash of its text stands only on the quote"
            )
        else:
            self._edit(made, self.source, (expand("ally:textSha256"), digest))

    def _is_imported(self, path: Path) -> bool:
        return path.is_relative_to(self.checkout.root / "data" / "imports")

    def _compared(self, statements: list[Statement], words: str | None) -> list[str]:
        """Refuse a claim that is there already; tell what differs where one is alike."""
        remarks = []
        about = {f"{ALLY}{name}" for name in (*POLARITIES, "source", "assertedBy")}
        key = {(name, value) for name, value in statements if name in about}
        for other in self.checkout.instances(CLAIM):
            there = self.checkout.statements[other]
            if not all(value in there.get(name, ()) for name, value in key):
                continue
            differing = [*self._differences(statements, other), *self._reworded(words, other)]
            if not differing:
                raise RefusedClaim(
                    f"{compact(other)} says the same already",
                    expected="another claim; claims are never edited, but superseded or corrected",
                    place=self._place(other),
                )
            remarks.append(f"{compact(other)} is alike, but for {'; '.join(differing)}")
        return remarks

    def _differences(self, statements: list[Statement], other: str) -> Iterator[str]:
        passed_over = {NOTE.path, _IDENTIFIER, TYPE, expand("rdfs:label")}
        passed_over |= {f"{ALLY}{name}" for name in ("quote", "recordedBy", "reviewedBy")}
        there = self.checkout.statements[other]
        mine: dict[str, list[Term]] = {}
        for name, value in statements:
            mine.setdefault(name, []).append(value)
        ours = {name for name in there if name.startswith(ALLY)} - {f"{ALLY}resolvedBy"}
        for name in sorted((set(mine) | ours) - passed_over):
            if set(mine.get(name, ())) != set(there.get(name, ())):
                told = ", ".join(map(shown, there.get(name, ()))) or "none"
                yield f"{compact(name)} ({told})"

    def _reworded(self, words: str | None, other: str) -> Iterator[str]:
        quotes = self.checkout.names(other, "ally:quote")
        known = {self.checkout.text(quote, "oa:exact") for quote in quotes}
        if known != ({words} if words else set()):
            yield "the words"

    def _place(self, thing: str) -> str | None:
        path = self.checkout.files.get(thing)
        return path.relative_to(self.checkout.root).as_posix() if path else None
