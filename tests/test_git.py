"""Revisions: which files differ from a revision of git, tried in repositories made for it."""

import subprocess
from pathlib import Path

import pytest

from allygraph.errors import UsageError
from allygraph.validation.git import revised


def git(folder: Path, *arguments: str) -> None:
    settings = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    subprocess.run(["git", *settings, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path) -> Path:
    """A repository with one commit, tagged ``first``."""
    (tmp_path / "data").mkdir()
    for name in ("kept", "edited", "deleted", "with space é"):
        (tmp_path / "data" / f"{name}.ttl").write_text(f"# {name}\n", encoding="utf-8")
    (tmp_path / ".gitignore").write_text("*.tmp\n")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "first")
    git(tmp_path, "tag", "first")
    return tmp_path


def seen(found, folder: Path) -> dict[str, tuple[bytes | None, bytes | None]]:
    return {one.path.relative_to(folder).as_posix(): (one.before, one.after) for one in found}


def test_edited_new_and_deleted_files_differ_and_no_others(repository):
    """Untracked files count, ignored ones do not; names may be strange."""
    data = repository / "data"
    (data / "edited.ttl").write_text("# edited twice\n")
    (data / "with space é.ttl").write_text("")
    (data / "deleted.ttl").unlink()
    (data / "new.ttl").write_text("# new\n")
    (data / "ignored.tmp").write_text("# ignored\n")

    assert seen(revised([data]), repository) == {
        "data/deleted.ttl": (b"# deleted\n", None),
        "data/edited.ttl": (b"# edited\n", b"# edited twice\n"),
        "data/new.ttl": (None, b"# new\n"),
        "data/with space é.ttl": ("# with space é\n".encode(), b""),
    }


def test_a_later_commit_is_compared_with_the_named_one(repository):
    """By tag; and only below the given paths."""
    (repository / "data" / "edited.ttl").write_text("# second\n")
    (repository / "other.ttl").write_text("# other\n")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "-m", "second")

    assert revised([repository]) == []
    assert seen(revised([repository / "data"], "first"), repository) == {
        "data/edited.ttl": (b"# edited\n", b"# second\n")
    }


def test_a_single_file_may_be_given_also_one_that_is_gone(repository):
    """The shell of an editor gives files, not folders."""
    gone = repository / "data" / "deleted.ttl"
    gone.unlink()

    assert seen(revised([gone]), repository) == {"data/deleted.ttl": (b"# deleted\n", None)}
    assert revised([]) == []


@pytest.mark.parametrize("revision", ["no-such-branch", "--output=x", "first..HEAD", ""])
def test_what_is_no_revision_is_refused(repository, revision):
    """Also what git would take for an option."""
    with pytest.raises(UsageError, match="is no revision"):
        revised([repository], revision)

    assert not (repository / "x").exists()


def test_files_in_no_repository_are_refused(tmp_path):
    """There is nothing to compare them with."""
    with pytest.raises(UsageError, match="is in no repository"):
        revised([tmp_path])


def test_files_elsewhere_are_taken_to_be_as_they_were(repository, tmp_path_factory):
    """A background vocabulary may lie anywhere; of another repository its own HEAD counts."""
    other, nowhere = (tmp_path_factory.mktemp(name) for name in ("other", "nowhere"))
    git(other, "init", "--quiet")
    git(other, "commit", "--quiet", "--allow-empty", "-m", "first")
    (other / "new.ttl").write_text("# new")
    (repository / "data" / "edited.ttl").write_text("# edited twice\n")
    paths = [nowhere, other, repository]

    assert {one.path.name for one in revised(paths)} == {"edited.ttl", "new.ttl"}
    assert {one.path.name for one in revised(paths, "first")} == {"edited.ttl"}


def test_without_git_the_reason_is_told(repository, monkeypatch):
    """A machine without git can still validate everything."""
    monkeypatch.setenv("PATH", "")

    with pytest.raises(UsageError, match="git is not installed"):
        revised([repository])
