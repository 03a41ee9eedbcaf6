"""What is said in a dossier of the alliance graph: claims, their quotes, what is derived."""

from alliance_dossier import Days, Dossier, Pair, name, plain, text, typed

from allygraph.names import expand

ENDED = (2016, 2022)


def claim(d: Dossier, slot: str, thing: str, start: Days) -> str:
    """Write the claim about a thing, its quote, and what is derived from both; gives its name."""
    dice, draw = d.dice, d.dice.random
    report = d.own("doc", "report")
    verified = draw() < 0.7
    said = [
        (_polarity(d, slot), thing),
        ("ally:assertedBy", dice.choice([d.own("actor", "official"), d.own("actor", "minister")])),
        ("ally:source", report),
        ("ally:modality", d.kind("modality") if draw() < 0.1 else name("kind:modality-fact")),
        ("ally:review", name(f"kind:review-{'verified' if verified else 'unverified'}")),
        ("ally:start", typed(start.words, "edtf:EDTF")),
        ("ally:earliestStart", typed(start.first, "xsd:date")),
        ("ally:latestStart", typed(start.last, "xsd:date")),
        ("ally:recordedBy", d.own("actor", "organisation")),
        ("ally:compiledIn", d.own("doc", "sheet")),
        ("ally:row", typed(len(d.things), "xsd:integer")),
        ("dcterms:identifier", plain(f"S{len(d.things):03}")),
        *_end(d, start, slot in ("summit", "founding", "talk")),
    ]
    rare: list[tuple[float, Pair]] = [
        (0.7 if verified else 0, ("ally:reviewedBy", d.known("actor", "minister"))),
        (0.4, ("ally:furtherSource", d.known("doc", "report"))),
        (0.3, ("ally:publicAct", typed("true", "xsd:boolean"))),
        (0.3, ("ally:reportedBy", d.known("actor", "organisation"))),
        (0.2, ("ally:saidOn", typed(d.published.words, "edtf:EDTF"))),
        (0.2, ("ally:saidIn", dice.choice([d.known("event", "summit"), report]))),
        (0.05, ("ally:hedged", typed("true", "xsd:boolean"))),
        (0.05, ("ally:rank", d.kind("rank"))),
        (0.05, ("ally:term", typed("2030", "edtf:EDTF"))),
        (0.1, ("ally:appraisal", d.kind("appraisal"))),
        (0.05 if slot != "treaty" else 0, ("ally:inferredFrom", d.own("claim", "treaty"))),
    ]
    said += [pair for chance, pair in rare if draw() < chance]
    said += _words(d, slot, draw() < 0.3 or slot == "partnership")
    own = d.add(d.own("claim", slot), "ally:Claim", f"{slot} of State {d.number}", *said)
    _derived(d, slot, thing, own, start, verified)
    return own


def _polarity(d: Dossier, slot: str) -> str:
    draw = d.dice.random()
    if draw < 0.95 or slot == "founding":
        return "ally:affirms"
    return "ally:denies" if draw < 0.98 else "ally:doubts"


def _end(d: Dossier, start: Days, at_once: bool) -> list[Pair]:
    if at_once or d.dice.random() < 0.15:
        end = start if at_once else d.days(ENDED)
        return [
            ("ally:endKind", name("kind:end-known")),
            ("ally:end", typed(end.words, "edtf:EDTF")),
            ("ally:earliestEnd", typed(end.first, "xsd:date")),
            ("ally:latestEnd", typed(end.last, "xsd:date")),
        ]
    return [
        ("ally:endKind", name("kind:end-ongoing")),
        ("ally:earliestEnd", typed(d.published.last, "xsd:date")),
    ]


def _words(d: Dossier, slot: str, quoted: bool) -> list[Pair]:
    if not quoted:
        return [("ally:noQuoteReason", text("The compilers kept the fact, not the words."))]
    quote = d.own("quote", slot)
    d.add(
        quote,
        "ally:Quote",
        f"words behind {slot} {d.number}",
        ("oa:exact", text(d.words(d.dice.randint(4, 15)))),
        ("ally:sentence", typed(d.dice.randint(0, 60), "xsd:integer")),
        ("ally:checkedAgainst", plain(f"{d.dice.getrandbits(256):064x}")),
    )
    return [("ally:quote", quote), ("ally:quotation", d.kind("quotation"))]


def _derived(d: Dossier, slot: str, thing: str, own: str, start: Days, verified: bool) -> None:
    ends = [value for key, value in d.things[own] if key == "ally:latestEnd"]
    review = name(f"kind:review-{'verified' if verified else 'unverified'}")
    d.things[d.own("holding", slot)] = [
        ("rdf:type", name("ally:Holding")),
        ("ally:holdingOf", thing),
        ("ally:certainty", name("kind:certainty-sure" if ends else "kind:certainty-presumed")),
        ("ally:standing", name("kind:standing-affirmed")),
        ("ally:review", review),
        ("ally:restsOn", own),
        ("ally:from", typed(start.last, "xsd:date")),
        ("ally:until", ends[0] if ends else typed(d.published.last, "xsd:date")),
        ("ally:knownFrom", typed(d.published.last, "xsd:date")),
        ("ally:knownUntil", typed("9999-12-31", "xsd:date")),
    ]
    if slot.startswith("membership"):
        state, organisation = d.get(thing, "ally:member")[0], d.get(thing, "ally:organization")[0]
        d.things[state].append(("ally:memberOf", organisation))
        d.things[d.own("edge", slot)] = [
            ("rdf:type", name("ally:DerivedEdge")),
            ("ally:derivedFrom", thing),
            ("ally:edgeProperty", typed(expand("ally:memberOf"), "xsd:anyURI")),
            ("ally:edgeSource", state),
            ("ally:edgeTarget", organisation),
        ]
