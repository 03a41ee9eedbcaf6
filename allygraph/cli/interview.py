"""The questions of ``ally add claim``: one after the other, names resolved as they are given.

Only what is asked for on stderr is typed on stdin; an answer that cannot be read is asked for
again. Whatever is answered ends up in the same `Answers` that the options fill.
"""

from collections.abc import Callable, Sequence

import click

from allygraph.curation.claims import CLAIM, POLARITIES
from allygraph.curation.forms import LABEL, Alternatives, Field
from allygraph.curation.naming import free, proposed
from allygraph.curation.questions import BY_KEY, QUESTIONS, Answers, NewThing, Question
from allygraph.curation.spells import KNOWN, ONGOING
from allygraph.curation.terms import term
from allygraph.curation.things import NOTE, Workshop
from allygraph.errors import AllygraphError, RefusedClaim
from allygraph.names import compact, expand

_NEW, _NONE = "new", "-"
_ALSO_ASKED = {
    "ally:Event": ("eventKind", "place"),
    "ally:Source": ("published", "url", "licenceNote", "retrievedOn", "language"),
    "ally:Tenure": ("organization",),
    "ally:UnnamedActor": ("drawnFrom",),
}
"""What the shapes leave open, but is seldom left out; the checks ask for some of it."""

_COMPUTED = ("ally:latestPublished", "ally:textSha256", "rdfs:label")


