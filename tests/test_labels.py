"""Labels: states, alliances and frameworks in English and French, Indo-Pacific actors in four."""

import unicodedata
from collections import defaultdict
from pathlib import Path

import pytest

from allygraph.graph import file_quads
from allygraph.names import PREFIXES, compact, expand

ROOT = Path(__file__).resolve().parents[1]
ACTORS = ROOT / "data" / "actors"
KINDS = ROOT / "ontology" / "kinds"
NAMED = [
    *sorted(ACTORS.glob("states*.ttl")),
    *(ACTORS / f"{name}.ttl" for name in ("organizations", "arrangements", "groupings")),
    *sorted((ROOT / "data" / "imports" / "nato-partnership-frameworks").glob("things-*.ttl")),
    *sorted((ROOT / "data" / "imports" / "other-alliances").glob("things-*.ttl")),
    *(KINDS / f"{name}.ttl" for name in ("partnership", "membership", "obligation")),
]
INDO_PACIFIC = [
    f"actor:{name}"
    for name in (ROOT / "tests" / "labels" / "indo-pacific.txt").read_text("utf-8").split()
]
SCRIPTS = {"ja": ("HIRAGANA", "KATAKANA", "CJK"), "ko": ("HANGUL",)}


def read(paths, *properties):
    """Give the texts of some properties as thing → language → texts."""
    found = defaultdict(lambda: defaultdict(list))
    wanted = set(map(expand, properties))
    for path in paths:
        for quad in file_quads(path, name=path.name):
            texts = found[compact(quad.subject.value)]
            if quad.predicate.value in wanted:
                texts[quad.object.language].append(quad.object.value)
    return found


LABELS = read(NAMED, "rdfs:label", "skos:prefLabel")
ALIASES = read(NAMED, "skos:altLabel")
NAMED_IN_TWO = sorted(
    thing
    for thing in LABELS
    if thing.startswith(("actor:", "instrument:"))
    or thing.startswith(("kind:membership-", "kind:obligation-", "kind:partnership-"))
)


def test_there_are_as_many_named_things_as_we_think():
    """A pattern that finds nothing would make the tests below pass."""
    assert len(NAMED_IN_TWO) >= 390
    assert len(INDO_PACIFIC) >= 60


@pytest.mark.parametrize("thing", NAMED_IN_TWO)
def test_a_state_alliance_or_framework_has_an_english_and_a_french_name(thing):
    """NATO has two languages; so has this graph at least."""
    assert len(LABELS[thing]["en"]) == 1
    assert len(LABELS[thing]["fr"]) == 1


@pytest.mark.parametrize("thing", INDO_PACIFIC)
def test_an_indo_pacific_actor_has_a_japanese_and_a_korean_name(thing):
    """Two of the four partners that the article is about read these."""
    assert len(LABELS[thing]["ja"]) == 1
    assert len(LABELS[thing]["ko"]) == 1


def test_every_state_of_the_indo_pacific_region_is_in_the_list_or_has_both_names_too():
    """A state that comes to the region later must not be forgotten."""
    links = defaultdict(set)
    for path in [*sorted(ACTORS.glob("states*.ttl")), ROOT / "data" / "places" / "regions.ttl"]:
        for quad in file_quads(path, name=path.name):
            if compact(quad.predicate.value) in ("ally:inRegion", "ally:isPartOf"):
                links[compact(quad.subject.value)].add(compact(quad.object.value))
    parts = {place for place, wider in links.items() if "place:indo-pacific" in wider}
    states = {thing for thing, region in links.items() if region & parts and "actor:" in thing}

    assert len(states) >= 40
    assert {s for s in states if not (LABELS[s]["ja"] and LABELS[s]["ko"])} == set()


def script_of(sign):
    """Give the first word of a sign's name, which names its script."""
    return unicodedata.name(sign, "?").partition(" ")[0].partition("-")[0]


@pytest.mark.parametrize("language", SCRIPTS)
def test_japanese_and_korean_names_are_in_their_own_scripts(language):
    """A name put into the wrong column looks right to who cannot read it.

    Latin letters and figures may stand beside them, and alone only in a short form such as AP4.
    """
    own = SCRIPTS[language]
    for found in (LABELS, ALIASES):
        for thing, texts in found.items():
            for text in texts[language]:
                letters = {script_of(sign) for sign in text if sign.isalpha()} - {"MODIFIER"}
                assert letters - {"LATIN", "FULLWIDTH"} <= set(own), (thing, text)
                assert letters & set(own) or (text.isupper() and len(text) <= 6), (thing, text)


def test_no_name_is_two_states():
    """A label or alias that two states share would make every look-up ambiguous."""
    owners = defaultdict(set)
    states = read(sorted(ACTORS.glob("states*.ttl")), "rdfs:label", "skos:altLabel")
    for thing, texts in states.items():
        for language, names in texts.items():
            for name in names:
                owners[language, name].add(thing)

    assert {name: things for name, things in owners.items() if len(things) > 1} == {}


def test_no_alias_of_an_organisation_is_the_code_of_a_state():
    """FRA for a forum would make every look-up of France by code a look-up of the forum."""
    codes = defaultdict(set)
    for path in sorted(ACTORS.glob("states*.ttl")):
        for quad in file_quads(path, name=path.name):
            if compact(quad.predicate.value) == "ally:isoAlpha3":
                codes[quad.object.value].add(compact(quad.subject.value))
    taken = {
        (name, thing)
        for thing, texts in ALIASES.items()
        for names in texts.values()
        for name in names
        if codes[name] - {thing}
    }

    assert taken == set()


def test_a_wikidata_item_is_of_one_actor():
    """A link that was copied too far makes two actors one."""
    owners = defaultdict(set)
    for path in sorted(ACTORS.glob("*.ttl")):
        for quad in file_quads(path, name=path.name):
            if quad.predicate.value == PREFIXES["schema"] + "sameAs":
                owners[quad.object.value].add(quad.subject.value)

    assert {item: actors for item, actors in owners.items() if len(actors) > 1} == {}
