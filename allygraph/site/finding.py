"""Finding: which things of the graph a text of a few words means, best first.

One index of all names: words by their beginnings, initials, names without spaces, and for Chinese,
Japanese and Korean, which have no borders of words, any part of a name. Hiragana counts as
katakana.
A slip of the pen is looked for only where a word is not there as it was typed.

Shape: `Name` in, `Hit` out, one a thing. Units: scores from 0 to 100; days are ISO texts.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from math import log

from allygraph.errors import UnknownName
from allygraph.names import compact, expand
from allygraph.naming import Name, folded

KINDS = (
    "actor",
    "proposal",
    "office",
    "question",
    "event",
    "instrument",
    "place",
    "kind",
    "doc",
    "term",
    "rule",
    "change",
    "rel",
    "claim",
)
"""Kinds of what is found, in the order of pages."""

_BEHIND = dict(zip(KINDS, (0, 0, 0, 1, 2, 2, 3, 4, 6, 9, 9, 10, 10, 13), strict=True))
"""What a kind gives way to others: who types a name means the thing, not a claim about it."""
_SORTS = {
    "alias": 1,
    "dated name": 2,
    "title": 2,
    "code": 2,
    "identifier": 25,
    "question": 2,
    "words": 9,
}
_WHOLE_ONLY = frozenset(("code", "identifier"))
_NOT_HELD = 6
_FOREIGN = 9
_ONE_OF_SEVERAL = 60
_SIGNS = r"[\u3005-\u30fa\u30fc-\u30ff\u3400-\u9fff\uac00-\ud7a3]"
_WORD = re.compile(rf"{_SIGNS}+|[^\W{_SIGNS[1:-1]}]+")
_UNSPACED = re.compile(_SIGNS)
_KANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
_ARTICLES = {
    "en": "a an and at by for from in into of on or the to with",
    "fr": "au aux d de des du en et l la le les un une",
}
_LITTLE = frozenset(" ".join(_ARTICLES.values()).split())
_SHORTEST_START = 3
_SHORTEST_SLIP = 4
_PAIRS = 0.3
_MOST_WORDS = 12

_Found = dict[int, float]
"""Place of a name in the index to how well it matches, up to 1."""


@dataclass(frozen=True)
class Hit:
    """A thing, the name by which it was found, how well, and in which way.

    ``way`` is equal, start, words, initials, like (a slip), or part (some words only). ``words``
    are the folded words that matched. ``holds`` tells whether it is so called on the day asked for.
    """

    thing: str
    kind: str
    name: Name
    score: float
    way: str
    words: tuple[str, ...]
    holds: bool


def key(text: str) -> str:
    """Give a text as names are compared here.

    >>> key("Türkiye"), key("きしだ") == key("キシダ")
    ('turkiye', True)
    """
    return folded(text).translate(_KANA)


def words(text: str) -> list[str]:
    """Split a key at spaces and signs, and where the script changes.

    >>> words(key("NATO東京連絡事務所"))
    ['nato', '東京連絡事務所']
    """
    return _WORD.findall(text)


def kind_of(thing: str) -> str:
    """Give the kind of a thing of ours by its IRI; empty for what nobody looks for.

    >>> kind_of("https://w3id.org/allygraph/actor/nato")
    'actor'
    """
    prefix = compact(thing).partition(":")[0]
    if thing.startswith("q/"):
        return "question"
    return {"ally": "term"}.get(prefix, prefix if prefix in _BEHIND else "")


class Finder:
    """An index of names.

    Args:
        names: all of them; what has no kind is left out.
    """

    def __init__(self, names: Iterable[Name]) -> None:
        self._names = [name for name in dict.fromkeys(names) if kind_of(name.thing)]
        self._keys = [key(name.text) for name in self._names]
        self._exact: dict[str, list[int]] = defaultdict(list)
        self._starts: dict[str, list[int]] = defaultdict(list)
        self._squeezed: dict[str, list[int]] = defaultdict(list)
        self._initials: dict[str, list[int]] = defaultdict(list)
        self._by_word: dict[str, list[int]] = defaultdict(list)
        self._unspaced: list[int] = []
        self._things = {name.thing: place for place, name in enumerate(self._names)}
        for place, name in enumerate(self._names):
            self._enter(place, name)
        self._words = sorted(self._by_word)
        self._sorted = sorted(self._starts)

    def _enter(self, place: int, name: Name) -> None:
        whole = self._keys[place]
        self._exact[whole].append(place)
        if name.sort in _WHOLE_ONLY:
            return
        self._starts[whole].append(place)
        parts = words(whole)
        if len(parts) > 1:
            self._squeezed["".join(parts)].append(place)
        for part in dict.fromkeys(parts):
            self._by_word[part].append(place)
        if _UNSPACED.search(whole):
            self._unspaced.append(place)
        if 2 <= len(parts) <= _MOST_WORDS and name.sort in ("label", "alias", "title"):
            great = [part for part in parts if part not in _LITTLE]
            for group in {"".join(p[0] for p in great), "".join(p[0] for p in parts)}:
                self._initials[group].append(place)

    def find(self, text: str, day: str = "", language: str = "en") -> list[Hit]:
        """Find what a text means, best first.

        Args:
            text: what somebody typed; only its first words count, if it has very many.
            day: the day on which names should hold; others stand behind. Empty: any.
            language: of the reader; names in others stand behind.
        """
        whole = key(text)
        typed = words(whole)[:_MOST_WORDS]
        if not typed:
            return []
        wanted = [word for word in typed if word not in _LITTLE] or typed
        found = _Best(self._names, self._keys, day, language)
        self._whole(text, whole, typed, found)
        self._each(whole, wanted, found)
        return found.hits()

    def _whole(self, text: str, whole: str, typed: list[str], found: "_Best") -> None:
        """Look for the text as a name, without its spaces, as initials, and as an IRI."""
        for place in self._exact.get(whole, ()):
            found.add(place, 100, "equal", typed)
        squeezed = "".join(typed)
        for place in self._squeezed.get(squeezed, ()):
            found.add(place, 94, "equal", words(self._keys[place]))
        if len(typed) == 1 and 2 <= len(squeezed) <= _MOST_WORDS:
            for place in self._initials.get(squeezed, ()):
                shorter = 10 / len(self._keys[place])
                found.add(place, 58 + 10 * min(1.0, shorter), "initials", ())
        with suppress(UnknownName):
            known = self._things.get(expand(text.strip()))
            if known is not None:
                found.add(known, 100, "equal", ())

    def _each(self, whole: str, wanted: list[str], found: "_Best") -> None:
        """Look for each word; names that have all of them come first."""
        matches = [self._word(word) for word in wanted]
        for word in wanted if len(wanted) > 1 else ():
            # Who types two names may mean each of them.
            for place in self._starts.get(word, ()):
                found.add(place, _ONE_OF_SEVERAL, "part", [word])
        weights = [log(1 + len(self._names) / (1 + len(match))) for match, _ in matches]
        total = sum(weights)
        having: dict[int, list[int]] = defaultdict(list)
        for number, (match, _) in enumerate(matches):
            for place in match:
                having[place].append(number)
        for place, numbers in having.items():
            share = sum(weights[number] for number in numbers) / total
            quality = sum(matches[number][0][place] for number in numbers) / len(numbers)
            covered = min(1.0, sum(len(wanted[n]) for n in numbers) / len(self._keys[place]))
            seen = [word for number in numbers for word in matches[number][1] or [wanted[number]]]
            if len(numbers) == len(wanted):
                slip = any(matches[number][1] for number in numbers)
                start = self._keys[place].startswith(whole)
                score = 40 + 23 * quality + 22 * quality * covered - 12 * slip
                score += 12 * covered if start else 0
                way = "like" if slip else "start" if start else "words"
                found.add(place, score, way, seen)
            elif share >= 0.4:
                found.add(place, 12 + 30 * share * quality + 8 * covered, "part", seen)

    def _word(self, word: str) -> tuple[_Found, list[str]]:
        """Give the names that have a word, and the words that are meant where it is a slip."""
        match = self._inside(word) if _UNSPACED.match(word) else self._beginning(word)
        if match or len(word) < _SHORTEST_SLIP:
            return match, []
        meant = self._like(word)
        return {place: 0.8 for one in meant for place in self._by_word[one]}, meant

    def _beginning(self, word: str) -> _Found:
        if len(word) < _SHORTEST_START or word in _LITTLE:
            # So many words begin with one or two letters: only what is called so, or begins so.
            match = dict.fromkeys(self._by_word.get(word, ()) if word not in _LITTLE else (), 0.9)
            return match | dict.fromkeys(self._starting(word), 0.9)
        match = {}
        for found in _beginning(self._words, word):
            quality = 1.0 if found == word else 0.6 + 0.3 * len(word) / len(found)
            for place in self._by_word[found]:
                match[place] = max(quality, match.get(place, 0))
        if match or len(word) < _SHORTEST_SLIP:
            return match
        # In the middle of a word: "sberg" in "Ostersberg".
        return {p: 0.4 for found in self._words if word in found for p in self._by_word[found]}

    def _starting(self, start: str) -> Iterator[int]:
        """Give the names that begin so."""
        for whole in _beginning(self._sorted, start):
            yield from self._starts[whole]

    def _inside(self, word: str) -> _Found:
        """Look for a part of a name that has no spaces, or for a name that shares most pairs."""
        match: _Found = {}
        pairs = {word[i : i + 2] for i in range(len(word) - 1)}
        for place in self._unspaced:
            parts = self._keys[place]
            if word in parts:
                match[place] = 1.0 if parts.startswith(word) else 0.9
            elif 2 <= len(parts) < len(word) and parts in word:
                match[place] = 0.8 * len(parts) / len(word)
            elif len(pairs) > 1:
                share = sum(pair in parts for pair in pairs) / len(pairs)
                if share >= _PAIRS:
                    match[place] = 0.75 * share
        return match

    def _like(self, word: str) -> list[str]:
        """Give the words of the index that are a slip or two away."""
        # Only a word that is not there waits for this import.
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        most = 1 if len(word) < 2 * _SHORTEST_SLIP - 1 else 2
        near = process.extract(word, self._words, scorer=OSA.distance, score_cutoff=most, limit=8)
        least = min((distance for _, distance, _ in near), default=0)
        return [found for found, distance, _ in near if distance == least and found[0].isalpha()]


def _beginning(ordered: list[str], start: str) -> Iterator[str]:
    """Give the texts of a sorted list that begin so."""
    for place in range(bisect_left(ordered, start), len(ordered)):
        if not ordered[place].startswith(start):
            return
        yield ordered[place]


class _Best:
    """The best name of each thing so far."""

    def __init__(self, names: list[Name], keys: list[str], day: str, language: str) -> None:
        self._names, self._keys, self._day = names, keys, day
        self._languages = ("", language)
        self._found: dict[str, tuple[float, int, str, tuple[str, ...]]] = {}

    def add(self, place: int, score: float, way: str, seen: Iterable[str]) -> None:
        name = self._names[place]
        rank = score - _SORTS.get(name.sort, 0) - (0 if self._holds(name) else _NOT_HELD)
        if name.language not in self._languages:
            # Of names in several foreign languages the English one: nothing hangs on an order.
            rank -= _FOREIGN - (0.01 if name.language == "en" else 0)
        before = self._found.get(name.thing)
        if before is None or rank > before[0]:
            self._found[name.thing] = rank, place, way, tuple(seen)

    def hits(self) -> list[Hit]:
        made = []
        for thing, (rank, place, way, seen) in self._found.items():
            name, kind = self._names[place], kind_of(thing)
            score = max(0.0, round(rank - _BEHIND[kind], 1))
            hit = Hit(thing, kind, name, score, way, seen, self._holds(name))
            made.append((-score, len(self._keys[place]), thing, hit))
        return [hit for *_, hit in sorted(made, key=lambda one: one[:3])]

    def _holds(self, name: Name) -> bool:
        return not self._day or name.holds(self._day, self._day)


def marked(text: str, seen: Iterable[str]) -> list[tuple[str, bool]]:
    """Cut a text into pieces, those that matched marked.

    >>> marked("Jens Stoltenberg", ["stolt"])
    [('Jens ', False), ('Stoltenberg', True)]
    """
    wanted = tuple(seen)
    pieces: list[tuple[str, bool]] = []
    last = 0
    for match in _WORD.finditer(text):
        one = key(match[0])
        spaced = not _UNSPACED.match(one)
        if any(one.startswith(word) if spaced else word in one for word in wanted):
            pieces += [(text[last : match.start()], False), (match[0], True)]
            last = match.end()
    return [piece for piece in [*pieces, (text[last:], False)] if piece[0]]


def counted(hits: Iterable[Hit]) -> Mapping[str, int]:
    """Count hits by kind, in the order of pages."""
    numbers: dict[str, int] = dict.fromkeys(KINDS, 0)
    for hit in hits:
        numbers[hit.kind] += 1
    return {kind: number for kind, number in numbers.items() if number}
