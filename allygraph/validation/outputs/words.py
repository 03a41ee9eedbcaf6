"""Words: what reports say around the messages of the rules, in each language.

The catalogue is ``words.toml`` beside this module. A language that it lacks falls back to English.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from allygraph.validation.findings import Report

LANGUAGES = ("en", "fr", "ja")
_ONE_UNTIL = {"fr": 1}  # "0 erreur", but "0 errors"


@dataclass(frozen=True)
class Words:
    """The words of one language; ``words["found"]`` gives one of them."""

    lang: str
    _texts: dict[str, Any]

    def __getitem__(self, name: str) -> str:
        return str(self._texts[name])

    def count(self, number: int, what: str) -> str:
        """Say how many there are of a thing.

        >>> words("en").count(1, "error"), words("fr").count(0, "error")
        ('1 error', '0 erreur')
        """
        one, more = self._texts["counts"][what]
        single = number <= _ONE_UNTIL[self.lang] if self.lang in _ONE_UNTIL else number == 1
        return str(one if single else more).format(n=number)


def words(lang: str) -> Words:
    """Give the words of a language, or of the nearest that there is (``fr-CA``: ``fr``)."""
    main = lang.lower().partition("-")[0]
    known = main if main in LANGUAGES else "en"
    return Words(known, _catalogue()[known])


@cache
def _catalogue() -> dict[str, dict[str, Any]]:
    path = Path(__file__).with_name("words.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def summary(report: "Report", said: Words) -> str:
    """Count the findings in one line, and what was looked at."""
    count = report.counts()
    numbers = [said.count(count["error"], "error"), said.count(count["warning"], "warning")]
    if count["info"]:
        numbers.append(said.count(count["info"], "info"))
    if report.known:
        numbers.append(said.count(report.known, "known"))
    return said["in"].format(numbers=said["comma"].join(numbers), what=looked_at(report, said))


def looked_at(report: "Report", said: Words) -> str:
    """Say what was judged: our relationships and claims, or files of others."""
    if report.relationships or report.claims or not report.files:
        one = said.count(report.relationships, "relationship")
        return said["and"].format(one=one, other=said.count(report.claims, "claim"))
    return said.count(len(report.files), "file")
