"""Faults of the alliance graph: one sort after the other, with the results that SHACL demands.

Each sort spoils another thing of a dossier, so that all can be put into one.
"""

from collections.abc import Callable
from dataclasses import dataclass

from alliance_claims import claim
from alliance_dossier import Days, Dossier, name, plain, text, typed

PER_FAULT = 1000
COMPLEX = "..."
"""How a path is written that is no single property: some engines cannot tell which it was."""


@dataclass(frozen=True)
class Result:
    """A result that a fault must have: terms as N-Triples, "" for none.

    Args:
        sort: the fault behind it.
        focus: the focus node.
        path: the path, or `COMPLEX`.
        component: local name of the constraint component, without its ending.
        value: the value node.
    """

    sort: str
    focus: str
    path: str
    component: str
    value: str = ""

    def __str__(self) -> str:
        return "\t".join((self.sort, self.focus, self.path, self.component, self.value))


Fault = Callable[[Dossier], list[tuple[str, ...]]]
SORTS: dict[str, Fault] = {}


class Planner:
    """Decides which faults a dossier gets, so that there is one in each thousand triples."""

    def __init__(self) -> None:
        self.made = 0

    def spoil(self, dossier: Dossier, before: int) -> list[Result]:
        """Put faults into a dossier; gives the results that they must have.

        Args:
            dossier: is changed.
            before: the number of triples in all that comes before it.
        """
        due = round((before + len(dossier.lines())) / PER_FAULT) - self.made
        sorts, found = list(SORTS), []
        for number in range(self.made, self.made + min(due, len(sorts))):
            found += spoil(dossier, sorts[number % len(sorts)])
        self.made += min(due, len(sorts))
        return found


def spoil(dossier: Dossier, sort: str) -> list[Result]:
    """Put a fault of a sort into a dossier."""
    return [Result(sort, *rest) for rest in SORTS[sort](dossier)]


def _sort(function: Fault) -> Fault:
    SORTS[function.__name__.strip("_").replace("_", "-")] = function
    return function


def _values(subject: str, predicate: str, component: str, *values: str) -> list[tuple[str, ...]]:
    return [(subject, name(predicate), component, value) for value in values]


@_sort
def _claim_without_modality(d: Dossier) -> list[tuple[str, ...]]:
    own = d.own("claim", "membership-1")
    d.set(own, "ally:modality")
    return _values(own, "ally:modality", "MinCount", "")


@_sort
def _overlapping_memberships(d: Dossier) -> list[tuple[str, ...]]:
    one, other = d.own("rel", "membership-3"), d.own("rel", "membership-3-again")
    d.things[other] = list(d.things[one])
    start = d.get(d.own("holding", "membership-3"), "ally:from")[0][1:11]
    claim(d, "membership-3-again", other, Days(start, start, start))
    return [(one, "", "SPARQL", other)]


@_sort
def _member_that_is_a_place(d: Dossier) -> list[tuple[str, ...]]:
    thing, place = d.own("rel", "membership-1"), d.own("place", "city")
    d.set(thing, "ally:member", place)
    return _values(thing, "ally:member", "Class", place)


@_sort
def _quote_of_sixteen_words(d: Dossier) -> list[tuple[str, ...]]:
    quote, words = d.own("quote", "partnership"), text(d.words(16))
    d.set(quote, "oa:exact", words)
    return _values(quote, "oa:exact", "Pattern", words)


@_sort
def _kind_of_another_scheme(d: Dossier) -> list[tuple[str, ...]]:
    thing = d.own("rel", "membership-2")
    d.set(thing, "ally:membershipKind", d.kind("stance"))
    return [(thing, COMPLEX, "In", name("kind:stance"))]


@_sort
def _day_as_plain_string(d: Dossier) -> list[tuple[str, ...]]:
    own = d.own("claim", "membership-3")
    d.set(own, "ally:latestStart", plain("2015-06-30"))
    return _values(own, "ally:latestStart", "Datatype", plain("2015-06-30"))


@_sort
def _said_in_a_person(d: Dossier) -> list[tuple[str, ...]]:
    own, person = d.own("claim", "participation"), d.own("actor", "minister")
    d.set(own, "ally:saidIn", person)
    return _values(own, "ally:saidIn", "Or", person)


@_sort
def _member_before_founding(d: Dossier) -> list[tuple[str, ...]]:
    thing, own = d.own("rel", "membership-2"), d.own("claim", "membership-2")
    d.set(own, "ally:start", typed("1901", "edtf:EDTF"))
    d.set(own, "ally:earliestStart", typed("1901-01-01", "xsd:date"))
    d.set(own, "ally:latestStart", typed("1901-12-31", "xsd:date"))
    affirmed = [*d.get(own, "ally:denies"), *d.get(own, "ally:doubts"), *d.get(own, "ally:affirms")]
    for predicate in ("ally:denies", "ally:doubts"):
        d.set(own, predicate)
    d.set(own, "ally:affirms", *affirmed)
    return [(thing, "", "SPARQL", own)]


@_sort
def _no_english_label(d: Dossier) -> list[tuple[str, ...]]:
    thing = d.own("actor", "organisation")
    d.set(thing, "rdfs:label", text(f"Organisation {d.number}", "fr"))
    return _values(thing, "rdfs:label", "QualifiedMinCount", "")


