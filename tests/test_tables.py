"""Importing sheets: what a mapping makes of rows, and that a bad row leaves nothing behind.

Each folder of ``tests/tables/`` is a case: a sheet, its mapping, and what comes of them: files that
are expected, or the messages of its faults.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allygraph import tables
from allygraph.errors import AllygraphError, MappingError, TableFaults, UnreadableFile, UsageError
from allygraph.naming import Name
from allygraph.tables import folder
from allygraph.tables.documents import edtf
from allygraph.tables.faults import CODES, RowFault
from allygraph.tables.known import Known
from allygraph.tables.seen import Seen
from allygraph.turtle import canonical

ROOT = Path(__file__).resolve().parent.parent
CASES = sorted(path.parent for path in (ROOT / "tests" / "tables").glob("*/mapping.toml"))
GOOD = [case for case in CASES if not (case / "faults.txt").exists()]
BAD = [case for case in CASES if (case / "faults.txt").exists()]
FAULTY = ROOT / "tests" / "tables" / "faults"


def contents(path: Path) -> dict[str, str]:
    """Give the files of a folder with their texts."""
    return {file.name: file.read_text(encoding="utf-8") for file in sorted(path.iterdir())}


def triples(*texts: str, form: ox.RdfFormat) -> set[ox.Triple]:
    """Give the triples of some texts."""
    return {quad.triple for text in texts for quad in ox.parse(input=text, format=form)}


@pytest.fixture
def club(tmp_path):
    """Write a sheet with the given rows, and a mapping; give both."""
    (tmp_path / "m.toml").write_text((FAULTY / "mapping.toml").read_text(encoding="utf-8"))

    def write(*rows: str) -> tuple[Path, Path]:
        source = "A club / Example Times / https://example.org/club"
        text = "club,member,joined,precision,left,source\n"
        text += "".join(f"Club,{row},day,,{source}\n" for row in rows)
        (tmp_path / "s.csv").write_text(text, encoding="utf-8")
        return tmp_path / "s.csv", tmp_path / "m.toml"

    return write


def ally(*arguments: str, seed: str = "0", script: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command, or a script, as a process of its own."""
    start = ["-c", script] if script else ["-m", "allygraph"]
    return subprocess.run(
        [sys.executable, *start, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("case", GOOD, ids=lambda case: case.name)
def test_a_sheet_becomes_the_files_that_are_expected(case, tmp_path):
    """The files are canonical Turtle, say the same as the N-Quads, and are all there is."""
    sheet, mapping = case / "sheet.csv", case / "mapping.toml"
    tables.to_folder(sheet, mapping, "case", tmp_path / "out")
    tables.to_quads(sheet, mapping, "case", tmp_path / "out.nq")
    made = contents(tmp_path / "out")
    quads = (tmp_path / "out.nq").read_text(encoding="utf-8")

    assert made == contents(case / "expected")
    assert all(canonical(text) == text for text in made.values())
    assert triples(*made.values(), form=ox.RdfFormat.TURTLE) == triples(
        quads, form=ox.RdfFormat.N_QUADS
    )


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.name)
def test_every_fault_is_told_with_line_row_column_and_remedy(case, monkeypatch, tmp_path):
    """Who has to mend a sheet must find the cell and know what would be right."""
    monkeypatch.chdir(case)
    with pytest.raises(TableFaults) as caught:
        tables.to_folder(Path("sheet.csv"), Path("mapping.toml"), "case", tmp_path / "out")
    told = "".join(f"{fault.text()}\n" for fault in caught.value.faults)

    assert told == (case / "faults.txt").read_text(encoding="utf-8")
    assert not (tmp_path / "out").exists()


def test_every_kind_of_fault_is_a_heading_of_the_manual():
    """What a message calls a fault is explained somewhere."""
    headings = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8").splitlines()

    assert [code for code in CODES if f"## {code}" not in headings] == []


def _mapping_errors() -> list[list[str]]:
    lines = (ROOT / "tests" / "tables" / "mapping-errors.tsv").read_text("utf-8").splitlines()
    return [[json.loads(f'"{part}"') for part in line.split("\t")] for line in lines[1:]]


@pytest.mark.parametrize(("find", "put", "told"), _mapping_errors())
def test_a_slip_in_a_mapping_is_told_before_it_makes_anything(find, put, told, tmp_path):
    """An unknown key or name would otherwise look like an empty column."""
    text = (FAULTY / "mapping.toml").read_text(encoding="utf-8")
    (tmp_path / "mapping.toml").write_text(text.replace(find, put, 1), encoding="utf-8")
    rows = (FAULTY / "sheet.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "sheet.csv").write_text("".join(rows[:2]), encoding="utf-8")
    with pytest.raises(AllygraphError) as caught:
        tables.check(tmp_path / "sheet.csv", tmp_path / "mapping.toml", "case")
    error = caught.value

    assert find in text
    assert isinstance(error, MappingError | UnreadableFile)
    assert f"{type(error).__name__}: {error.place}: {error.message} -> {error.expected}" == told


def test_a_bad_row_leaves_the_old_folder_as_it_was(club, tmp_path):
    """Either every row is good or nothing is written."""
    out = tmp_path / "out"
    tables.to_folder(*club("Japan,1994-10"), "club", out)
    before = contents(out)
    with pytest.raises(TableFaults):
        tables.to_folder(*club("France,1994", "Japan,1994-13"), "club", out)

    assert contents(out) == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_row_more_changes_only_its_own_blocks(club, tmp_path):
    """A diff of an import shows what is new: lines are added, none is moved or changed."""
    tables.to_folder(*club("Japan,1994-10", "Norway,1950"), "club", tmp_path / "one")
    tables.to_folder(*club("Japan,1994-10", "Norway,1950", "Italy,1949"), "club", tmp_path / "two")
    one, two = contents(tmp_path / "one"), contents(tmp_path / "two")

    assert list(one) == list(two) == ["claims-1.ttl", "sources-1.ttl", "things-1.ttl"]
    assert one["sources-1.ttl"] == two["sources-1.ttl"]
    for name in one:
        assert set(one[name].split("\n\n")) <= set(two[name].split("\n\n"))


def test_a_killed_import_leaves_the_old_folder_and_does_not_hinder_the_next(club, tmp_path):
    """Power may fail between the last byte and the move; the hidden folder is cleared later."""
    out = tmp_path / "out"
    tables.to_folder(*club("Japan,1994-10"), "club", out)
    before = contents(out)
    sheet, mapping = club("France,1994")
    killed = ally(
        script="import os, signal\n"
        "from pathlib import Path\n"
        "from allygraph import tables\n"
        "from allygraph.tables import folder\n"
        "folder._move = lambda *paths: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"sheet, mapping, out = map(Path, {[str(sheet), str(mapping), str(out)]!r})\n"
        "tables.to_folder(sheet, mapping, 'club', out)\n"
    )
    after = contents(out)
    hidden = [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]
    tables.to_folder(sheet, mapping, "club", out)

    assert killed.returncode == -9, killed.stderr
    assert after == before
    assert hidden == [".out.new"]
    assert "France" in contents(out)["claims-1.ttl"]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_move_that_fails_puts_the_old_folder_back(club, tmp_path, monkeypatch):
    """The second of the two renames may be refused."""
    out = tmp_path / "out"
    tables.to_folder(*club("Japan,1994-10"), "club", out)
    before = contents(out)
    rename = Path.rename

    def refuse(self, target):
        if self.name.endswith(".new"):
            raise OSError("no space")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OSError, match="no space"):
        tables.to_folder(*club("France,1994"), "club", out)

    assert contents(out) == before


def test_the_same_input_gives_the_same_bytes_whatever_the_seed_of_hashes(tmp_path):
    """Sets and dictionaries must not decide what a file says."""
    case = ROOT / "tests" / "tables" / "sources"
    made = []
    for seed in ("1", "2"):
        out, quads = tmp_path / f"out{seed}", tmp_path / f"{seed}.nq"
        common = [str(case / "sheet.csv"), "--mapping", str(case / "mapping.toml"), "--name", "x"]
        ally("import", "table", *common, "-o", str(out), seed=seed)
        ally("import", "table", *common, "-f", "nq", "-o", str(quads), seed=seed)
        made.append((contents(out), quads.read_bytes()))

    assert made[0] == made[1]
    assert made[0][1]


def test_a_folder_with_other_files_is_not_replaced(club, tmp_path):
    """A slip in -o must not cost somebody's files."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"notes\.txt"):
        tables.to_folder(*club("Japan,1994"), "club", tmp_path / "mine")

    assert contents(tmp_path / "mine") == {"notes.txt": "mine"}


def test_long_imports_are_cut_into_files_of_500_blocks(tmp_path):
    """Files stay small enough to be read and to be compared."""
    (tmp_path / "m.toml").write_text(
        'title = "many"\n[sheet]\nkey = "{#}"\n[source]\n'
        'iri = "doc:allygraph-editors-general-knowledge"\n'
        '[[claim]]\nabout = "rel:x-{n}"\nlabel = "{n}"\n'
    )
    (tmp_path / "s.csv").write_text("n\n" + "".join(f"{n}\n" for n in range(1001)))
    tables.to_folder(tmp_path / "s.csv", tmp_path / "m.toml", "many", tmp_path / "out")
    blocks = {name: text.count("\n.\n") for name, text in contents(tmp_path / "out").items()}

    assert blocks == {"claims-1.ttl": 500, "claims-2.ttl": 500, "claims-3.ttl": 1}


def test_a_name_of_two_things_is_not_guessed():
    """Which of the two is meant can only be said by whoever knows."""
    known = Known()
    for local in ("congo", "dr-congo"):
        known.names.add(Name("Kongo", f"https://w3id.org/allygraph/actor/{local}"))
    with pytest.raises(RowFault) as caught:
        known.find("kongo", "actor")

    assert caught.value.code == "table-name-ambiguous"
    assert "actor:congo, actor:dr-congo" in caught.value.message


def test_a_code_in_capitals_is_no_alias_in_another_language():
    """FRA is the French short name of a forum as well, but in a sheet of codes it is France."""
    known = Known()
    known.names.add(Name("FRA", "https://w3id.org/allygraph/actor/forum", "alias"))
    known.names.add(Name("FRA", "https://w3id.org/allygraph/actor/france", "code"))

    assert known.find("FRA", "actor") == "actor:france"
    assert known.find("fra", "actor") == "actor:forum"


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("8 Dec 2021", "2021-12-08"),
        ("December 8, 2021", "2021-12-08"),
        ("1. Sept 2021", "2021-09-01"),
        ("Oct 2008", "2008-10"),
        ("2019-07", "2019-07"),
        ("31 Feb 2021", None),
        ("8 Foo 2021", None),
        ("yesterday", None),
    ],
)
def test_days_in_titles_are_read_as_people_write_them(text, date):
    """A day that does not exist stays in the title."""
    assert edtf(text) == date


def test_what_a_killed_move_set_aside_is_put_back_before_the_next_import(club, tmp_path):
    """Between the two renames the old folder has another name; it must not be lost."""
    out = tmp_path / "out"
    tables.to_folder(*club("Japan,1994-10"), "club", out)
    out.rename(tmp_path / ".out.old")
    folder.recover(out)

    assert "Japan" in contents(out)["claims-1.ttl"]


@given(st.lists(st.tuples(st.text(max_size=3), st.text("ab", max_size=1)), max_size=200))
def test_the_small_table_of_what_was_made_answers_as_a_dictionary_would(things):
    """It replaces a dictionary that would take ten times the memory."""
    seen, known = Seen(), {}
    for iri, lines in things:
        expected = None if iri not in known else known[iri] == lines
        assert seen.add(iri, lines) is expected
        known.setdefault(iri, lines)


def test_the_small_table_grows():
    """Nothing is lost when it doubles."""
    seen = Seen()
    for number in range(20_000):
        assert seen.add(f"thing-{number}", "a") is None

    assert all(seen.add(f"thing-{number}", "a") for number in range(20_000))


def test_long_imports_tell_how_far_they_are(club):
    """A bar that jumps back or never ends is worse than none."""
    told: list[tuple[str, int, int]] = []
    sheet, mapping = club("Japan,1900")
    lines = sheet.read_text(encoding="utf-8").splitlines(keepends=True)
    rows = [lines[1].replace("Club", f"Club {number}") for number in range(9_000)]
    sheet.write_text(lines[0] + "".join(rows), encoding="utf-8")
    tables.check(sheet, mapping, "x", tell=lambda *step: told.append(step))
    done = [step[1] for step in told]

    assert len(told) > 3
    assert done == sorted(done)
    assert told[-1] == ("rows", sheet.stat().st_size, sheet.stat().st_size)
