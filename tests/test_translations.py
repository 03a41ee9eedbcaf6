"""Translations: each rule that is no shape says the same in three languages."""

import re
from pathlib import Path

import pytest

from allygraph.errors import QueryFileError
from allygraph.positions import Place
from allygraph.validation.catalogue import catalogue
from allygraph.validation.findings import Finding, said
from allygraph.validation.translations import LANGUAGES, in_all_languages, translations

ROOT = Path(__file__).resolve().parent.parent
CODE = re.compile(r"\b[a-z]+:[A-Za-z_]+|[a-z]+/[a-z/-]+[.]ttl|--[a-z]+", re.ASCII)
RULES = {name: rule for name, rule in catalogue(ROOT).items() if rule.kind != "shape"}


def test_every_rule_has_its_words_in_each_language_and_no_other_has():
    """A rule that is taken out or renamed takes its translations along."""
    told = translations(ROOT)

    assert sorted(told) == sorted(RULES)
    assert {tuple(language for language, _ in said) for said in told.values()} == {LANGUAGES}


@pytest.mark.parametrize("name", sorted(RULES))
def test_the_names_in_a_message_are_the_same_in_each_language(name):
    """What is to be typed is typed alike."""
    names = {frozenset(CODE.findall(text)) for _, text in RULES[name].messages}

    assert len(names) == 1


def test_a_finding_keeps_what_it_says_in_english():
    """That may tell more than the rule does, such as the day that would be right."""
    finding = Finding(Place("a.ttl", 1), "error", "form", None, said("Line 3 is not in form."))

    (told,) = in_all_languages([finding], translations(ROOT))

    assert told.message("en") == "Line 3 is not in form."
    assert "ally fmt" in told.message("fr")
    assert told.message("ja").endswith("。")


def test_a_line_with_too_few_fields_is_told_with_its_place(tmp_path):
    """A tab that was lost would make a remedy of a problem."""
    folder = tmp_path / "queries" / "checks"
    folder.mkdir(parents=True)
    (folder / "fr.tsv").write_text("rule\tproblem\tremedy\nform\tUn seul.\n", encoding="utf-8")

    with pytest.raises(QueryFileError) as caught:
        translations(tmp_path)

    assert caught.value.place == "queries/checks/fr.tsv:2"
