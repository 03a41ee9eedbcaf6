"""Where validation runs by itself: a pre-commit hook, a GitHub workflow, a GitLab template."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from allygraph.cli.validate import validate as command
from allygraph.validation import profiles

ROOT = Path(__file__).resolve().parent.parent
HOOKS = ROOT / ".pre-commit-hooks.yaml"
WORKFLOW = ROOT / ".github" / "workflows" / "validate.yml"
GITLAB = ROOT / "docs" / "ci" / "gitlab.yml"
BIN = Path(sys.executable).parent
GOOD = """# A place of the tests
# SPDX-License-Identifier: CC-BY-4.0
PREFIX actor: <https://w3id.org/allygraph/actor/>
PREFIX ally: <https://w3id.org/allygraph/ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

actor:example-times
    a ally:Organization ;
    rdfs:label "Example Times"@en ;
.
"""
BAD = GOOD.replace("@en", "")


def run(folder: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder, with the git of this test alone."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "HOME": str(folder),
        "PRE_COMMIT_HOME": str(folder / ".cache"),
        "PYTHONPATH": str(ROOT),
        **variables,
    }
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def scratch(tmp_path: Path, *arguments: str) -> Path:
    """Make a repository in which the hook of this checkout is installed, with its arguments.

    pre-commit would install the package from the index for each test; here its command is the one
    of this checkout, and all else is as the hook says.
    """
    (hook,) = yaml.safe_load(HOOKS.read_text(encoding="utf-8"))
    hook |= {"language": "system", "entry": f"{sys.executable} -m {hook['entry']}"}
    hook |= {"entry": hook["entry"].replace("-m ally ", "-m allygraph "), "args": [*arguments]}
    folder = tmp_path / "scratch"
    folder.mkdir()
    config = {"repos": [{"repo": "local", "hooks": [hook]}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    run(folder, "git", "init", "--quiet")
    for name, value in (("user.name", "Tester"), ("user.email", "tester@example.org")):
        run(folder, "git", "config", name, value)
    installed = run(folder, str(BIN / "pre-commit"), "install")
    assert installed.returncode == 0, installed.stdout + installed.stderr
    return folder


def test_a_commit_with_a_faulty_file_is_refused_and_a_sound_one_passes(tmp_path):
    """The author learns of the fault before anyone else does, with its place and rule."""
    repository = scratch(tmp_path)
    path = repository / "times.ttl"
    path.write_text(BAD, encoding="utf-8")
    run(repository, "git", "add", "times.ttl", ".pre-commit-config.yaml")

    refused = run(repository, "git", "commit", "--message", "bad")
    none = run(repository, "git", "log", "--oneline")
    path.write_text(GOOD, encoding="utf-8")
    run(repository, "git", "add", "times.ttl")
    passed = run(repository, "git", "commit", "--message", "good")

    told = refused.stdout + refused.stderr
    assert refused.returncode == 1, told
    assert re.search(r"^times\.ttl:[0-9]+:([0-9]+:)? error\[Thing-label\]", told, re.MULTILINE)
    assert "exit code: 1" in told
    assert none.returncode != 0
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert run(repository, "git", "log", "--oneline").stdout.endswith("good\n")


def test_a_repository_of_others_is_judged_by_its_own_shapes(tmp_path):
    """Nothing of ours has a say there; several files are judged in one run."""
    repository = scratch(tmp_path, "--shapes", "shapes.ttl")
    prefixes = "PREFIX e: <https://example.org/>\nPREFIX sh: <http://www.w3.org/ns/shacl#>\n"
    shape = "e:Ship a sh:NodeShape ; sh:targetClass e:Vessel ; sh:property e:Ship-name .\n"
    rule = "e:Ship-name sh:path e:name ; sh:minCount 1 .\n"
    (repository / "shapes.ttl").write_text(prefixes + shape + rule, encoding="utf-8")
    for name in ("one", "two"):
        text = f"<https://example.org/{name}> a <https://example.org/Vessel> .\n"
        (repository / f"{name}.nt").write_text(
            text.replace(" a ", " <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "), "utf-8"
        )
    run(repository, "git", "add", "shapes.ttl", "one.nt", "two.nt")

    refused = run(repository, "git", "commit", "--message", "ships")
    for name in ("one", "two"):
        with (repository / f"{name}.nt").open("a", encoding="utf-8") as file:
            file.write(f'<https://example.org/{name}> <https://example.org/name> "{name}" .\n')
    run(repository, "git", "add", "one.nt", "two.nt")
    passed = run(repository, "git", "commit", "--message", "ships")

    told = refused.stdout + refused.stderr
    assert refused.returncode == 1, told
    assert "one.nt:1:1: error[Ship-name]" in told
    assert "2 errors, 0 warnings in 3 files" in told
    assert passed.returncode == 0, passed.stdout + passed.stderr


def test_a_commit_without_rdf_asks_nothing(tmp_path):
    """A change of a text file does not wait for a validation."""
    repository = scratch(tmp_path)
    (repository / "notes.txt").write_text("nothing\n", encoding="utf-8")
    run(repository, "git", "add", "notes.txt")

    passed = run(repository, "git", "commit", "--message", "notes")

    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert "(no files to check)Skipped" in passed.stdout + passed.stderr


@pytest.mark.parametrize(
    ("schema", "path"),
    [("vendor.github-workflows", WORKFLOW), ("vendor.gitlab-ci", GITLAB)],
    ids=["github", "gitlab"],
)
def test_a_pipeline_is_what_its_schema_says(schema, path, tmp_path):
    """A misspelt key is ignored where it runs, and nobody notices."""
    checked = run(tmp_path, str(BIN / "check-jsonschema"), "--builtin-schema", schema, str(path))

    assert checked.returncode == 0, checked.stdout


def test_the_manifest_of_hooks_is_what_pre_commit_reads(tmp_path):
    """A broken one breaks every repository that uses it."""
    checked = run(tmp_path, str(BIN / "pre-commit"), "validate-manifest", str(HOOKS))

    assert checked.returncode == 0, checked.stdout


def examples(language: str) -> list[str]:
    """List the blocks of a language on the page about validation."""
    page = (ROOT / "docs" / "validating.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def test_the_examples_of_the_manual_are_what_their_readers_take(tmp_path):
    """Who copies one from the page should not have to mend it."""
    hook, workflow, pipeline = examples("yaml")
    (profile,) = examples("toml")
    files = {"hook.yaml": hook, "workflow.yml": workflow, "gitlab.yml": pipeline}
    for name, text in {**files, "team.toml": profile}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    schema = (str(BIN / "check-jsonschema"), "--builtin-schema")

    checked = [
        run(tmp_path, str(BIN / "pre-commit"), "validate-config", "hook.yaml"),
        run(tmp_path, *schema, "vendor.github-workflows", "workflow.yml"),
        run(tmp_path, *schema, "vendor.gitlab-ci", "gitlab.yml"),
    ]
    called = yaml.safe_load(workflow)["jobs"]["validate"]
    inputs = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))[True]["workflow_call"]["inputs"]

    assert [one.stdout + one.stderr for one in checked if one.returncode] == []
    assert set(called["with"]) <= set(inputs)
    assert called["permissions"] == job()["permissions"]
    assert set(yaml.safe_load(pipeline)["rdf"]["variables"]) <= set(
        yaml.safe_load(GITLAB.read_text(encoding="utf-8"))[".ally-validate"]["variables"]
    )
    team = profiles.read(str(tmp_path / "team.toml"), ROOT)
    assert team.level("owl-domain", (), "error") == "off"


def test_the_manual_names_only_options_that_there_are():
    """And of the command's own options it leaves out none that has to do with how to validate."""
    page = (ROOT / "docs" / "validating.md").read_text(encoding="utf-8")
    known = {name for option in command.params for name in option.opts if name.startswith("--")}
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", page))

    assert named <= known
    assert {"--fix", "--diff", "--profile", "--baseline", "--shapes", "--list-rules"} <= named


