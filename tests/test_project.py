"""The repository itself: layers, sizes, public names, errors, the wheel, the manual."""

import ast
import re
import subprocess
import sys
import tomllib
import venv
from inspect import ismodule
from pathlib import Path

import pytest

import allygraph
from allygraph import errors
from allygraph.cli import ally
from allygraph.cli.manual import commands
from allygraph.web.problems import PROBLEMS

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "allygraph"
MODULES = sorted(PACKAGE.rglob("*.py"))
SOURCES = MODULES + sorted((ROOT / "tests").rglob("*.py")) + sorted(ROOT.glob("benchmarks/*.py"))

# A module imports only from rows above its own; a package counts as one module.
ROWS = [
    "errors bridge",
    "shacl",
    "names dates markup naming origins positions",
    "leases resources",
    "rdf_files results sparql turtle",
    "certainty engines",
    "graph holdings queries",
    "consistency lookup testimony",
    "derive evidence reason",
    "answers compilation competency describe difference resolve succession",
    "build",
    "validation export",
    "site",
    "client curation tables web",
    "assistants",
    "cli",
]
ROW_OF = {name: row for row, names in enumerate(ROWS) for name in names.split()}


def _module(path: Path) -> str:
    relative = path.relative_to(PACKAGE)
    return relative.parts[0].removesuffix(".py")


def _imports(path: Path) -> set[str]:
    """List the modules of the package that a file imports, at its top or inside a function."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("allygraph"):
            parts = (node.module or "").split(".")
            names = [parts[1]] if len(parts) > 1 else [alias.name for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [a.name.split(".")[1] for a in node.names if a.name.startswith("allygraph.")]
        found.update(names)
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down_the_table_of_layers(path):
    """A sideways or upward import ties two parts that should change apart."""
    module = _module(path)
    if module in ("__init__", "__main__"):
        return
    assert module in ROW_OF, f"{module} has no row in the table"
    upward = {name for name in _imports(path) - {module} if ROW_OF[name] >= ROW_OF[module]}

    assert upward == set()


def _lines_of_code(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines of a function without its docstring, which of a command is its help."""
    total = (function.end_lineno or 0) - function.lineno + 1
    if ast.get_docstring(function) is None:
        return total
    text = function.body[0]
    return total - ((text.end_lineno or 0) - text.lineno + 1)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_and_functions_stay_small(path):
    """A module has at most 400 lines, a function at most 40 lines of code."""
    text = path.read_text(encoding="utf-8")
    functions = [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]

    assert text.count("\n") <= 400
    assert {f.name: n for f in functions if (n := _lines_of_code(f)) > 40} == {}


@pytest.mark.parametrize(
    "path",
    sorted((ROOT / "data").rglob("*.ttl")) + sorted((ROOT / "ontology").rglob("*.ttl")),
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_text_files_stay_small_and_say_what_they_hold(path):
    """A file has at most 500 blocks and begins with what it holds and its licence."""
    lines = path.read_text(encoding="utf-8").splitlines()

    assert lines.count(".") <= 500
    assert lines[0].startswith("# ")
    assert lines[1] == "# SPDX-License-Identifier: CC-BY-4.0"


def test_the_public_names_are_those_we_promise():
    """A name that can be reached is a promise: it is in __all__ on purpose, or it is private."""
    reachable = {n for n, v in vars(allygraph).items() if n[0].isalpha() and not ismodule(v)}

    assert allygraph.__all__ == sorted(reachable)


def test_the_drawn_tree_of_errors_is_the_tree():
    """The docstring of errors.py names every class, below its base, and nothing else."""
    drawn: list[tuple[str, str | None]] = []
    path: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        if match := re.match(r"([│├└─ ]*)([A-Z][A-Za-z]+)(\s{2,}|$)", line):
            depth = len(match[1]) // 4
            path[depth:] = [match[2]]
            drawn.append((match[2], path[depth - 1] if depth else None))
    classes = [
        (name, None if name == "AllygraphError" else kind.__bases__[0].__name__)
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.AllygraphError)
    ]

    assert sorted(drawn, key=str) == sorted(classes, key=str)


def test_every_error_code_is_a_heading_of_the_manual():
    """The line "more:" under an error leads somewhere."""
    manual = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    headings = set(re.findall(r"^## ([a-z-]+)$", manual, re.MULTILINE))
    codes = {
        kind.code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.AllygraphError)
    }

    assert codes | set(PROBLEMS) <= headings


def test_every_command_has_an_example_in_its_help_and_a_place_in_the_manual():
    """Help shows a line that works; the manual knows every command."""
    manual = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    context = ally.make_context("ally", ["--help"], resilient_parsing=True)
    for command, inner in commands(context):
        assert "Example" in (command.help or ""), inner.command_path
        assert f"## {inner.command_path}\n" in manual, inner.command_path


def test_one_version_stands_everywhere():
    """pyproject, citation file, ontology and changelog name the same version."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]

    assert f"version: {version}\n" in (ROOT / "CITATION.cff").read_text()
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text()
    assert f'owl:versionInfo "{version}"' in (ROOT / "ontology" / "alliances.ttl").read_text()


def test_a_checkout_has_no_bundle_that_would_hide_its_files():
    """Live files come first; a forgotten copy inside the package would be read instead."""
    assert not (PACKAGE / "_bundle").exists()


@pytest.fixture(scope="session")
def installed(tmp_path_factory) -> Path:
    """The built wheel in an environment of its own; gives the folder of its commands."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    home = folder / "venv"
    # The test environment's own packages serve as dependencies: nothing is downloaded here.
    venv.create(home, with_pip=False)
    wheel = next(folder.glob("*.whl"))
    site = next(home.glob("lib/python*/site-packages"))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site)]
    subprocess.run([*pip, "--disable-pip-version-check", str(wheel)], check=True)
    here = next(Path(p) for p in sys.path if p.endswith("site-packages"))
    # Paths in a .pth come after the environment's own, so the wheel hides the editable install.
    (site / "dependencies.pth").write_text(f"{here}\n")
    return home / "bin" / "python"


def _run(python: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(python), "-m", "allygraph", "--home", str(folder / "home"), *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_wheel_carries_the_files_of_the_pages(installed, tmp_path):
    program = (
        "from allygraph.site.files import files; print(*sorted(f.name for f in files().values()))"
    )
    found = subprocess.run(
        [str(installed), "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert found.stdout.split() == sorted(path.name for path in (PACKAGE / "site/assets").iterdir())


def test_the_wheel_carries_phrases_templates_and_the_map(installed, tmp_path):
    program = (
        "from allygraph.site import phrases; from allygraph.site.pages import templates; "
        "from allygraph.site.pictures.map import State, picture; "
        "templates().get_template('start.html'); print(phrases.phrase('frame.why', 'fr')); "
        "print('FRA' in str(picture([State('FRA', 'member', 'FRA', '/')], [], 'x')))"
    )
    found = subprocess.run(
        [str(installed), "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert found.stdout.splitlines() == ["Pourquoi ?", "True"]


def test_the_wheel_works_from_an_empty_folder(installed, tmp_path):
    """What pip installs carries ontology, data and queries, and knows no path of the checkout."""
    answer = _run(
        installed,
        tmp_path,
        "query",
        "membership/members-on",
        "-p",
        "alliance=actor:nato",
        "-f",
        "csv",
    )
    verdict = _run(installed, tmp_path, "validate")

    assert answer.stdout.count("\n") > 30, answer.stderr
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    assert str(ROOT) not in answer.stdout + answer.stderr + verdict.stdout + verdict.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home"]
