"""Pages of rules: each rule that can be found has one, and they are what is generated."""

from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from allygraph.names import PREFIXES, expand
from allygraph.resources import check_files, shape_files
from allygraph.validation.catalogue import catalogue
from allygraph.validation.examples import Example, invalid, valid
from allygraph.validation.findings import SEVERITIES
from allygraph.validation.pages import _parts, page, pages
from allygraph.validation.queries import table

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "rules"
SILENT = {
    # No small file of data breaks them: two files of ours, a graph that cannot be derived, a
    # reasoner, our own queries, two engines.
    "engines-differ", "not-derivable", "owl-domain", "owl-inconsistent", "owl-range",
    "owl-unsatisfiable", "saved-query", "shape-refused", "subject-twice",
}  # fmt: skip


@cache
def judged() -> dict[str, Example]:
    """Judge the examples once."""
    return invalid(ROOT)


@cache
def written() -> dict[str, str]:
    """Write all pages once."""
    return pages(ROOT, judged())


def test_the_pages_are_what_the_generator_writes():
    """They are generated; `make docs` writes them."""
    found = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}

    assert sorted(found) == sorted(written())
    stale = [name for name, text in written().items() if found[name] != text]
    assert stale == [], "run `make docs`"


def test_every_rule_that_can_be_found_has_a_page():
    """Each finding names its page."""
    known = set(table(ROOT)) | {path.stem for path in check_files(ROOT)}
    known |= {
        quad.subject.value.removeprefix(PREFIXES["shape"])
        for path in shape_files(ROOT)
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)
        if quad.predicate.value == expand("sh:message")
    }

    # owl-… stands for the rules of the ontology, each of which has a page.
    assert known - {"owl"} <= set(catalogue(ROOT))
    assert {f"{name}.md" for name in catalogue(ROOT)} < set(written())
    # Some file systems do not tell capital letters from small ones.
    assert len({name.casefold() for name in written()}) == len(written())


def test_what_a_page_says_is_printed_is_printed_for_its_rule():
    """An example that no longer breaks its rule would show nothing."""
    broken = judged()
    entries = catalogue(ROOT)

    assert set(entries) - set(broken) == SILENT
    for name, example in broken.items():
        for line in example.printed.splitlines()[:1]:
            assert line.startswith(f"{example.file}:")
            assert any(f": {severity}[{name}]" in line for severity in SEVERITIES)
        assert "/tmp" not in example.printed
        assert str(ROOT) not in example.printed
    silent = [name for name, example in broken.items() if not example.printed]
    assert len(silent) <= 10, silent


def test_a_page_has_all_that_helps():
    """Problem, remedy, severity, path, an example of each sort, the rule itself."""
    text = written()["Claim-modality.md"]

    assert "## Problem" in text
    assert "## Remedy" in text
    assert "| severity | error |" in text
    assert "| path | `ally:modality` |" in text
    assert "| asked of | `ally:Claim` |" in text
    assert "error[Claim-modality]" in text
    assert "shape:Claim-modality\n    a sh:PropertyShape ;" in text
    assert "(../../tests/shapes/Claim/valid-full.ttl)" in text


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ("A fault. A remedy. More.", ("A fault.", "A remedy. More.")),
        ("Only a fault.", ("Only a fault.", "")),
        ("A value, e.g. 2023, is wrong. Mend it.", ("A value, e.g. 2023, is wrong.", "Mend it.")),
        ("誤りです。直してください。", ("誤りです。", "直してください。")),
        ("A number is 1.5 here. Mend it.", ("A number is 1.5 here.", "Mend it.")),
    ],
)
def test_a_message_is_parted_into_fault_and_remedy(message, parts):
    """The first sentence tells what is wrong, the others what to do."""
    assert _parts(message) == parts


def test_links_of_the_pages_lead_to_files():
    """A page names the file of its rule and those of its examples."""
    for name, entry in catalogue(ROOT).items():
        assert (ROOT / entry.file).exists(), name
        assert f"(../../{entry.file})" in page(entry, None, valid(ROOT, name))
