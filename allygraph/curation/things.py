"""New things: what a curator wrote for each property, as statements that its form allows."""

from collections.abc import Iterable
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode

from allygraph.curation.checkout import Checkout, Term
from allygraph.curation.forms import LABEL, LANGUAGE_TEXT, Field, Form, Forms
from allygraph.curation.naming import Naming
from allygraph.curation.questions import NewThing
from allygraph.curation.terms import day_literal, term
from allygraph.dates import bounds
from allygraph.errors import (
    AllygraphError,
    ParameterError,
    RefusedClaim,
    UnknownName,
    UnknownParameter,
)
from allygraph.names import PREFIXES, compact, did_you_mean, expand

TYPE = expand("rdf:type")
NOTE = Field(expand("skos:note"), "note", datatype=LANGUAGE_TEXT)
_TITLE = expand("dcterms:title")
_PUBLISHED, _LATEST_PUBLISHED = expand("ally:published"), expand("ally:latestPublished")
Statement = tuple[str, Term]
"""A property and a value, of a thing that is known from where the statement stands."""


class Made(NamedTuple):
    """A thing that is to be: its IRI, its class, and what is said of it."""

    iri: str
    class_iri: str
    statements: list[Statement]


class Workshop:
    """What the parts of adding share: the checkout with what is being added, forms and names."""

    def __init__(self, checkout: Checkout) -> None:
        self.checkout = checkout
        self.forms = Forms(checkout.root, checkout)
        self.naming = Naming(checkout)

    def class_named(self, words: str, *, place: str) -> str:
        """Give the class that some words name, as ``Partnership`` or ``ally:Partnership``.

        Raises:
            UnknownName: there is no such class of which a new thing can be made.
        """
        classes = self.forms.classes()
        by_name = {compact(one).rpartition(":")[2].casefold(): one for one in classes}
        wanted = words.rpartition(":")[2].replace(" ", "").casefold()
        if wanted not in by_name:
            local = [compact(one).rpartition(":")[2] for one in classes]
            expected = did_you_mean(words, local) or f"one of {', '.join(local)}"
            raise UnknownName(
                f"'{words}' is not a class of things that can be added",
                expected=expected,
                place=place,
            )
        return by_name[wanted]

    def make(self, things: Iterable[NewThing]) -> list[Made]:
        """Make things in the order given, so that later ones can name earlier ones.

        A thing that stands there already with all that is given is used as it is.

        Raises:
            RefusedClaim: a thing of the name is there and says something else.
            AllygraphError: a name, class, property or value that cannot be read; with the option.
        """
        announced: list[tuple[NewThing, str, str, bool]] = []
        made: list[Made] = []
        try:
            for thing in things:
                announced.append((thing, *self._announced(thing)))
            for thing, iri, class_iri, there in announced:
                statements = self._statements(thing, class_iri)
                if there:
                    self._refuse_other(iri, statements)
                else:
                    made.append(self._known(Made(iri, class_iri, statements)))
        except AllygraphError:
            for _, iri, _, there in announced:
                if not there:
                    self.checkout.forget(iri)
            self.naming.added()
            raise
        return made

    def _known(self, made: Made) -> Made:
        """Let a thing be found from now on by all that is said of it."""
        for name, value in made.statements:
            if name != TYPE:
                self.checkout.add(made.iri, name, value)
        self.naming.added()
        return made

    def field(self, form: Form, words: str, *, place: str) -> Field:
        """Give the field of a form that some words name.

        Raises:
            UnknownParameter: the form has no such field; with those that it has.
        """
        fields = {NOTE.path: NOTE, **form.fields}
        wanted = words.casefold()
        for one in fields.values():
            local = one.short.partition(":")[2]
            if wanted in (one.short.casefold(), local.casefold(), one.name.casefold()):
                return one
        known = [one.short.partition(":")[2] for one in fields.values()]
        raise UnknownParameter(
            f"{compact(form.class_iri)} has no '{words}'",
            expected=did_you_mean(words, known) or f"one of {', '.join(sorted(known))}",
            place=place,
        )

    def _announced(self, thing: NewThing) -> tuple[str, str, bool]:
        """Let a thing be known by its class before it is described; tell if it was there."""
        place = f"--new {thing.name}"
        iri, class_iri = expand(thing.name), self.class_named(thing.kind, place=place)
        allowed = self.forms.of(class_iri).prefixes()
        if not any(iri.startswith(PREFIXES[prefix]) for prefix in allowed):
            raise ParameterError(
                f"'{thing.name}' is not a name for a {compact(class_iri)}",
                expected=f"{' or '.join(f'{prefix}:' for prefix in allowed)} and a name",
                place=place,
            )
        there = TYPE in self.checkout.statements.get(iri, {})
        if not there:
            self.checkout.add(iri, TYPE, NamedNode(class_iri))
        return iri, class_iri, there

    def _statements(self, thing: NewThing, class_iri: str) -> list[Statement]:
        form = self.forms.of(class_iri)
        found: list[Statement] = [(TYPE, NamedNode(class_iri))]
        for name, text in thing.values:
            place = f"--set {thing.name} {name}"
            field = self.field(form, name, place=place)
            found.append((field.path, term(text, field, self.naming, place=place)))
        found.extend(_following(found))
        return list(dict.fromkeys(found))

    def _refuse_other(self, iri: str, statements: list[Statement]) -> None:
        there = self.checkout.statements[iri]
        for name, value in statements:
            if value not in there.get(name, ()):
                known = ", ".join(map(shown, there.get(name, ()))) or "nothing"
                raise RefusedClaim(
                    f"{compact(iri)} is there already, and its {compact(name)} is {known}, "
                    f"not {shown(value)}",
                    expected="another name for a new thing, or no --new for the one that is there",
                    place=_place(self.checkout, iri),
                )


def shown(value: Term) -> str:
    """Give a value for the eye: short names, texts without their datatype."""
    if not isinstance(value, Literal):
        return compact(value.value) if isinstance(value, NamedNode) else str(value)
    return f'"{value.value}"' + (f"@{value.language}" if value.language else "")


def _following(statements: list[Statement]) -> list[Statement]:
    """Give what follows: the last day of a publication, and a title that serves as label."""
    said = dict(statements)
    found: list[Statement] = []
    published, title = said.get(_PUBLISHED), said.get(_TITLE)
    if isinstance(published, Literal) and _LATEST_PUBLISHED not in said:
        found.append((_LATEST_PUBLISHED, day_literal(bounds(published.value).latest)))
    if isinstance(title, Literal) and LABEL not in said:
        found.append((LABEL, Literal(title.value, language="en")))
    return found


def _place(checkout: Checkout, iri: str) -> str | None:
    path = checkout.files.get(iri)
    return path.relative_to(checkout.root).as_posix() if path else None