class Interview:
    """Asks what has not been answered by an option."""

    def __init__(self, answers: Answers, workshop: Workshop, *, today: str) -> None:
        self.answers = answers
        self.workshop = workshop
        self.checkout = workshop.checkout
        self.naming = workshop.naming
        self.today = today
        self.form = workshop.forms.of(CLAIM)
        self._given = workshop.make(answers.things)

    def run(self) -> None:
        """Ask all questions about the claim, and for the rare ones on request."""
        self._ask("source")
        self._polarity()
        if not self.answers.values.get("may_be_asserted_by"):
            self._ask("asserted_by", optional=True, default=self._publisher())
        if not self.answers.one("asserted_by"):
            self._ask("may_be_asserted_by")
        self._ask("reported_by", optional=True)
        self._ask("modality")
        self._words()
        self._ask("said_on", optional=True)
        self._days()
        self._ask("label", default=self._object_label())
        self._ask("review")
        self._rare()

    # -- the claim ---------------------------------------------------------------------------

    def _polarity(self) -> None:
        if any(self.answers.one(key) for key in POLARITIES):
            return
        chosen = self._choose("Does the source affirm, deny or doubt it", POLARITIES, "affirms")
        self._ask(chosen)

    def _words(self) -> None:
        if not self.answers.one("no_quote"):
            self._ask("text", optional=True)
            self._ask("quote", optional=True)
        if self.answers.one("quote"):
            self._ask("quotation", optional=True)
        else:
            self._ask("no_quote")

    def _days(self) -> None:
        if not self.answers.one("started_by"):
            self._ask("start", optional=True)
        if not self.answers.one("end") and not self.answers.one("ended_by"):
            self._ask("end_kind", optional=True)
        kind = self._resolved("end_kind")
        if kind == KNOWN and not self.answers.one("ended_by"):
            self._ask("end")
        elif kind is not None and kind != KNOWN:
            self._ask("attested", optional=True, default="said" if kind == ONGOING else None)

    def _rare(self) -> None:
        rare = [one for one in QUESTIONS if one.rare and not self.answers.values.get(one.key)]
        names = {one.key.replace("_", "-"): one.key for one in rare} | {"into": "into"}
        while True:
            words = self._line(f"Anything more ({', '.join(names)}; Enter for nothing)")
            if not words:
                return
            key = names.get(words.removeprefix("--"))
            if key is None:
                self._say(f"  '{words}' is none of them")
            elif key == "into":
                self._into()
            else:
                self._ask(key, optional=True)

    def _into(self) -> None:
        """Ask for another file than the one that would be chosen."""
        names = ["claim", *(thing.name for thing in self.answers.things)]
        name = self._choose("File of what", names, "claim")
        self.answers.files[name] = self._line("Which file, as data/relationships/….ttl")

    def _ask(self, key: str, *, optional: bool = False, default: str | None = None) -> None:
        """Ask a question unless an option has answered it."""
        if self.answers.values.get(key):
            return
        question = BY_KEY[key]
        while question.many:
            more = self.answers.values.get(key, [])
            enough = optional or len(more) >= (2 if key == "may_be_asserted_by" else 1)
            words = self._value(question, optional=enough, default=None)
            if words is None:
                return
            self.answers.values.setdefault(key, []).append(words)
        words = self._value(question, optional=optional, default=default)
        if words is not None:
            self.answers.values[key] = [words]

    def _value(self, question: Question, *, optional: bool, default: str | None) -> str | None:
        field = self._field(question)
        if question.flag:
            return "yes" if click.confirm(question.words, default=False, err=True) else None
        if field is not None and (field.points or field.schemes):
            return self._pick(question.words, field, optional=optional, default=default)
        return self._read(
            question.words,
            lambda words: self._judge(question, field, words),
            optional=optional,
            default=default,
        )

    def _field(self, question: Question) -> Field | None:
        paths = {"end_kind": "ally:endKind", "resolves": "ally:corrects"}
        path = question.path or paths.get(question.key)
        if path is None:
            return None
        return NOTE if expand(path) == NOTE.path else self.form.fields[expand(path)]

    def _judge(self, question: Question, field: Field | None, words: str) -> None:
        """Refuse an answer as early as can be, so that it is asked for again."""
        from allygraph.curation.quoting import Quoting
        from allygraph.curation.spells import spell

        if field is not None:
            term(words, field, self.naming, place=question.option)
            return
        trial = Answers({question.key: [words]})
        if question.key in ("start", "end", "started_by", "ended_by"):
            spell(trial, None, None)
        elif question.key in ("text", "quote"):
            trial.values.update({k: v for k, v in self.answers.values.items() if k == "text"})
            Quoting(trial, self.checkout, self._resolved("source") or "")
        elif question.key == "attested" and words.casefold() != "said":
            trial.values["end_kind"] = ["unknown"]
            spell(trial, ONGOING, None)

    def _resolved(self, key: str) -> str | None:
        words, field = self.answers.one(key), self._field(BY_KEY[key])
        if words is None or field is None:
            return None
        return self.naming.resolve(words, field, place=BY_KEY[key].option)

    def _publisher(self) -> str | None:
        source = self._resolved("source")
        publishers = self.checkout.names(source, "dcterms:publisher") if source else []
        return compact(publishers[0]) if publishers else None

    def _object_label(self) -> str | None:
        thing = self._resolved("affirms")
        return self.checkout.label(thing) if thing else None

    # -- things ------------------------------------------------------------------------------

    def _pick(
        self, words: str, field: Field, *, optional: bool, default: str | None = None
    ) -> str | None:
        """Let a thing or concept be chosen by name, number, or made new."""
        shown: Sequence[str] = self.naming.concepts(field)
        hint = "name or number" if shown else "name, or 'new'"
        self._list(shown)
        while True:
            text = self._line(f"{words} ({hint}{_none(optional, default)})", default)
            if optional and text in ("", _NONE):
                return None
            if text.casefold() == _NEW and not field.schemes:
                return self._describe(field)
            if text.isdecimal() and 0 < int(text) <= len(shown):
                return self._chosen(shown[int(text) - 1])
            if not text:
                continue
            sure, candidates = self.naming.match(text, field)
            if sure is None and field.schemes:  # a short list that is in view
                sure, candidates = self.naming.begun(text, field)
            if sure is not None:
                return self._chosen(sure)
            shown = candidates or self.naming.concepts(field)
            self._say("  which one?" if candidates else f"  '{text}' is not known")
            self._list(shown)

    def _describe(self, field: Field) -> str:
        """Ask for a new thing that fits a field, and what its shapes require."""
        classes = self.workshop.forms.classes(field.classes)
        names = [compact(one).partition(":")[2] for one in classes]
        chosen = names[0] if len(names) == 1 else self._choose("A new what", names, None)
        class_iri = classes[names.index(chosen)]
        form = self.workshop.forms.of(class_iri)
        values: list[tuple[str, str]] = []
        also = [form.fields[expand_local(form.fields, name)] for name in self._also(class_iri)]
        needed = [one for one in form.required() if one.path != LABEL]
        for one in needed + [one for one in also if one not in needed]:
            self._fill(one, values, optional=not one.least)
        for group in form.alternatives:
            self._fill_group(group, form.fields, values)
        self._more([*form.optional(), NOTE], values)
        title = next((text for name, text in values if name == "dcterms:title"), None)
        self._fill(form.fields[LABEL], values, optional=False, default=title)
        return self._named(NewThing("", compact(class_iri), values), class_iri)

    def _named(self, thing: NewThing, class_iri: str) -> str:
        prefix = self.workshop.forms.of(class_iri).prefixes()[0]
        wish = free(
            proposed(class_iri, prefix, thing.values),
            lambda name: expand(name) in self.checkout.statements,
        )
        while True:
            thing.name = self._line("Its name", wish)
            try:
                self.workshop.make([thing])
            except AllygraphError as error:
                self._refuse(error)
                continue
            self.answers.things.append(thing)
            return thing.name

    def _also(self, class_iri: str) -> tuple[str, ...]:
        return _ALSO_ASKED.get(compact(class_iri), ())

    def _fill(
        self,
        field: Field,
        values: list[tuple[str, str]],
        *,
        optional: bool,
        default: str | None = None,
    ) -> None:
        """Ask for the value of a field of a new thing."""
        if default is None and field.short == "ally:retrievedOn":
            default = self.today
        if field.points or field.schemes:
            words = self._pick(field.name.capitalize(), field, optional=optional, default=default)
        else:
            words = self._read(
                field.name.capitalize(),
                lambda text: term(text, field, self.naming, place=field.name),
                optional=optional,
                default=default,
            )
        if words is not None:
            values.append((field.short, words))

    def _fill_group(
        self, group: Alternatives, fields: dict[str, Field], values: list[tuple[str, str]]
    ) -> None:
        """Ask for properties of which some values are needed together."""
        known = {NOTE.path: NOTE, **fields}
        paths = [path for path in group.paths if path in known]
        while True:
            given = sum(expand(name) in paths for name, _ in values)
            if given >= group.least:
                return
            for path in paths:
                had = sum(expand(name) == path for name, _ in values)
                if given < group.least and had != known[path].most:
                    last = path == paths[-1]
                    self._fill(known[path], values, optional=not last)
                    given = sum(expand(name) in paths for name, _ in values)

    def _more(self, fields: list[Field], values: list[tuple[str, str]]) -> None:
        names = {one.short.partition(":")[2]: one for one in fields if one.short not in _COMPUTED}
        while True:
            for name, _ in values:
                if (one := names.get(name.partition(":")[2])) is not None and one.most == 1:
                    del names[name.partition(":")[2]]
            words = self._line(f"More of it ({', '.join(sorted(names))}; Enter for nothing)")
            if not words:
                return
            if words in names:
                self._fill(names[words], values, optional=True)
            else:
                self._say(f"  '{words}' is none of them")

    # -- the terminal ------------------------------------------------------------------------

    def _read(
        self,
        words: str,
        judge: Callable[[str], object],
        *,
        optional: bool,
        default: str | None,
    ) -> str | None:
        while True:
            told = _none(optional, default).removeprefix(", ")
            text = self._line(f"{words} ({told})" if told else words, default)
            if optional and text in ("", _NONE):
                return None
            if not text:
                continue
            try:
                judge(text)
            except AllygraphError as error:
                self._refuse(error)
                default = _printed(error) or default
                continue
            return text

    def _choose(self, words: str, choices: Sequence[str], default: str | None) -> str:
        """Let one of a few words be chosen, by number or by how it begins."""
        self._say("\n".join(f"  {number:2}  {one}" for number, one in enumerate(choices, start=1)))
        while True:
            text = self._line(words, default).casefold()
            if text.isdecimal() and 0 < int(text) <= len(choices):
                return choices[int(text) - 1]
            found = [one for one in choices if text and one.casefold().startswith(text)]
            exact = [one for one in found if one.casefold() == text]
            if len(exact or found) == 1:
                return (exact or found)[0]
            self._say(f"  '{text}' is none of them" if not found else "  which one?")

    def _chosen(self, thing: str) -> str:
        self._say(f"  → {self.naming.shown(thing)}")
        return compact(thing)

    def _list(self, things: Sequence[str]) -> None:
        for number, thing in enumerate(things, start=1):
            self._say(f"  {number:2}  {self.naming.shown(thing)}")

    def _line(self, words: str, default: str | None = None) -> str:
        shown = default is not None
        text = click.prompt(words, default=default or "", show_default=shown, err=True)
        return str(text).strip()

    def _refuse(self, error: AllygraphError) -> None:
        self._say(
            f"  {error.message}" + (f"; expected: {error.expected}" if error.expected else "")
        )

    def _say(self, text: str) -> None:
        click.echo(text, err=True)


def expand_local(fields: dict[str, Field], local: str) -> str:
    """Give the path of the field with a local name."""
    return next(path for path, one in fields.items() if one.short.partition(":")[2] == local)


def _printed(error: AllygraphError) -> str | None:
    """Give the words that a text prints instead of a quote, to be taken by Enter."""
    words = error.expected or ""
    quoted = isinstance(error, RefusedClaim) and words.startswith("“") and words.endswith("”")
    return words[1:-1] if quoted else None


def _none(optional: bool, default: str | None) -> str:
    """Say how to answer with nothing, where that is an answer."""
    if not optional:
        return ""
    return ", Enter for none" if default is None else f", {_NONE} for none"
