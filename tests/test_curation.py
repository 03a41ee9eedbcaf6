"""The parts of curation: bounds from dates, forms from shapes, things from names."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, RdfFormat, parse

from allygraph.curation.checkout import Checkout, editable_root
from allygraph.curation.claims import Plan
from allygraph.curation.forms import Forms
from allygraph.curation.naming import free, proposed, slug
from allygraph.curation.questions import QUESTIONS, Answers
from allygraph.curation.spells import spell
from allygraph.curation.things import Workshop
from allygraph.curation.writing import Change, changes, write
from allygraph.errors import AllygraphError, RefusedClaim, UnknownName, UnreadableFile
from allygraph.names import compact, expand
from allygraph.turtle import is_canonical
from tests.curating import ROOT, make_checkout

SPELLS = (ROOT / "tests" / "curation" / "spells.tsv").read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    """A small checkout that no test edits."""
    return make_checkout(tmp_path_factory.mktemp("curation") / "checkout")


@pytest.mark.parametrize("line", SPELLS[1:])
def test_dates_become_bounds_as_the_two_clocks_say(line):
    """Precise as the source; an attestation is a bound; contradictions are refused."""
    *cells, said, wanted = line.split("\t")
    keys = SPELLS[0].split("\t")
    values = {key: [cell] for key, cell in zip(keys, cells, strict=False) if cell}
    chosen = values.pop("end_kind", None)
    end_kind = expand(f"kind:end-{chosen[0]}") if chosen else None
    day = date.fromisoformat(said) if said else None

    if wanted.startswith("! "):
        with pytest.raises(AllygraphError) as caught:
            spell(Answers(values), end_kind, day)
        assert wanted.removeprefix("! ") in caught.value.message
        assert caught.value.place
        assert caught.value.expected
        return
    made = [
        f"{compact(name).partition(':')[2]}={compact(value.value).removeprefix('kind:')}"
        for name, value in spell(Answers(values), end_kind, day)
    ]

    assert sorted(made) == sorted(wanted.split())


def test_a_form_asks_what_the_shapes_require():
    """Class by class, read from the shapes: no list is kept twice."""
    checkout = Checkout.read(ROOT)
    forms = Forms(ROOT, checkout)
    partnership = forms.of(expand("ally:Partnership"))
    change = forms.of(expand("ally:StageChange"))

    assert {one.short for one in partnership.required()} == {
        "ally:partnershipKind",
        "rdfs:label",
    }
    assert [(group.least, len(group.paths)) for group in partnership.alternatives] == [(2, 2)]
    assert partnership.fields[expand("ally:partnershipKind")].schemes == (
        expand("kind:partnership"),
    )
    assert {one.short for one in change.required()} == {
        "ally:subject",
        "ally:toStage",
        "rdfs:label",
    }
    assert expand("ally:Office") in change.fields[expand("ally:subject")].classes


def test_every_class_that_can_be_made_has_a_form_and_a_kind_of_name():
    """A new class with a shape can be added to at once."""
    checkout = Checkout.read(ROOT)
    forms = Forms(ROOT, checkout)

    classes = forms.classes()
    assert len(classes) > 20
    assert not {expand(f"ally:{name}") for name in ("Claim", "Quote", "Holding")} & set(classes)
    for one in classes:
        assert forms.of(one).prefixes(), compact(one)
        assert "rdfs:label" in {field.short for field in forms.of(one).required()}, compact(one)


def test_the_questions_cover_what_a_claim_can_say():
    """A property of claims that no question is about is one that a curator cannot give."""
    form = Forms(ROOT, Checkout.read(ROOT)).of(expand("ally:Claim"))
    made = {expand(question.path) for question in QUESTIONS if question.path}
    by_other_means = {
        *("ally:earliestStart", "ally:latestStart", "ally:earliestEnd", "ally:latestEnd"),
        *("ally:start", "ally:end", "ally:endKind", "ally:quote", "ally:resolvedBy"),
        *("dcterms:identifier", "ally:row", "ally:compiledIn"),
    }

    assert set(map(compact, set(form.fields) - made)) <= by_other_means


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("actor:japan", "actor:japan"),
        ("  JAPAN ", "actor:japan"),
        ("日本", "actor:japan"),
        ("Turkiye", "actor:turkiye"),
        ("north atlantic treaty organization", "actor:nato"),
    ],
)
def test_names_are_found_by_label_alias_and_language(root, words, wanted):
    """Case and accents do not matter; other scripts do."""
    workshop = Workshop(Checkout.read(root))
    field = workshop.forms.of(expand("ally:Claim")).fields[expand("ally:assertedBy")]

    assert compact(workshop.naming.resolve(words, field, place="test")) == wanted


def test_words_for_several_things_give_candidates_and_never_a_guess(root):
    """One exact match is sure; a part of a name is not."""
    workshop = Workshop(Checkout.read(root))
    field = workshop.forms.of(expand("ally:Claim")).fields[expand("ally:assertedBy")]

    with pytest.raises(UnknownName) as caught:
        workshop.naming.resolve("empire", field, place="test")
    assert "actor:japan-old (Empire of Japan)" in (caught.value.expected or "")


@pytest.mark.parametrize(
    ("name", "values", "wanted"),
    [
        (
            "Partnership",
            [
                ("ally:partner", "actor:japan"),
                ("ally:alliance", "actor:nato"),
                ("ally:partnershipKind", "kind:partnership-pfp"),
            ],
            "rel:nato-japan-pfp",
        ),
        (
            "StageChange",
            [("ally:subject", "rel:a-b"), ("ally:toStage", "kind:stage-agreed")],
            "change:a-b-agreed",
        ),
        ("Person", [("rdfs:label", "Jens Stoltenberg")], "actor:jens-stoltenberg"),
    ],
)
def test_a_new_thing_is_named_as_its_like(name, values, wanted):
    """The conventions of names in one place."""
    prefix = "rel" if wanted.startswith("rel") else "actor"
    assert proposed(expand(f"ally:{name}"), prefix, values) == wanted


def test_a_second_spell_has_the_next_number():
    """rel:…-membership, then rel:…-membership-2."""
    taken = {"rel:a", "rel:a-2"}

    assert free("rel:a", taken.__contains__) == "rel:a-3"
    assert slug("Ärger & Söhne") == "arger-and-sohne"


def test_a_file_that_changed_meanwhile_is_not_overwritten(tmp_path):
    """Between the diff and the yes somebody else may have saved the file."""
    path = tmp_path / "one.ttl"
    path.write_text("# theirs\n", encoding="utf-8")

    with pytest.raises(RefusedClaim, match="changed meanwhile"):
        write([Change(path, "# ours\n", "# new\n")])

    assert path.read_text(encoding="utf-8") == "# theirs\n"


def test_a_wheel_is_not_edited(tmp_path):
    """What pip installed is a copy: changes there would be lost."""
    bundle = make_checkout(tmp_path / "allygraph" / "_bundle")

    for folder in (bundle, tmp_path):
        with pytest.raises(UnreadableFile, match="not a checkout"):
            editable_root(folder)


def test_the_checkout_that_one_is_in_is_edited(root, monkeypatch):
    """As git does: also from a folder below, and before the one that was installed from."""
    monkeypatch.chdir(root / "data" / "actors")

    assert editable_root(None) == root.resolve()


def test_an_iri_of_others_is_taken_where_the_shapes_allow_any(root):
    """Links to Wikidata are no things of ours; an actor must be one."""
    workshop = Workshop(Checkout.read(root))
    actor = workshop.forms.of(expand("ally:Actor")).fields[expand("schema:sameAs")]
    asserter = workshop.forms.of(expand("ally:Claim")).fields[expand("ally:assertedBy")]

    assert workshop.naming.resolve("wd:Q17", actor, place="test") == expand("wd:Q17")
    with pytest.raises(UnknownName):
        workshop.naming.resolve("wd:Q17", asserter, place="test")


@given(words=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_whatever_the_words_the_file_says_them_and_is_canonical(words, tmp_path_factory):
    """Quotation marks, backslashes and signs of any script get through unchanged."""
    root = tmp_path_factory.getbasetemp()
    plan = Plan("claim:a", heads={root / "a.ttl": words})
    plan.say(root / "a.ttl", expand("claim:a"), [(expand("rdfs:label"), Literal(words))])

    (change,) = changes(plan)

    (quad,) = parse(change.new.encode(), format=RdfFormat.TURTLE)
    assert quad.object == Literal(words)
    assert is_canonical(change.new)
