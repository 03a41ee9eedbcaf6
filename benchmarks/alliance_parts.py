"""What a dossier of the alliance graph holds: things, relationships, and a claim for each."""

from collections.abc import Iterator

from alliance_claims import claim
from alliance_dossier import Days, Dossier, Pair, blockable, name, name_of, plain, text, typed

FOUNDED, BEGUN = (1945, 2004), (2005, 2015)
SPREAD = (0, 1, 7, 13, 29)
"""Of which earlier dossiers the state of one is in the organisations."""
Claimed = tuple[str, str, Days]
Described = dict[str, tuple[str, *tuple[Pair, ...]]]
"""The class and the properties of each relationship, by its slot."""


def dossier(number: int) -> Dossier:
    """Make the dossier of a number."""
    made = Dossier(number)
    _state(made)
    _people(made)
    _organisation(made)
    _documents(made)
    for slot, thing, start in [*_acts(made), *_relationships(made)]:
        claim(made, slot, thing, start)
    return made


def _state(d: Dossier) -> None:
    region = name_of("place", "region", d.number - d.number % 20)
    if d.number % 20 == 0:
        d.add(region, "ally:Place", f"region {d.number}")
    letters = "".join(d.dice.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ", k=3))
    state = d.add(
        d.own("actor", "state"),
        "ally:State",
        f"State {d.number}",
        ("rdfs:label", text(f"État {d.number}", "fr")),
        ("rdfs:label", text(f"国{d.number}", "ja")),
        ("skos:altLabel", text(f"the {d.number}th")),
        ("schema:sameAs", name(f"wd:Q{d.number + 1}")),
        ("ally:inRegion", region),
        ("ally:isoAlpha2", plain(letters[:2])),
        ("ally:isoAlpha3", plain(letters)),
    )
    city = d.add(
        d.own("place", "city"),
        "ally:Place",
        f"City {d.number}",
        ("ally:inState", state),
        ("ally:isPartOf", region),
        ("schema:latitude", _degrees(d, 89)),
        ("schema:longitude", _degrees(d, 179)),
    )
    d.add(
        d.own("place", "base"),
        "ally:Facility",
        f"Base {d.number}",
        ("ally:hostState", state),
        ("ally:place", city),
    )


def _people(d: Dossier) -> None:
    d.add(d.own("actor", "minister"), "ally:Person", f"Minister {d.number}")
    d.add(
        d.own("actor", "official"),
        "ally:UnnamedActor",
        f"an official of State {d.number}",
        ("ally:drawnFrom", d.own("actor", "state")),
        ("ally:place", d.own("place", "city")),
    )


def _degrees(d: Dossier, most: int) -> str:
    return typed(f"{d.dice.randint(-most, most)}.{d.dice.randint(1, 9)}", "xsd:decimal")


def _organisation(d: Dossier) -> None:
    kind = d.dice.choice(["ally:Organization", "ally:Alliance", "ally:Grouping"])
    organisation = d.add(
        d.own("actor", "organisation"),
        kind,
        f"Organisation {d.number}",
        ("skos:altLabel", text(f"O{d.number}")),
    )
    d.add(
        d.own("office", "office"),
        "ally:Office",
        f"office of Organisation {d.number}",
        ("ally:officeKind", d.kind("office")),
        ("ally:officeOf", organisation),
        ("ally:place", d.known("place", "city")),
        ("ally:serves", d.own("actor", "state")),
    )


def _documents(d: Dossier) -> None:
    shared = (
        ("ally:licenceNote", text("Facts and short quotes only.")),
        ("ally:retrievedOn", typed("2026-01-15", "xsd:date")),
        ("dcterms:publisher", d.known("actor", "organisation")),
    )
    d.add(
        d.own("doc", "report"),
        "ally:Source",
        f"report {d.number}",
        *shared,
        ("ally:published", typed(d.published.words, "edtf:EDTF")),
        ("ally:latestPublished", typed(d.published.last, "xsd:date")),
        ("ally:textSha256", plain(f"{d.dice.getrandbits(256):064x}")),
        ("dcterms:language", plain("en")),
        ("dcterms:title", plain(d.words(6))),
        ("schema:url", typed(f"https://example.org/report/{d.number}", "xsd:anyURI")),
    )
    d.add(
        d.own("doc", "sheet"),
        "ally:Source",
        f"sheet {d.number}",
        *shared,
        ("dcterms:title", plain(d.words(4))),
        ("prov:wasDerivedFrom", d.own("doc", "report")),
    )


def _acts(d: Dossier) -> Iterator[Claimed]:
    """Describe treaty, event, proposal, decision rule and changes of stage."""
    state, organisation = d.own("actor", "state"), d.own("actor", "organisation")
    treaty = d.add(
        d.own("instrument", "treaty"),
        "ally:Instrument",
        f"treaty {d.number}",
        ("ally:instrumentKind", d.kind("instrument")),
        ("ally:issuedBy", organisation),
        ("ally:party", state),
        ("ally:party", d.known("actor", "organisation")),
        ("dcterms:identifier", plain(f"T{d.number}")),
        *([("ally:succeeds", name_of("instrument", "treaty", d.number - 1))] if d.number else []),
    )
    yield "treaty", treaty, d.days(BEGUN)
    event = d.add(
        d.own("event", "summit"),
        "ally:Event",
        f"summit {d.number}",
        ("ally:eventKind", d.kind("event")),
        ("ally:organizer", organisation),
        ("ally:place", d.known("place", "city")),
    )
    yield "summit", event, d.days(BEGUN, precise=True)
    proposal = d.add(
        d.own("proposal", "proposal"),
        "ally:Proposal",
        f"proposal of State {d.number}",
        ("ally:decidingOrganization", organisation),
        ("ally:matter", d.kind("matter")),
        ("ally:proposer", state),
        ("ally:proposes", d.own("office", "office")),
    )
    yield "proposal", proposal, d.days(BEGUN)
    yield from _rule(d, organisation, treaty)
    yield from _changes(d, organisation, proposal)


def _rule(d: Dossier, organisation: str, treaty: str) -> Iterator[Claimed]:
    kind = d.dice.choice(sorted(blockable()))
    rule = d.add(
        d.own("rule", "rule"),
        "ally:DecisionRule",
        f"how Organisation {d.number} decides",
        ("ally:decidingOrganization", organisation),
        ("ally:legalBasis", treaty),
        ("ally:matter", d.kind("matter")),
        ("ally:ruleKind", kind),
        ("skos:note", text(d.words(8))),
        *([("ally:blockingCount", typed(1, "xsd:integer"))] if blockable()[kind] else []),
    )
    yield "rule", rule, d.days(BEGUN)


def _changes(d: Dossier, organisation: str, proposal: str) -> Iterator[Claimed]:
    for slot, subject, stage, years in (
        ("founding", organisation, "active", FOUNDED),
        ("talk", proposal, "discussed", BEGUN),
    ):
        change = d.add(
            d.own("change", slot),
            "ally:StageChange",
            f"{slot} {d.number}",
            ("ally:subject", subject),
            ("ally:toStage", name(f"kind:stage-{stage}")),
        )
        yield slot, change, d.days(years)


def _relationships(d: Dossier) -> Iterator[Claimed]:
    """Describe relationships of all kinds; those of a state are with it, so that none overlap."""
    described = {**_bonds(d), **_of_people(d), **_views(d), **_of_things(d)}
    for slot, (kind, *pairs) in described.items():
        named = [(f"ally:{key}", value) for key, value in pairs]
        thing = d.add(d.own("rel", slot), f"ally:{kind}", f"{slot} {d.number}", *named)
        yield slot, thing, d.days(BEGUN)


def _bonds(d: Dossier) -> Described:
    """Give memberships and commitments, each of a kind of its own."""
    state, treaty = d.own("actor", "state"), d.own("instrument", "treaty")
    organisations = [name_of("actor", "organisation", max(0, d.number - back)) for back in SPREAD]
    memberships: Described = {
        f"membership-{place + 1}": (
            "Membership",
            ("member", state),
            ("organization", organisations[place]),
            ("membershipKind", kind),
        )
        for place, kind in enumerate(_some(d, "membership", len(SPREAD)))
    }
    commitments: Described = {
        f"commitment-{place + 1}": (
            "Commitment",
            ("party", state),
            ("instrument", treaty),
            ("obligation", kind),
        )
        for place, kind in enumerate(_some(d, "obligation", 8))
    }
    return memberships | commitments


def _of_people(d: Dossier) -> Described:
    state, minister = d.own("actor", "state"), d.own("actor", "minister")
    event = d.own("event", "summit")
    return {
        "tenure": (
            "Tenure",
            ("holder", minister),
            ("organization", state),
            ("role", d.kind("role")),
        ),
        "representation": (
            "Representation",
            ("representative", minister),
            ("represented", state),
            ("representedTo", name_of("actor", "organisation", max(0, d.number - 1))),
            ("representationKind", d.kind("representation")),
            ("place", d.known("place", "city")),
            ("staffCount", typed(d.dice.randint(1, 80), "xsd:integer")),
        ),
        "participation": (
            "Participation",
            ("event", event),
            ("participant", minister),
            ("level", d.kind("level")),
            ("role", d.kind("participation")),
            ("topic", d.own("proposal", "proposal")),
        ),
    }


def _views(d: Dossier) -> Described:
    state, concern = d.own("actor", "state"), d.own("rel", "concern")
    return {
        "concern": (
            "Concern",
            ("about", d.known("actor", "state")),
            ("affects", d.kind("interest")),
            ("concernKind", d.kind("concern")),
            ("holder", state),
        ),
        "position": (
            "Position",
            ("holder", state),
            ("on", d.own("proposal", "proposal")),
            ("reason", concern),
            ("stance", d.kind("stance")),
        ),
    }


def _of_things(d: Dossier) -> Described:
    state, treaty = d.own("actor", "state"), d.own("instrument", "treaty")
    return {
        "partnership": (
            "Partnership",
            ("alliance", d.own("actor", "organisation")),
            ("partner", state),
            ("partnershipKind", d.kind("partnership")),
            ("instrument", treaty),
        ),
        "comparison": (
            "Comparison",
            ("among", d.known("instrument", "treaty")),
            ("dimension", d.kind("dimension")),
            ("higher", treaty),
            ("lower", d.known("instrument", "treaty")),
        ),
        "designation": (
            "Designation",
            ("designated", state),
            ("designationScheme", d.kind("designation")),
            ("code", plain(f"X{d.number}")),
            ("letters", plain("".join(d.dice.choices("ABCDEFGHIJ", k=2)))),
        ),
        "description": (
            "Description",
            ("thing", d.own("office", "office")),
            ("aspect", d.kind("aspect")),
            ("value", typed(d.dice.randint(1, 99), "xsd:integer")),
            ("unit", d.kind("unit")),
        ),
        "use-right": (
            "UseRight",
            ("facility", d.own("place", "base")),
            ("hostState", state),
            ("useKind", d.kind("use")),
            ("user", d.known("actor", "state")),
        ),
    }


def _some(d: Dossier, scheme: str, count: int) -> list[str]:
    found: list[str] = []
    while len(found) < count:
        kind = d.kind(scheme)
        if kind not in found:
            found.append(kind)
    return found
