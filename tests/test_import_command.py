"""``ally import table``: exit codes, streams, and what stays where it was."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "tests" / "tables"


def import_table(
    case: str, *more: str, sheet: Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run the command on the sheet of a case, or on another with the mapping of the case."""
    files = [str(sheet or CASES / case / "sheet.csv"), "--mapping"]
    files += [str(CASES / case / "mapping.toml"), "--name", "case"]
    return subprocess.run(
        [sys.executable, "-m", "allygraph", "import", "table", *files, *more],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )


def test_a_sheet_with_six_faults_gives_six_messages_and_writes_nothing(tmp_path):
    """Exit code 1, each fault with its remedy on stderr, and how many there were."""
    answer = import_table("faults", "-o", str(tmp_path / "out"))
    told = answer.stderr.decode()

    assert answer.returncode == 1
    assert answer.stdout == b""
    assert told.count("error[table-") == 7
    assert "6 faults in 6 rows; nothing was written" in told
    assert list(tmp_path.iterdir()) == []


def test_a_limit_says_how_many_bad_rows_were_not_told(tmp_path):
    """A sheet that is wrong in every row fills no screen."""
    answer = import_table("faults", "-o", str(tmp_path / "out"), "--limit", "2")
    told = answer.stderr.decode()

    assert told.count(": row ") == 2
    assert "and 4 more bad rows" in told


def test_checking_writes_nothing(tmp_path):
    """A check answers as the import would, and leaves the folder empty."""
    answer = import_table("dates", "-o", str(tmp_path / "out"), "--check")

    assert answer.returncode == 0, answer.stderr
    assert b"11 rows: 12 ally:Claim" in answer.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_summary_is_json_that_a_page_can_use(tmp_path):
    """Counts of a sheet come from the import itself."""
    counts = tmp_path / "counts.json"
    answer = import_table("joined", "-o", str(tmp_path / "out"), "--summary", str(counts))

    assert answer.returncode == 0, answer.stderr
    assert json.loads(counts.read_text()) == {
        "rows": 5,
        "made": {"ally:Claim": 4},
        "unverified": 4,
        "kept": 0,
        "skipped": {"N-C": "made by hand"},
    }


def test_quads_go_to_stdout_only_when_all_rows_are_good(tmp_path):
    """What has gone down a pipe cannot be taken back, so the sheet is checked first."""
    good = import_table("dates", "-f", "nq", "-o", "-")
    bad = import_table("faults", "-f", "nq", "-o", "-")
    import_table("dates", "-f", "nq", "-o", str(tmp_path / "file.nq"))

    assert good.stdout == (tmp_path / "file.nq").read_bytes()
    assert good.stdout.count(b"graph/imports/case> .\n") == good.stdout.count(b"\n") > 100
    assert (bad.returncode, bad.stdout) == (1, b"")


def test_a_file_of_quads_appears_only_when_it_is_whole(tmp_path):
    """A fault leaves neither the file nor a part of it, and an old one as it was."""
    (tmp_path / "file.nq").write_text("old")
    answer = import_table("faults", "-f", "nq", "-o", str(tmp_path / "file.nq"))

    assert answer.returncode == 1
    assert [path.name for path in tmp_path.iterdir()] == ["file.nq"]
    assert (tmp_path / "file.nq").read_text() == "old"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"id,n,other,flag_column\na,\xff\n", "s.csv:2: error[input-unreadable]: not UTF-8"),
        (b'id,n,other,flag_column\na,"b\n', "s.csv:2: error[input-unreadable]: not CSV"),
    ],
)
def test_a_file_that_cannot_be_read_has_exit_code_3(content, told, tmp_path):
    """That is not a matter of rows: no row of it can be judged."""
    (tmp_path / "s.csv").write_bytes(content)
    answer = import_table("conditions", "--check", sheet=tmp_path / "s.csv")

    assert answer.returncode == 3
    assert told in answer.stderr.decode()


def test_usage_is_told_before_anything_is_read(tmp_path):
    """A name that makes no IRIs, quads without a place, a mapping that is not there."""
    named = import_table("dates", "--name", "Not A Name", "--check")
    placeless = import_table("dates", "-f", "nq")

    assert (named.returncode, placeless.returncode) == (2, 2)
    assert b"'Not A Name' is no name for an import" in named.stderr
    assert b"-o FILE" in placeless.stderr


def test_a_byte_order_mark_and_windows_lines_change_nothing(tmp_path):
    """Sheets come out of spreadsheet programs."""
    sheet, out = tmp_path / "sheet.csv", tmp_path / "out"
    text = (CASES / "conditions" / "sheet.csv").read_bytes()
    sheet.write_bytes(b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n"))
    answer = import_table("conditions", "-o", str(out), sheet=sheet)

    assert answer.returncode == 0, answer.stderr
    for path in (CASES / "conditions" / "expected").iterdir():
        assert (out / path.name).read_text() == path.read_text()
