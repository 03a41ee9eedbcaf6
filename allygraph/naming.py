"""Names as people write them: one index from text to things, with the days on which it is so.

A text is compared without case, accents, stops and superfluous spaces; Chinese, Japanese and Korean
signs only as they are (full width and half width count as one). Codes and dated names hold on
some days only; labels and aliases on all.

Shape: `Name` in, names out. Units: days are ISO texts, both inclusive; "" is no bound.
"""

import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass

SORTS = ("label", "alias", "dated name", "code")
"""The sorts of names, the surest first."""

_VOICED = frozenset("\u3099\u309a")
"""Marks that make other kana of kana: they are no accents."""
_LETTERS = str.maketrans(
    {
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "\u0131": "i",
        "ł": "l",
        "ø": "o",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
    }
)
_SIGNS = str.maketrans(
    {"&": " and ", ".": "", "'": "", "\u2019": "", "\u02bb": "", ",": " ", "-": " "}
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014", " ")
)


@dataclass(frozen=True, order=True)
class Name:
    """One name of one thing: the text, the thing, which sort of name, and when it holds.

    ``scheme`` tells whose code it is (cow, gw, iso) and ``name`` for names by time; it is empty
    for labels and aliases. It holds on the days from ``first`` to ``last``.
    """

    text: str
    thing: str
    sort: str = SORTS[0]
    scheme: str = ""
    first: str = ""
    last: str = ""
    language: str = ""

    def holds(self, first: str, last: str) -> bool:
        """Tell whether the name holds on a day between two days; "" stands for any day."""
        begun = not last or not self.first or self.first <= last
        return begun and (not first or not self.last or first <= self.last)


class Names:
    """An index of names. Build it from names, or `add` them one by one."""

    def __init__(self, names: Iterable[Name] = ()) -> None:
        self._by_text: dict[str, list[Name]] = {}
        for name in names:
            self.add(name)

    def add(self, name: Name) -> None:
        """Let a thing be found by a name."""
        self._by_text.setdefault(folded(name.text), []).append(name)

    def find(self, text: str, *, start: str = "", schemes: Collection[str] = ()) -> list[Name]:
        """Find all names equal to a text, on whatever days, the surest sort first.

        Args:
            text: the name as somebody wrote it.
            start: how the IRI of the thing must begin; empty for any.
            schemes: the schemes that count; empty for all, and for labels and aliases.
        """
        return sorted(
            (
                name
                for name in self._by_text.get(folded(text), ())
                if name.thing.startswith(start) and (not schemes or name.scheme in schemes)
            ),
            key=lambda name: (SORTS.index(name.sort), name),
        )

    def near(
        self, text: str, *, start: str = "", schemes: Collection[str] = (), limit: int = 5
    ) -> list[tuple[int, Name]]:
        """Find the names most like a text, one a thing, with scores up to 100, best first."""
        # Only who is not sure of a name waits for this import.
        from rapidfuzz import fuzz, process

        given = folded(text)
        wanted = [
            key
            for key in self._by_text
            # A short name within a long text is no slip: "US" for "Brussels".
            if 2 * len(key) >= len(given) and self._words(key, start, schemes)
        ]
        scored = process.extract(given, wanted, scorer=fuzz.WRatio, limit=_POOL)
        best: dict[str, tuple[int, int, Name]] = {}
        for key, score, _ in scored:
            for name in self._words(key, start, schemes):
                ranked = (-round(score), abs(len(key) - len(given)), name)
                best[name.thing] = min(ranked, best.get(name.thing, ranked))
        return [(-less, name) for less, _, name in sorted(best.values()) if -less >= _NEAR][:limit]

    def _words(self, key: str, start: str, schemes: Collection[str]) -> list[Name]:
        """Give the names of a key that a slip can mean: no codes, unless one asks for them."""
        return [
            name
            for name in self._by_text[key]
            if name.thing.startswith(start)
            and (name.scheme in schemes if schemes else name.sort != "code")
        ]


_NEAR = 60  # WRatio below this joins names that no reader would mix up
_POOL = 60  # names looked at for one text: a thing has several, and many score alike


def folded(text: str) -> str:
    """Give a text as names are compared.

    >>> folded("Côte d'Ivoire"), folded("U.S."), folded("Guinea-Bissau")
    ('cote divoire', 'us', 'guinea bissau')
    """
    if text.isascii():
        return " ".join(text.casefold().translate(_SIGNS).split())
    plain = unicodedata.normalize("NFKD", text)
    kept = (sign for sign in plain if sign in _VOICED or not unicodedata.combining(sign))
    whole = unicodedata.normalize("NFC", "".join(kept)).casefold()
    return " ".join(whole.translate(_LETTERS).translate(_SIGNS).split())
