"""``ally add claim`` with options: what is said goes into the right files, or nothing does."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import click
import pytest

from allygraph.errors import AllygraphError, RefusedClaim, UnreadableFile
from allygraph.turtle import is_canonical
from allygraph.validation import Options, validate
from tests.curating import BASICS, HERALD, ROOT, TEXT, add_claim, contents, make_checkout

DIFF = ROOT / "tests" / "curation" / "claim.diff"


@pytest.fixture
def root(tmp_path) -> Path:
    """A small checkout that a test may edit."""
    return make_checkout(tmp_path / "checkout")


@pytest.fixture
def text(tmp_path) -> Path:
    """The text of the one source of the small checkout."""
    path = tmp_path / "text.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_a_claim_goes_into_the_file_of_its_source_with_the_next_free_row(root):
    """The diff shows the claim and its quote, and nothing else moves."""
    done = add_claim(
        root,
        *("--source", "A plan for Japan", "--doubts", "rel:nato-japan-itpp"),
        *("--asserted-by", "The Gazette", "--modality", "uncertainty", "--review", "verified"),
        *("--quote", "it is not yet clear", "--quotation", "part verbatim"),
        *("--said-on", "2023-06-12", "--note", "A note.", "--label", "when is not clear", "--yes"),
    )

    written = (root / "data/sources/2023/gazette-japan.ttl").read_text(encoding="utf-8")
    assert done.exception is None, done.output
    assert done.stdout == DIFF.read_text(encoding="utf-8")
    assert is_canonical(written)
    assert list(validate([root / "data"], root=root).findings) == []


def test_what_the_claim_needs_is_made_in_the_same_run_each_in_its_file(root):
    """Publisher, document and relationship are new; files are found by what stands in them."""
    before = contents(root)

    done = add_claim(root, *HERALD, "--yes")

    after = contents(root)
    assert done.exception is None, done.output
    assert {name for name in after if after[name] != before.get(name)} == {
        "data/actors/publishers.ttl",
        "data/relationships/memberships/other.ttl",
        "data/sources/2024/herald-2024.ttl",
    }
    assert [finding.text() for finding in validate([root / "data"], root=root).findings] == []
    source = (root / "data/sources/2024/herald-2024.ttl").read_text(encoding="utf-8")
    assert source.startswith("# ASEAN grows: one source, its claims and quotes\n# SPDX-")
    assert 'ally:latestPublished "2024-05-31"^^xsd:date' in source
    assert 'rdfs:label "ASEAN grows"@en' in source
    assert "“Nippon” is actor:japan (Japan)" in done.stderr


def test_the_diff_of_a_dry_run_is_a_patch(root, tmp_path):
    """What is shown is what would be written: git apply comes to the same files."""
    other = make_checkout(tmp_path / "other")
    before = contents(root)

    shown = add_claim(root, *HERALD, "--dry-run")
    unchanged = contents(root)
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    subprocess.run(["git", "apply"], cwd=root, input=shown.stdout, text=True, check=True)
    add_claim(other, *HERALD, "--yes")

    assert unchanged == before
    assert contents(root) == contents(other) != before


def test_the_same_claim_is_refused_and_one_that_is_alike_is_told(root):
    """A second run must not add a second claim; another modality is another claim."""
    add_claim(root, *HERALD, "--yes")
    before = contents(root)

    again = add_claim(root, *HERALD, "--yes")
    alike = add_claim(root, *HERALD, "--reported-by", "ASEAN", "--dry-run")

    assert isinstance(again.exception, RefusedClaim)
    assert "claim:herald-2024-s001 says the same already" in again.exception.message
    assert contents(root) == before
    assert "claim:herald-2024-s001 is alike, but for ally:reportedBy (none)" in alike.stderr


def test_a_thing_that_is_there_otherwise_is_refused(root):
    """A name stands for one thing: what it says is compared, not overwritten."""
    add_claim(root, *HERALD, "--yes")

    done = add_claim(root, *HERALD, "--set", "actor:herald", "label", "The Old Herald", "--yes")

    assert isinstance(done.exception, RefusedClaim)
    assert 'rdfs:label is "The Herald"@en, not "The Old Herald"@en' in done.exception.message


def test_a_quote_is_looked_up_in_the_text_and_the_text_is_named_by_its_hash(root, text):
    """The source gets the hash of the text, the quote the hash in which it was found."""
    done = add_claim(
        root,
        *BASICS,
        *("--affirms", "rel:nato-japan-itpp", "--label", "there is a plan"),
        *("--quote", "NATO has a plan  for Japan", "--text", text, "--sentence", "1", "--yes"),
    )

    written = (root / "data/sources/2023/gazette-japan.ttl").read_text(encoding="utf-8")
    assert done.exception is None, done.output
    assert written.count("ally:textSha256") == written.count("ally:checkedAgainst") == 1
    assert "ally:sentence 1 ;" in written
    assert [
        finding.text()
        for finding in validate([root / "data"], root=root, options=Options(texts=(text,))).findings
    ] == []


@pytest.mark.parametrize(
    ("words", "told", "remedy"),
    [
        ("it is 'not yet clear' when", "the text does not print", "it is “not yet clear” when."),
        ("Ministers resigned at once", "the text does not print", "words that stand in it"),
        (" ".join("abcdefghijklmnop"), "the quote has 16 words", "at most 15"),
    ],
)
def test_a_quote_that_is_not_printed_or_too_long_is_refused(root, text, words, told, remedy):
    """The words are never bent to fit: the printed ones are shown."""
    before = contents(root)

    done = add_claim(
        root,
        *BASICS,
        *("--affirms", "rel:nato-japan-itpp", "--label", "a", "--text", text, "--quote", words),
        "--yes",
    )

    assert isinstance(done.exception, AllygraphError)
    assert told in done.exception.message
    assert remedy in (done.exception.expected or "")
    assert contents(root) == before


def test_a_text_of_another_hash_is_refused(root, text):
    """A quote found in another version of the document proves nothing about this one."""
    given = [*BASICS, "--affirms", "rel:nato-japan-itpp", "--quote", "a plan", "--yes"]
    add_claim(root, *given, "--label", "one", "--text", text)
    text.write_text(f"{TEXT}Corrected.\n", encoding="utf-8")

    done = add_claim(root, *given, "--label", "two", "--text", text, "--reported-by", "NATO")

    assert isinstance(done.exception, RefusedClaim)
    assert "is not the text of doc:gazette-2023-06-japan" in done.exception.message


def test_a_text_that_is_kept_at_home_is_used_unasked(root, text, home):
    """Once a source has a hash, its quotes are checked whenever the text is at hand."""
    given = [*BASICS, "--affirms", "rel:nato-japan-itpp", "--yes"]
    add_claim(root, *given, "--label", "one", "--text", text, "--quote", "a plan")
    (home / "texts").mkdir()
    kept = (home / "texts" / "any.txt").resolve()
    kept.write_text(TEXT, encoding="utf-8")
    try:
        done = add_claim(root, *given, "--label", "two", "--quote", "no plan")
    finally:
        kept.unlink()
        kept.parent.rmdir()

    assert isinstance(done.exception, RefusedClaim)
    assert done.exception.place == str(kept)


def test_an_error_is_shown_and_nothing_is_written(root):
    """The shapes and checks judge the files as they would be; the exit code is 1."""
    before = contents(root)

    done = add_claim(
        root,
        *BASICS,
        *("--new", "rel:asean-membership", "Membership", "--affirms", "rel:asean-membership"),
        *("--set", "rel:asean-membership", "organization", "ASEAN"),
        *("--set", "rel:asean-membership", "label", "membership of nobody"),
        *("--label", "nobody is in ASEAN", "--no-quote", "A claim of the tests.", "--yes"),
    )

    assert done.return_value == 1
    assert "data/relationships/memberships/other.ttl:8:1: error[Membership-member]" in done.stderr
    assert "is not written" in done.stderr
    assert contents(root) == before


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_whatever_stops_the_writing_all_files_are_as_they_were(root, monkeypatch, fault):
    """Several files: all or none."""
    before = contents(root)
    replaced: list[Path] = []
    replace = Path.replace

    def failing(self: Path, target: Path) -> Path:
        if len(replaced) == 2:
            raise fault
        replaced.append(target)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    done = add_claim(root, *HERALD, "--yes")

    assert isinstance(done.exception, UnreadableFile | click.Abort)
    assert len(replaced) == 2
    assert contents(root) == before


def test_after_a_crash_between_two_files_the_same_answers_add_what_is_missing(root):
    """Claims are written last, so what is there without one is taken as it is."""
    script = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "replace, left = Path.replace, [2]\n"
        "def dying(self, target):\n"
        "    if not left[0]: os._exit(9)\n"
        "    left[0] -= 1\n"
        "    return replace(self, target)\n"
        "Path.replace = dying\n"
        "from allygraph.cli import main\n"
        "main(sys.argv[1:])\n"
    )
    command = [sys.executable, "-c", script, "add", "claim", "--root", str(root), *HERALD, "--yes"]
    crashed = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    halfway = (root / "data/sources/2024/herald-2024.ttl").exists()

    done = add_claim(root, *HERALD, "--yes")

    assert crashed.returncode == 9
    assert not halfway
    assert (root / "data/actors/publishers.ttl").exists()
    assert done.exception is None, done.output
    assert [finding.text() for finding in validate([root / "data"], root=root).findings] == []


def test_what_is_missing_is_told_at_once_as_options(root):
    """A script learns all that it lacks in one go."""
    done = add_claim(root, "--source", "doc:gazette-2023-06-japan", "--yes")

    assert isinstance(done.exception, AllygraphError)
    for option in ("--modality", "--affirms or --denies or --doubts", "--quote or --no-quote"):
        assert option in done.exception.message


@pytest.mark.parametrize(
    ("arguments", "place", "told"),
    [
        (["--modality", "hearsay"], "--modality", "kind:modality-rumour"),
        (["--reported-by", "Jappan"], "--reported-by", "actor:japan (Japan)"),
        (["--reported-by", "doc:gazette-2023-06-japan"], "--reported-by", "ally:Actor"),
        (["--new", "rel:a", "Membershp"], "--new rel:a", "Membership"),
        (["--new", "actor:a", "Membership"], "--new actor:a", "rel:"),
        (
            ["--new", "rel:a", "Membership", "--set", "rel:a", "partner", "Japan"],
            "--set rel:a partner",
            "member",
        ),
        (["--into", "claim", "../elsewhere.ttl"], "--into", "data/"),
        (["--row", "S01"], "--row", "another --row"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_option_and_what_would_be_right(
    root, arguments, place, told
):
    """Nothing is guessed in a script: candidates are listed."""
    before = contents(root)
    kept = [
        one for one in BASICS if "--modality" not in arguments or one not in ("--modality", "fact")
    ]

    done = add_claim(
        root,
        *kept,
        *("--affirms", "rel:nato-japan-itpp", "--label", "a", "--no-quote", "b", "--yes"),
        *arguments,
    )

    assert isinstance(done.exception, AllygraphError), done.output
    assert done.exception.place == place
    assert told in (done.exception.expected or "")
    assert contents(root) == before


def test_an_expectation_is_settled_from_the_claim_that_settles_it(root):
    """The older claim points to the newer one; nothing else of it changes."""
    done = add_claim(
        root,
        *BASICS,
        *("--affirms", "rel:nato-japan-itpp", "--label", "agreed", "--no-quote", "b", "--yes"),
        *("--resolves", "claim:gazette-japan-s01"),
    )

    removed = [line for line in done.stdout.splitlines() if line.startswith("-")]
    assert done.exception is None, done.output
    assert removed == ["--- a/data/sources/2023/gazette-japan.ttl"]
    assert "+    ally:resolvedBy claim:gazette-japan-s05 ;" in done.stdout.splitlines()


def test_what_an_import_writes_is_not_edited_by_hand(root, text):
    """The next import would wipe it away: the hash stays on the quote, a link is refused."""
    (root / "data" / "imports" / "sheet").mkdir(parents=True)
    kept = root / "data" / "sources" / "2023" / "gazette-japan.ttl"
    kept.rename(root / "data" / "imports" / "sheet" / "sources.ttl")
    given = [*BASICS, "--affirms", "rel:nato-japan-itpp", "--label", "a", "--quote", "a plan"]

    done = add_claim(root, *given, "--text", text, "--dry-run")
    refused = add_claim(root, *given, "--resolves", "claim:gazette-japan-s01", "--dry-run")

    assert "+++ b/data/sources/2023/gazette-2023-06-japan.ttl" in done.stdout
    assert "data/imports" not in done.stdout
    assert "+    ally:checkedAgainst" in done.stdout
    assert "stands only on the quote" in done.stderr
    assert isinstance(refused.exception, RefusedClaim)
    assert refused.exception.place == "data/imports/sheet/sources.ttl"


def test_a_file_that_is_full_is_followed_by_the_next(root):
    """A file has at most 500 blocks; a claim and its quote stay together."""
    path = root / "data" / "sources" / "2023" / "gazette-japan.ttl"
    blocks = "".join(
        f"claim:x-{n} a ally:Claim ; ally:source doc:gazette-2023-06-japan .\n" for n in range(493)
    )
    path.write_text(path.read_text(encoding="utf-8") + blocks, encoding="utf-8")

    done = add_claim(
        root,
        *BASICS,
        *("--affirms", "rel:nato-japan-itpp", "--label", "a", "--quote", "b", "--dry-run"),
    )

    assert "+++ b/data/sources/2023/gazette-japan-2.ttl" in done.stdout


def test_a_new_relationship_is_not_put_among_those_of_another_alliance(root):
    """A file of one alliance stays one; a thing of the alliance goes there."""
    rel = "rel:nato-japan-membership"
    given = [
        *BASICS,
        *("--new", rel, "Membership", "--set", rel, "member", "Japan"),
        *("--set", rel, "membershipKind", "full", "--set", rel, "label", "a", "--affirms", rel),
        *("--label", "a", "--no-quote", "b", "--dry-run", "--set", rel, "organization"),
    ]

    assert "+++ b/data/relationships/memberships/nato.ttl" in add_claim(root, *given, "NATO").stdout
    assert "+++ b/data/relationships/memberships/other.ttl" in (
        add_claim(root, *given, "ASEAN").stdout
    )


def test_a_file_can_be_chosen(root):
    """Who knows better says so."""
    done = add_claim(
        root,
        *HERALD,
        *("--into", "actor:herald", "data/actors/organizations.ttl"),
        *("--into", "claim", "data/sources/2024/other-name.ttl", "--dry-run"),
    )

    assert "+++ b/data/actors/organizations.ttl" in done.stdout
    assert "+++ b/data/sources/2024/other-name.ttl" in done.stdout


def test_a_source_is_retrieved_today_unless_another_day_is_given(root):
    """The command may look at the clock; the library does not."""
    at = HERALD.index("retrievedOn") - 2
    without = [*HERALD[:at], *HERALD[at + 4 :]]

    done = add_claim(root, *without, "--dry-run")

    assert f'+    ally:retrievedOn "{date.today().isoformat()}"^^xsd:date ;' in done.stdout
    assert "retrieved today" in done.stderr