@_sort
def _change_without_stage(d: Dossier) -> list[tuple[str, ...]]:
    change = d.own("change", "talk")
    d.set(change, "ally:toStage")
    return _values(change, "ally:toStage", "MinCount", "")


@_sort
def _affirmed_and_denied(d: Dossier) -> list[tuple[str, ...]]:
    own, thing = d.own("claim", "tenure"), d.own("rel", "tenure")
    d.set(own, "ally:doubts")
    d.set(own, "ally:affirms", thing)
    d.set(own, "ally:denies", thing)
    return _values(own, "ally:affirms", "Disjoint", thing)


@_sort
def _claim_about_a_person(d: Dossier) -> list[tuple[str, ...]]:
    own, person = d.own("claim", "representation"), d.own("actor", "minister")
    for predicate in ("ally:denies", "ally:doubts"):
        d.set(own, predicate)
    d.set(own, "ally:affirms", person)
    return _values(own, "ally:affirms", "Node", person)


@_sort
def _impossible_day(d: Dossier) -> list[tuple[str, ...]]:
    own, day = d.own("claim", "commitment-1"), typed("2007-13-45", "xsd:date")
    d.set(own, "ally:earliestStart", day)
    return _values(own, "ally:earliestStart", "Datatype", day)


@_sort
def _two_sources(d: Dossier) -> list[tuple[str, ...]]:
    own = d.own("claim", "commitment-2")
    d.set(own, "ally:source", d.own("doc", "report"), d.own("doc", "sheet"))
    return _values(own, "ally:source", "MaxCount", "")


@_sort
def _two_labels_of_a_language(d: Dossier) -> list[tuple[str, ...]]:
    state = d.own("actor", "state")
    d.things[state].append(("rdfs:label", text(f"The State {d.number}")))
    return _values(state, "rdfs:label", "UniqueLang", "")


@_sort
def _language_in_capitals(d: Dossier) -> list[tuple[str, ...]]:
    report = d.own("doc", "report")
    d.set(report, "dcterms:language", plain("EN"))
    return _values(report, "dcterms:language", "Pattern", plain("EN"))


@_sort
def _capitals_in_the_name(d: Dossier) -> list[tuple[str, ...]]:
    before, after = d.own("rel", "concern"), d.own("rel", "Concern")
    d.things = {
        after if subject == before else subject: [
            (predicate, after if value == before else value) for predicate, value in pairs
        ]
        for subject, pairs in d.things.items()
    }
    return [(after, "", "Pattern", after)]


@_sort
def _latitude_beyond_the_pole(d: Dossier) -> list[tuple[str, ...]]:
    city, latitude = d.own("place", "city"), typed("95.5", "xsd:decimal")
    d.set(city, "schema:latitude", latitude)
    return _values(city, "schema:latitude", "MaxInclusive", latitude)


@_sort
def _row_that_is_no_number(d: Dossier) -> list[tuple[str, ...]]:
    own, row = d.own("claim", "description"), typed("seven", "xsd:integer")
    d.set(own, "ally:row", row)
    return [r for c in ("Datatype", "MinInclusive") for r in _values(own, "ally:row", c, row)]


@_sort
def _row_of_zero(d: Dossier) -> list[tuple[str, ...]]:
    own, row = d.own("claim", "designation"), typed(0, "xsd:integer")
    d.set(own, "ally:row", row)
    return _values(own, "ally:row", "MinInclusive", row)


@_sort
def _partnership_of_three(d: Dossier) -> list[tuple[str, ...]]:
    thing = d.own("rel", "partnership")
    d.things[thing].append(("ally:partner", d.own("actor", "minister")))
    return [(thing, COMPLEX, "MaxCount", "")]


@_sort
def _post_held_by_an_organisation(d: Dossier) -> list[tuple[str, ...]]:
    thing, holder = d.own("rel", "tenure"), d.own("actor", "organisation")
    d.set(thing, "ally:holder", holder)
    return _values(thing, "ally:holder", "Or", holder)


@_sort
def _proposal_in_words(d: Dossier) -> list[tuple[str, ...]]:
    proposal = d.own("proposal", "proposal")
    d.set(proposal, "ally:proposes", plain("an office"))
    return _values(proposal, "ally:proposes", "NodeKind", plain("an office"))


@_sort
def _reason_without_language(d: Dossier) -> list[tuple[str, ...]]:
    own = d.own("claim", "use-right")
    d.set(own, "ally:noQuoteReason", plain("no words kept"))
    return _values(own, "ally:noQuoteReason", "Datatype", plain("no words kept"))


@_sort
def _hash_too_short(d: Dossier) -> list[tuple[str, ...]]:
    report = d.own("doc", "report")
    d.set(report, "ally:textSha256", plain("abc123"))
    return _values(report, "ally:textSha256", "Pattern", plain("abc123"))


@_sort
def _code_with_space(d: Dossier) -> list[tuple[str, ...]]:
    thing, code = d.own("rel", "designation"), plain(f"X{d.number} ")
    d.set(thing, "ally:code", code)
    return _values(thing, "ally:code", "Pattern", code)


@_sort
def _holding_without_end(d: Dossier) -> list[tuple[str, ...]]:
    holding = d.own("holding", "summit")
    d.set(holding, "ally:until")
    return _values(holding, "ally:until", "MinCount", "")
