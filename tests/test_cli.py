"""The command: exit codes, errors in one form, rows on stdout and talk on stderr."""

import subprocess
import sys
from pathlib import Path

import pytest

from allygraph.cli.manual import commands_page

ROOT = Path(__file__).resolve().parent.parent


def run(*arguments: str, script: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run ``ally`` as a process of its own."""
    start = [sys.executable, "-c", script] if script else [sys.executable, "-m", "allygraph"]
    return subprocess.run(
        [*start, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_exit_codes_tell_what_kind_of_end_it_was(tmp_path):
    """0 clean, 1 findings, 2 usage, 3 unreadable input: programs act on them."""
    loose = tmp_path / "loose.ttl"
    loose.write_text("# a\n<http://e/a> <http://e/p> <http://e/c>, <http://e/b> .\n")
    broken = tmp_path / "broken.ttl"
    broken.write_text("<http://e/a> .\n")
    codes = {
        "clean": run("queries").returncode,
        "findings": run("fmt", "--check", str(loose)).returncode,
        "usage": run("query", "no/such-query").returncode,
        "bad flag": run("query", "--no-such-flag").returncode,
        "unreadable": run("fmt", "--check", str(broken)).returncode,
    }

    assert codes == {"clean": 0, "findings": 1, "usage": 2, "bad flag": 2, "unreadable": 3}


@pytest.mark.parametrize(
    ("raised", "code"),
    [
        ("RuntimeError('a bug')", 4),
        ("allygraph.errors.DeadlineExceeded('too slow')", 5),
        ("KeyboardInterrupt", 130),
    ],
)
def test_bugs_limits_and_interruptions_have_codes_of_their_own(raised, code):
    """A command that fails inside ends as the table says."""
    script = (
        "import allygraph.build, allygraph.errors\n"
        f"def fail(**_): raise {raised}\n"
        "allygraph.build.build = fail\n"
        "from allygraph.cli import main\nmain(['build'])"
    )

    assert run(script=script).returncode == code


def test_an_error_says_what_was_wrong_what_would_be_right_and_where_to_read_more():
    """One form for all errors, on stderr."""
    done = run("query", "membership/member-on")

    assert done.stdout == ""
    assert "error[name-unknown]: " in done.stderr
    assert "membership/members-on" in done.stderr
    assert "more: docs/errors.md#name-unknown" in done.stderr


def test_home_is_the_only_folder_that_is_written(tmp_path):
    """Stores go where --home says."""
    done = run("--home", str(tmp_path / "here"), "build")

    assert done.returncode == 0, done.stderr
    assert f"store   {tmp_path / 'here' / 'stores'}" in done.stdout


def test_a_reader_that_leaves_early_is_no_error():
    """As in ``ally queries | head -1``."""
    done = subprocess.run(
        f"'{sys.executable}' -m allygraph queries | head -1",
        shell=True,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "Traceback" not in done.stderr


def test_the_page_of_commands_is_what_help_prints():
    """The manual is generated; `make docs` writes it."""
    assert (ROOT / "docs" / "commands.md").read_text(encoding="utf-8") == commands_page()


def test_the_first_screen_of_the_readme_is_what_the_program_prints():
    """A newcomer sees the same."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = readme.split("```console\n")[1].split("```")[0]
    command, printed = block.split("| head -9\n")
    arguments = command.replace("\\\n", " ").removeprefix("$ ally ").split()

    assert run(*arguments).stdout.splitlines()[:9] == printed.splitlines()
