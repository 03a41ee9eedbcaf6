"""Texts of sources, as far as whoever runs this has them: found by hash, or by the name of a file.

The texts are not ours to ship. A folder of them can stand in ``texts`` below the home folder; a
file is called as its document, ``nikkei-asia-2023-06-ap4.txt`` for ``doc:nikkei-asia-2023-06-ap4``.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path

from allygraph.errors import UnreadableFile
from allygraph.resources import home
from allygraph.validation.quotes import plain, read_text

_ENDING = ".txt"
_LOOKED_AT = 20
_ALIKE = 0.6


@dataclass(frozen=True)
class Text:
    """A text: its file, the sha256 of its bytes, and its words as quotes are looked up in them."""

    path: Path
    sha256: str
    words: str = field(repr=False)

    def holds(self, quote: str) -> bool:
        """Tell whether the words stand in the text, letter by letter; spaces count as one."""
        return plain(quote) in self.words


class Texts:
    """All texts at hand."""

    def __init__(self, texts: Iterable[Text] = ()) -> None:
        self.all = list(texts)
        self._by_hash = {text.sha256: text for text in self.all}

    @classmethod
    def read(cls, paths: Iterable[Path]) -> "Texts":
        """Read the named files, and the files ``*.txt`` below the named folders.

        Raises:
            UnreadableFile: a path is missing, a folder has no text, or a file is not UTF-8.
        """
        return cls(map(read_one, _files(paths)))

    def by_hash(self, digest: str) -> Text | None:
        """Give the text of a hash, or None."""
        return self._by_hash.get(digest)

    def by_name(self, document: str) -> Text | None:
        """Give the text whose file is called as a document (its whole IRI), or None."""
        name = document.rpartition("/")[2]
        return next((text for text in self.all if text.path.stem == name), None)


def read_one(path: Path) -> Text:
    """Read one text; errors as of `Texts.read`."""
    return Text(path, *read_text(path))


def default_folder() -> Path:
    """Give the folder in which texts are looked for when none is named; it may not exist."""
    return home() / "texts"


def nearest(quote: str, text: Text) -> str | None:
    """Give the passage of a text that is most like a quote, or None where nothing is near."""
    wanted, words = plain(quote).split(), text.words.split()
    length = len(wanted)
    count = Counter(map(_bare, wanted))
    shared = [
        (sum((count & Counter(map(_bare, words[at : at + length]))).values()), -at)
        for at in range(max(1, len(words) - length + 1))
    ]
    passages = [" ".join(words[-at : length - at]) for _, at in sorted(shared)[-_LOOKED_AT:]]
    ratio, passage = max(
        (SequenceMatcher(None, plain(quote), passage).ratio(), passage) for passage in passages
    )
    return passage if ratio >= _ALIKE else None


def _bare(word: str) -> str:
    return "".join(sign for sign in word.casefold() if sign.isalnum())


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = sorted(file for file in path.rglob(f"*{_ENDING}") if file.is_file())
        if not found:
            raise UnreadableFile(
                f"no text below '{path}'", expected=f"files *{_ENDING}", place=str(path)
            )
        yield from found
