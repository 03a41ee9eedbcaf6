"""Scripts and styles of the pages: where they come from, what they may do, how they go out."""

import gzip
import json
import re
from hashlib import sha256
from pathlib import Path

import pytest

from allygraph.site import phrases
from allygraph.site.files import MEDIA_TYPES, address_of, files

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "frontend"
TEMPLATES = sorted((Path(phrases.__file__).parent.parent / "templates").glob("*.html"))
FILES = sorted(files().values())
SCRIPTS = [file for file in FILES if file.name.endswith(".js")]
HEAVY_PAGES = ("editor.html",)
MOST_SCRIPT_BYTES = 150_000


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_an_asset_goes_out_once_and_for_ever(client, file):
    plain = client.get(f"/assets/{file.address}", headers={"Accept-Encoding": "identity"})
    packed = client.get(f"/assets/{file.address}", headers={"Accept-Encoding": "gzip"})

    assert plain.status_code == 200
    assert plain.headers["content-type"] == MEDIA_TYPES[Path(file.name).suffix]
    assert plain.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert plain.headers["x-content-type-options"] == "nosniff"
    assert plain.headers["vary"] == "Accept-Encoding"
    assert plain.content == packed.content == file.body
    assert sha256(file.body).hexdigest()[:12] in file.address
    assert packed.headers.get("content-encoding") == ("gzip" if len(file.body) >= 1000 else None)


@pytest.mark.parametrize(
    "path",
    [
        "desk.css",
        "desk-000000000000.css",
        "../pages.py",
        "..%2fpages.py",
        "%2e%2e/pages.py",
        "%2fetc%2fpasswd",
        "",
        "desk.css%00",
    ],
)
def test_nothing_else_is_below_assets(client, path):
    assert client.get(f"/assets/{path}").status_code == 404


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_file_that_a_page_asks_for_exists(path):
    for name in re.findall(r"asset\(['\"]([^'\"]+)", path.read_text("utf-8")):
        assert address_of(name)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda file: file.name)
def test_a_script_evaluates_no_text_and_asks_no_other_host(script):
    """The policy of the pages would stop it; it must not even try."""
    text = script.body.decode()

    assert not re.findall(r"(?<![\w.$])eval\(|new Function\b|\bFunction\(|importScripts", text)
    assert not re.findall(r"prefix\.cc/|lov\.linkeddata|dbpedia\.org", text)
    assert not re.findall(r"(?:fetch|import|Worker|open|src=)\(?[\"'`](?:https?:)?//", text)


def test_a_style_asks_no_other_host():
    for file in FILES:
        if file.name.endswith(".css"):
            text = file.body.decode()
            assert "@import" not in text
            assert all(one.startswith("data:") for one in re.findall(r"url\([\"']?([^)]*)", text))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_the_script_of_a_page_is_small(path):
    """Compressed; the editor is the page that brings a library."""
    if path.name in HEAVY_PAGES:
        return
    text = path.read_text("utf-8") + (path.parent / "frame.html").read_text("utf-8")
    names = {"desk.js", *re.findall(r"asset\(['\"]([\w.-]+\.js)", text)}
    sizes = {name: len(gzip.compress(_body(name))) for name in names}

    assert sum(sizes.values()) < MOST_SCRIPT_BYTES, sizes


def test_what_others_wrote_goes_with_its_licence():
    lock = json.loads((FRONTEND / "package-lock.json").read_text("utf-8"))["packages"]
    listed = _body("LICENSES.txt").decode()
    heads = dict(re.findall(r"^(\S+) (\d[\w.-]*) \([^)\n]+\)$", listed, re.MULTILINE))

    assert heads
    for name, version in heads.items():
        assert lock[f"node_modules/{name}"]["version"] == version
    assert {"@zazuko/yasqe", "codemirror", "world-atlas"} <= set(heads)


def test_the_lock_file_pins_every_package_and_names_no_address():
    lock = json.loads((FRONTEND / "package-lock.json").read_text("utf-8"))["packages"]

    for name, package in lock.items():
        assert "resolved" not in package
        assert not name or package["integrity"].startswith("sha512-")


def test_the_committed_files_were_built_from_the_committed_sources():
    """After a change below frontend/: make assets."""
    stamps = (FRONTEND / "built.sha256").read_text("utf-8").splitlines()
    found = dict(line.split("  ")[::-1] for line in stamps)
    sources = sorted((FRONTEND / "src").iterdir())
    expected = [FRONTEND / "build.mjs", FRONTEND / "package-lock.json", *sources]

    assert found == {
        str(path.relative_to(FRONTEND)): sha256(path.read_bytes()).hexdigest() for path in expected
    }


def test_the_shapes_of_the_map_are_within_its_frame():
    world = json.loads(_body("world.json"))
    names = {state["name"] for state in world["states"]}
    numbers = [
        (float(x), float(y))
        for state in world["states"]
        for x, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", state["path"])
    ]

    assert {"Japan", "Norway", "South Korea", "New Zealand"} <= names
    assert all(0 <= x <= world["width"] and 0 <= y <= world["height"] for x, y in numbers)
    assert all(re.fullmatch(r"[MLZ\d.,-]+", state["path"]) for state in world["states"])


def _body(name):
    return files()[address_of(name)].body
