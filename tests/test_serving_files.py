"""The files for running the service in public: they fit the command, and give it no more rights."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from allygraph.cli.serve import serve
from allygraph.web.patience import Patience

DOCS = Path(__file__).resolve().parent.parent / "docs"
UNIT = (DOCS / "serving" / "allygraph.service").read_text(encoding="utf-8")
CONTAINER = (DOCS / "serving" / "Containerfile").read_text(encoding="utf-8")


def unit_values():
    """Give the settings of the unit."""
    lines = (line.partition("=") for line in UNIT.splitlines() if "=" in line and line[0] != "#")
    return {name: value for name, _, value in lines}


def instructions():
    """Give the instructions of the container file, as name and rest."""
    whole = CONTAINER.replace("\\\n", " ")
    lines = (line for line in whole.splitlines() if line and not line.startswith("#"))
    return [tuple(line.split(" ", 1)) for line in lines]


def parsed(arguments):
    """Have the command read its options."""
    return serve.make_context("serve", list(arguments)).params


def test_the_unit_starts_the_command_with_options_that_it_has():
    command, word, *options = shlex.split(unit_values()["ExecStart"])

    assert (Path(command).name, word) == ("ally", "serve")
    assert parsed(options)["host"] == "127.0.0.1"
    assert parsed(options)["trust_forwarded"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DynamicUser", "yes"),
        ("NoNewPrivileges", "yes"),
        ("CapabilityBoundingSet", ""),
        ("ProtectSystem", "strict"),
        ("OOMPolicy", "continue"),
        ("SystemCallFilter", "@system-service"),
    ],
)
def test_the_unit_gives_no_rights_that_are_not_needed(name, value):
    assert unit_values()[name] == value


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
def test_systemd_finds_no_fault_in_the_unit(tmp_path):
    """The command is replaced by one that exists here."""
    copy = tmp_path / "allygraph.service"
    copy.write_text(UNIT.replace("/opt/allygraph/bin/ally", sys.executable), encoding="utf-8")

    found = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(copy)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert [line for line in found.stderr.splitlines() if "allygraph.service" in line] == []


def test_the_container_has_the_wheel_and_nothing_else():
    copies = [rest for name, rest in instructions() if name in ("COPY", "ADD")]

    assert copies == ["dist/allygraph-*.whl /tmp/wheels/"]


def test_the_container_runs_as_a_user_without_rights():
    """From before the store is built, which that user owns, to the end."""
    names = [name for name, _ in instructions()]
    users = [rest for name, rest in instructions() if name == "USER"]

    assert users == ["10001"]
    assert names.index("USER") < names.index("ENTRYPOINT")
    assert "useradd --system --uid 10001" in CONTAINER


def test_the_container_asks_whether_it_is_well_at_the_port_where_it_answers():
    told = dict(instructions())
    command, word, *options = json.loads(told["ENTRYPOINT"])
    asked = json.loads(told["HEALTHCHECK"].partition("CMD ")[2])

    assert (command, word) == ("ally", "serve")
    assert parsed(options)["host"] == "0.0.0.0"
    assert f"http://127.0.0.1:{parsed(options)['port']}/healthz" in asked[2]
    compile(asked[2], "healthcheck", "exec")


def test_the_manual_tells_the_limits_that_hold():
    """And every option that the command has is in its table, or leads to one that is."""
    text = (DOCS / "serving.md").read_text(encoding="utf-8")
    patience = Patience()

    assert f"| {patience.head_s:g} s from its first byte | 408 |" in text
    assert f"| {patience.body_s:g} s from the end of its head | 408 |" in text
    assert f"| a connection that rests | {patience.idle_s:g} s |" in text
    assert f"| {patience.write_s:g} s without 64 kB" in text
    assert f"| {patience.per_client} in each process |" in text
    caps = f"{patience.address_bytes:,} bytes; {patience.head_bytes:,} bytes; {patience.headers} |"
    assert caps in text
    options = {name for option in serve.params for name in option.opts if name.startswith("--")}
    told = set(re.findall(r"`(--[a-z-]+)", text))
    assert options - {"--help"} <= told
