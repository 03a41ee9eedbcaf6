"""Patches: a repair as a diff that tools take, or written into its file in one step."""

import random
from difflib import unified_diff

import click
import pytest

from allygraph.cli.patches import lines_of, show_diff
from allygraph.errors import UnreadableFile
from allygraph.validation.fixes import Repair, diff, write
from tests.test_fixes import FOREIGN, MENDED, repaired


def test_the_diff_is_one_that_patch_takes(tmp_path):
    """The last line may lack its end; other signs that Python cuts lines at are none."""
    text = FOREIGN.replace("ships", "sh\x0cips\u2028").rstrip("\n")
    (repair,) = repaired(text)

    shown = diff([Repair("in/b.ttl", repair.before, repair.after, repair.changes, False)])

    assert shown.startswith("--- a/in/b.ttl\n+++ b/in/b.ttl\n@@ -1,6 +1,6 @@\n")
    assert " @prefix e: <https://example.org/>. # sh\x0cips\u2028\n" in shown
    assert shown.count("\\ No newline at end of file\n") == 2
    assert shown.count("\n-") == shown.count("\n+") - 1 == 3


@pytest.mark.parametrize("seed", range(20))
def test_a_diff_says_what_difflib_says(seed):
    """Lines that are as many are compared one by one, which is quick; it is the same diff."""
    rng = random.Random(seed)
    lines = [f"line {number}\n" for number in range(rng.randint(1, 60))]
    other = [line if rng.random() < 0.8 else f"{line[:-1]}!\n" for line in lines]
    texts = "".join(lines), "".join(other)

    shown = diff([Repair("a.ttl", *texts, (), False)])

    assert shown == "".join(unified_diff(lines, other, "a/a.ttl", "b/a.ttl"))


def test_a_diff_is_coloured_for_people_only(tmp_path, capsys, monkeypatch):
    """Else it is byte for byte what patch takes; NO_COLOR has the last word."""
    text = diff(repaired(FOREIGN))

    shown = {}
    for name in ("NOTHING", "FORCE_COLOR", "NO_COLOR"):
        monkeypatch.setenv(name, "1")
        show_diff(lines_of(text))
        shown[name] = capsys.readouterr().out

    assert shown["NOTHING"] == shown["NO_COLOR"] == text
    assert "\x1b[32m+\te:length   7 ;" in shown["FORCE_COLOR"]
    assert click.unstyle(shown["FORCE_COLOR"]) == text


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "marked"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_a_file_keeps_its_line_ends_its_mark_and_its_mode(tmp_path, mark, end):
    """Also where the reader made plain line ends of them."""
    path = tmp_path / "a.ttl"
    path.write_bytes(mark + FOREIGN.replace("\n", end).encode())
    path.chmod(0o640)

    write(repaired(FOREIGN), {"a": path})

    assert path.read_bytes() == mark + MENDED.replace("\n", end).encode()
    assert path.stat().st_mode & 0o777 == 0o640
    assert [file.name for file in tmp_path.iterdir()] == ["a.ttl"]


def test_a_file_that_has_changed_since_is_not_overwritten(tmp_path):
    """Somebody is editing it."""
    path = tmp_path / "a.ttl"
    path.write_text(FOREIGN + "# more\n", encoding="utf-8")

    with pytest.raises(UnreadableFile) as caught:
        write(repaired(FOREIGN), {"a": path})

    assert caught.value.message == "'a' has changed since it was judged"
    assert path.read_text(encoding="utf-8") == FOREIGN + "# more\n"