def job() -> dict:
    """Give the one job of the workflow."""
    content = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    assert content["permissions"] == {}
    return content["jobs"]["validate"]


def test_the_workflow_may_do_no_more_than_it_needs():
    """Read the code, write findings; no input becomes part of a shell text."""
    scripts = "".join(step.get("run", "") for step in job()["steps"])

    assert job()["permissions"] == {
        "actions": "read", "contents": "read", "security-events": "write",
    }  # fmt: skip
    assert "${{" not in scripts
    assert "upload-sarif" in job()["steps"][-1]["uses"]
    assert job()["steps"][-1]["if"].startswith("always()")


def arguments(script: str, folder: Path, **variables: str) -> tuple[list[str], int]:
    """Run the script of a pipeline with a command that notes its arguments; give them."""
    commands = folder / "bin"
    commands.mkdir(exist_ok=True)
    (commands / "ally").write_text(
        '#!/bin/sh\nprintf "%s\\n" "$@" > arguments.txt\necho "{}"\nexit 1\n', encoding="utf-8"
    )
    (commands / "ally").chmod(0o755)
    shell = "sh" if "set -f" in script else "bash"
    path = f"{commands}{os.pathsep}{os.environ['PATH']}"
    done = run(folder, shell, "-e", "-c", script, PATH=path, **variables)
    return (folder / "arguments.txt").read_text(encoding="utf-8").split("\n")[:-1], done.returncode


