"""``ally sources``: the register of documents, and quotes checked again in their texts."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from allygraph.cli import ally
from allygraph.curation.texts import Text, nearest, read_one
from allygraph.errors import UnreadableFile

ROOT = Path(__file__).resolve().parent.parent
ARTICLE = ROOT.parent / "shared" / "seed" / "ap4-article.txt"
TEXT = (
    "The envoy said it was “not\n  yet clear” whether Japan\u2019s plan would be final in time.\n"
)
HEAD = """# A source of the tests
# SPDX-License-Identifier: CC-BY-4.0
PREFIX ally: <https://w3id.org/allygraph/ns#>
PREFIX claim: <https://w3id.org/allygraph/claim/>
PREFIX doc: <https://w3id.org/allygraph/doc/>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX quote: <https://w3id.org/allygraph/quote/>
"""


def sources(*arguments: object):
    """Run ``ally sources`` in this process."""
    return CliRunner().invoke(ally, ["sources", *map(str, arguments)], standalone_mode=False)


@pytest.fixture
def root(tmp_path) -> Path:
    """A root with the shipped ontology, and data that a test writes itself."""
    (tmp_path / "root" / "data").mkdir(parents=True)
    (tmp_path / "root" / "queries").mkdir()
    shutil.copytree(ROOT / "ontology", tmp_path / "root" / "ontology")
    return tmp_path / "root"


def describe(root: Path, *quotes: str, digest: str | None, checked: str | None = None) -> None:
    """Write a document and a claim for each quote."""
    kept = f'; ally:textSha256 "{digest}"' if digest else ""
    blocks = [f'doc:gazette-2024 a ally:Source ; dcterms:title "Gazette"{kept} .']
    for number, words in enumerate(quotes, start=1):
        against = f'; ally:checkedAgainst "{checked}"' if checked else ""
        blocks.append(
            f"claim:gazette-s{number} a ally:Claim ; "
            f"ally:source doc:gazette-2024 ; ally:quote quote:gazette-s{number} .\n"
            f"quote:gazette-s{number} a ally:Quote ; oa:exact {json.dumps(words)} {against} ."
        )
    (root / "data" / "gazette.ttl").write_text(HEAD + "\n".join(blocks), encoding="utf-8")


def text_file(folder: Path, text: str = TEXT, name: str = "any.txt") -> tuple[Path, str]:
    """Write a text and give its file and hash."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path, hashlib.sha256(text.encode()).hexdigest()


def test_the_quotes_of_the_article_stand_in_the_article():
    """The one text that we have is found by its hash, whatever its file is called."""
    if not ARTICLE.exists():
        pytest.skip("the article is not ours to ship; it stands beside the checkout")
    done = sources("verify", "--text", ARTICLE, "-f", "json")

    answer = json.loads(done.stdout)
    article = next(s for s in answer["sources"] if s["source"] == "doc:nikkei-asia-2023-06-ap4")
    assert done.return_value is None
    assert (article["quotes"], article["found"], article["faults"]) == (172, 172, [])


def test_a_quote_that_the_text_does_not_hold_is_told_with_the_passage_that_is_near(root, tmp_path):
    """An altered quote ends with exit code 1; the printed words help to mend it."""
    path, digest = text_file(tmp_path / "texts")
    describe(root, "“not yet clear”", "it was not quite clear whether", digest=digest)

    done = sources("verify", "--root", root, "--text", path)

    assert done.return_value == 1
    assert "doc:gazette-2024: 2 quotes: 1 altered, 1 found" in done.stdout
    assert "altered: quote:gazette-s2" in done.stdout
    assert "the text prints: “it was “not yet clear” whether”" in done.stdout


@pytest.mark.parametrize(
    ("words", "stands"),
    [
        ("it was “not yet clear”", True),
        ("  it was\n“not   yet clear” ", True),
        ('it was "not yet clear"', False),
        ("Japan's plan", False),
        ("The envoy said it was clear", False),
    ],
)
def test_only_spaces_may_differ_between_a_quote_and_its_text(words, stands, tmp_path):
    """A quote is what is printed: other signs are other words."""
    path, digest = text_file(tmp_path)
    assert read_one(path).holds(words) is stands
    assert read_one(path).sha256 == digest


def test_composed_and_decomposed_letters_are_the_same_letters(tmp_path):
    """Two ways to store é look alike: nobody could mend a quote that differs by them alone."""
    path, _ = text_file(tmp_path, "Le Conseil de\u0301cide.")
    assert read_one(path).holds("d\u00e9cide")


