"""What an edited claim costs: a run over everything against one over what it can affect.

    python benchmarks/changed.py [COPIES]

Copies of the shipped data, each in namespaces of its own, make a graph of some 100,000 triples a
copy, in as many files as ours. Each run is a process of its own; figures are its CPU seconds, with
the start of Python. The claim's modality is replaced by one that does not exist.
"""

import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import Quad, RdfFormat, parse

from allygraph.graph import file_quads
from allygraph.resources import data_files, ontology_files, shape_files

ROOT = Path(__file__).resolve().parent.parent
KEPT = ("kind", "ns#", "shape")
OURS = re.compile(r"<https://w3id\.org/allygraph/(\w+)/>")
EDITED = "sources-2023-nikkei-ap4.ttl"
SETTINGS = ("-c", "user.name=benchmark", "-c", "user.email=benchmark@example.org")


def main() -> None:
    """Run all, or one of the runs as a process of its own."""
    if len(sys.argv) > 2:
        run(sys.argv[1], Path(sys.argv[2]))
        return
    copies = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = make(folder, copies)
        git(folder, "init", "--quiet")
        git(folder, "add", "data")
        git(folder, "commit", "--quiet", "-m", "before")
        print(f"{len(files)} files in {copies} copies")
        whole = measured("whole", folder)
        measured("snapshot", folder)
        edit(next(path for path in files if path.name.endswith(EDITED)))
        after = measured("whole, edited", folder)
        first = measured("changed", folder)
        again = measured("changed, again", folder)
        print(f"share of a whole run: {first / after:.2%}, again {again / after:.2%}")
        assert whole > 0


def make(folder: Path, copies: int) -> list[Path]:
    """Write the copies, and give their files."""
    data = folder / "data"
    data.mkdir()
    made = []
    for number in range(copies):
        for path in data_files(ROOT):
            name = path.relative_to(ROOT / "data").as_posix().replace("/", "-")
            text = OURS.sub(lambda m, n=number: renamed(m, n), path.read_text(encoding="utf-8"))
            made.append(data / f"c{number}-{name}")
            made[-1].write_text(text, encoding="utf-8")
    return made


def renamed(match: re.Match[str], number: int) -> str:
    """Give a namespace another one for each copy, but not those of the ontology."""
    if match[1] in KEPT:
        return match[0]
    return match[0].replace(f"/{match[1]}/", f"/{match[1]}/c{number}-")


def edit(path: Path) -> None:
    """Give one claim a modality that nothing describes."""
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("kind:modality-fact", "kind:modality-hearsay", 1), encoding="utf-8"
    )


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder."""
    subprocess.run(["git", *SETTINGS, *arguments], cwd=folder, check=True)


def measured(name: str, folder: Path) -> float:
    """Run one of the runs as a process, and give its CPU seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, __file__, name, str(folder)], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{name:16} {spent:7.3f} s CPU", flush=True)
    return spent


def run(name: str, folder: Path) -> None:
    """Do one run."""
    from allygraph.shacl import read_shapes, validate
    from allygraph.validation.changed import validate_changed
    from allygraph.validation.git import revised

    files = [*ontology_files(ROOT), *sorted((folder / "data").glob("*.ttl"))]
    shapes = read_shapes(quad for path in shape_files(ROOT) for quad in parsed(path))
    if name.startswith("whole"):
        report = validate((quad for path in files for quad in parsed(path)), shapes)
        print(f"  {len(report.results)} results")
        return
    told = revised([folder / "data"])
    made = validate_changed(files, shapes, told, parsed, key="data", home=folder / "home")
    counts = (len(made.report.results), len(made.affected), len(made.nodes or ()))
    print("  {} results, {} shapes, {} nodes".format(*counts))


def parsed(path: Path, text: bytes | None = None) -> Iterator[Quad]:
    """Parse a file, or what stood there before; only the ontology has blank nodes."""
    if text is None or ROOT in path.parents:
        return file_quads(path, name=path.name)
    return parse(text, format=RdfFormat.TURTLE)


if __name__ == "__main__":
    main()
