"""Resources: where ontology/, data/ and queries/ are, and where built stores go.

A wheel carries the three folders in ``allygraph/_bundle``; in a checkout they stand at its top.
Nothing else in the code knows a path.
"""

import os
import sys
from pathlib import Path

from allygraph.errors import UnreadableFile

_PACKAGE = Path(__file__).resolve().parent
_FOLDERS = ("ontology", "data", "queries")
_chosen_home: Path | None = None


def root() -> Path:
    """Give the folder that holds ontology/, data/ and queries/.

    Raises:
        UnreadableFile: neither the package nor a checkout around it has them.
    """
    for candidate in (_PACKAGE / "_bundle", _PACKAGE.parent):
        if all((candidate / folder).is_dir() for folder in _FOLDERS):
            return candidate
    raise UnreadableFile(
        "ontology/, data/ and queries/ were not found",
        expected="an installed wheel, or a checkout of the repository",
        place=str(_PACKAGE),
    )


def use_home(folder: Path | None) -> None:
    """Make a folder the home of stores and caches, for this process (``--home``)."""
    global _chosen_home
    _chosen_home = folder


def home() -> Path:
    """Give the folder of stores and caches.

    It is what ``--home`` said, else ``ALLYGRAPH_HOME``, else the user's cache folder of the
    platform. The folder may not exist yet.
    """
    if _chosen_home is not None:
        return _chosen_home
    if named := os.environ.get("ALLYGRAPH_HOME"):
        return Path(named)
    return _cache_folder() / "allygraph"


def ontology_files(folder: Path) -> list[Path]:
    """List the Turtle files of the ontology (terms, kinds, mappings) below a root, sorted.

    Shapes and rules are left out: they say how to judge and derive, not what there is.
    """
    terms = sorted((folder / "ontology").glob("*.ttl"))
    return terms + sorted((folder / "ontology" / "kinds").glob("*.ttl"))


def shape_files(folder: Path) -> list[Path]:
    """List the shape files below a root, sorted."""
    return sorted((folder / "ontology" / "shapes").glob("*.ttl"))


def rule_files(folder: Path) -> list[Path]:
    """List the CONSTRUCT rules below a root, sorted."""
    return sorted((folder / "ontology" / "rules").glob("*.rq"))


def data_files(folder: Path) -> list[Path]:
    """List the Turtle files of the data below a root, sorted.

    Hidden folders are left out: an import makes its files in one before it moves them.
    """
    files = sorted((folder / "data").rglob("*.ttl"))
    return [path for path in files if not _hidden(path.relative_to(folder))]


def query_files(folder: Path) -> list[Path]:
    """List the saved queries below a root, sorted; checks are not questions and are left out."""
    queries = folder / "queries"
    return [path for path in sorted(queries.rglob("*.rq")) if path.parent != queries / "checks"]


def check_files(folder: Path) -> list[Path]:
    """List the check queries below a root, sorted."""
    return sorted((folder / "queries" / "checks").glob("*.rq"))


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _cache_folder() -> Path:
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