def test_a_text_of_the_right_name_and_another_hash_is_a_difference(root, tmp_path):
    """Nobody read the quotes in that text; the words are looked up in it all the same."""
    path, digest = text_file(tmp_path / "texts", name="gazette-2024.txt")
    describe(root, "not yet clear", "never printed at all", digest="0" * 64)

    done = sources("verify", "--root", root, "--text", path.parent, "-f", "json")

    (source,) = json.loads(done.stdout)["sources"]
    assert done.return_value == 1
    assert (source["hash_differs"], source["altered"], source["found"]) == (1, 1, 0)
    assert [fault["outcome"] for fault in source["faults"]] == ["hash differs", "altered"]
    assert digest in source["faults"][0]["message"]


def test_a_text_without_a_hash_in_the_graph_is_found_by_its_name(root, tmp_path):
    """A document that was never hashed can still be checked by whoever has it."""
    path, _ = text_file(tmp_path / "texts", name="gazette-2024.txt")
    describe(root, "not yet clear", digest=None)

    done = sources("verify", "--root", root, "--text", path)

    assert done.return_value is None
    assert "1 quote: 1 found" in done.stdout


def test_a_quote_checked_in_another_text_than_its_source_names_is_told(root, tmp_path):
    """Two hashes for one document: one of them is wrong."""
    path, digest = text_file(tmp_path / "texts", name="gazette-2024.txt")
    describe(root, "not yet clear", digest=digest, checked="1" * 64)

    done = sources("verify", "--root", root, "--text", path)

    assert done.return_value == 1
    assert "hash differs: quote:gazette-s1" in done.stdout


def test_a_missing_text_counts_only_where_asked(root, home):
    """Texts are not ours to ship, so a checkout without them is no fault, unless strict."""
    describe(root, "not yet clear", digest="0" * 64)

    lax = sources("verify", "--root", root)
    strict = sources("verify", "--root", root, "--strict")

    assert lax.return_value is None
    assert strict.return_value == 1
    assert "1 without a text" in lax.stdout
    assert lax.stdout == strict.stdout


def test_texts_in_the_home_folder_are_found_unasked(root, home):
    """Who keeps texts there need not name them each time."""
    path, digest = text_file(home / "texts", name="gazette-2024.txt")
    describe(root, "not yet clear", digest=digest)
    try:
        done = sources("verify", "--root", root)
    finally:
        path.unlink()
        path.parent.rmdir()

    assert "1 quote: 1 found" in done.stdout


def test_a_folder_without_texts_is_refused(root, tmp_path):
    """A slip in the name of a folder must not look like texts that are missing."""
    describe(root, "not yet clear", digest=None)
    (tmp_path / "empty").mkdir()

    for path in (tmp_path / "empty", tmp_path / "no-such.txt"):
        assert isinstance(
            sources("verify", "--root", root, "--text", path).exception, UnreadableFile
        )


def test_nothing_is_called_near_when_nothing_is(tmp_path):
    """A wrong hint is worse than none."""
    text = Text(tmp_path / "any.txt", "0" * 64, "Ministers met and ate.")

    assert nearest("the office was closed for good", text) is None


def test_the_register_counts_what_rests_on_each_document(root):
    """Publisher, date, claims, quotes, and whether the quotes were looked up."""
    describe(root, "not yet clear", "in time", digest="0" * 64, checked="0" * 64)

    done = sources("-f", "json", "--root", root)

    assert json.loads(done.stdout) == [
        {
            "source": "doc:gazette-2024",
            "title": "Gazette",
            "publisher": "",
            "published": "",
            "claims": 2,
            "quotes": 2,
            "text": "checked",
            "licence": "",
        }
    ]


def test_the_register_of_what_is_shipped_names_publisher_and_terms():
    """The article's row, as the data files have it."""
    rows = {row["source"]: row for row in json.loads(sources("-f", "json").stdout)}

    article = rows["doc:nikkei-asia-2023-06-ap4"]
    assert article["publisher"] == "Nikkei Asia"
    assert article["published"] == "2023-06-13"
    assert (article["claims"], article["quotes"], article["text"]) == (172, 172, "checked")
    assert "fifteen words" in article["licence"]
    assert {row["text"] for row in rows.values()} <= {"", "checked", "hash only"}
