"""What the tests of curation share: a small checkout to edit, and the command in this process."""

import hashlib
import shutil
from pathlib import Path

from click.testing import CliRunner, Result

from allygraph.cli import ally

ROOT = Path(__file__).resolve().parent.parent
TEXT = "Brussels. NATO has a plan for Japan, an envoy said; it is “not yet clear” when.\n"
RETRIEVED = ("--set", "doc:herald-2024", "retrievedOn", "2024-06-02")
BASICS = (
    *("--source", "doc:gazette-2023-06-japan", "--asserted-by", "The Gazette"),
    *("--modality", "fact", "--review", "verified"),
)
"""What a claim needs besides its object, label and quote."""
HERALD = (
    *("--new", "actor:herald", "Organization", "--set", "actor:herald", "label", "The Herald"),
    *("--new", "doc:herald-2024", "Source", "--set", "doc:herald-2024", "title", "ASEAN grows"),
    *("--set", "doc:herald-2024", "publisher", "actor:herald"),
    *("--set", "doc:herald-2024", "published", "2024-05"),
    *("--set", "doc:herald-2024", "licenceNote", "A text of the tests.", *RETRIEVED),
    *("--new", "rel:asean-japan-membership", "Membership"),
    *("--set", "rel:asean-japan-membership", "label", "membership of Japan in ASEAN"),
    *("--set", "rel:asean-japan-membership", "member", "Nippon"),
    *("--set", "rel:asean-japan-membership", "organization", "ASEAN"),
    *("--set", "rel:asean-japan-membership", "membershipKind", "observer"),
    *("--source", "doc:herald-2024", "--affirms", "rel:asean-japan-membership"),
    *("--asserted-by", "The Herald", "--modality", "fact", "--review", "verified"),
    *("--label", "Japan observes ASEAN", "--quote", "Japan is an observer"),
    *("--start", "2024-05", "--end-kind", "ongoing", "--attested", "said"),
)
"""A claim with a new source, publisher and relationship."""


def make_checkout(folder: Path) -> Path:
    """Make a checkout with the shipped ontology and checks, and the data of the tests."""
    for name in ("ontology", "queries"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copytree(ROOT / "tests" / "curation" / "data", folder / "data")
    return folder


def add_claim(root: Path, *arguments: object, typed: str | None = None) -> Result:
    """Run ``ally add claim`` on a checkout, in this process."""
    command = ["add", "claim", "--root", str(root), *map(str, arguments)]
    return CliRunner().invoke(ally, command, input=typed, standalone_mode=False)


def contents(root: Path) -> dict[str, str]:
    """Give the sha256 of every file of the data, also of hidden ones."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((root / "data").rglob("*"))
        if path.is_file()
    }