def test_the_workflow_hands_its_inputs_to_the_command(tmp_path):
    """Paths and shapes can be several; nothing in them is run; the exit code is the command's."""
    (script,) = [step["run"] for step in job()["steps"] if step.get("name") == "Validate"]
    inputs = {
        "PATHS": "data more/$(touch x).ttl\nlast.ttl", "SHAPES": "a.ttl b.ttl",
        "PROFILE": "draft", "BASELINE": "known.json", "FAIL_ON": "warning", "REPORT": "sarif",
    }  # fmt: skip

    given, code = arguments(script, tmp_path, **inputs)
    plain = dict.fromkeys(("SHAPES", "PROFILE", "BASELINE"), "")
    bare, _ = arguments(script, tmp_path, **inputs | plain | {"REPORT": "github"})

    assert given == [
        *("validate", "--fail-on", "warning", "--shapes", "a.ttl", "--shapes", "b.ttl"),
        *("--profile", "draft", "--baseline", "known.json", "-f", "sarif"),
        *("--", "data", "more/$(touch", "x).ttl", "last.ttl"),
    ]
    assert code == 1
    assert (tmp_path / "allygraph.sarif").read_text(encoding="utf-8") == "{}\n"
    assert bare[:6] == ["validate", "--fail-on", "warning", "-f", "github", "--"]
    assert not (tmp_path / "x").exists()


def test_the_gitlab_job_hands_its_variables_to_the_command(tmp_path):
    """As the workflow does; the report is where the artifact is expected."""
    job = yaml.safe_load(GITLAB.read_text(encoding="utf-8"))[".ally-validate"]
    variables = {**job["variables"], "ALLY_SHAPES": "a.ttl b.ttl", "ALLY_PATHS": "x.ttl y"}

    given, code = arguments(job["script"][0], tmp_path, **variables)

    assert given == [
        *("validate", "--fail-on", "error", "--shapes", "a.ttl", "--shapes", "b.ttl"),
        *("-f", "junit", "--", "x.ttl", "y"),
    ]
    assert code == 1
    assert (tmp_path / job["artifacts"]["reports"]["junit"]).is_file()
