"""Phrases of the interface in English, French and Japanese: one file for each page, beside this.

A phrase may hold ``{name}``; values are put in as they are, and escaped by the template.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "fr", "ja")


def phrase(key: str, language: str, /, **values: Any) -> str:
    """Give a phrase; a language without an interface gets the English one.

    Raises:
        KeyError: there is no such phrase.
    """
    texts = _all()[key]
    return texts.get(language, texts["en"]).format(**values)


@cache
def _all() -> dict[str, dict[str, str]]:
    """Read all files; a key has the name of its file in front, as ``frame.search``."""
    found = {}
    for path in sorted(Path(__file__).resolve().parent.glob("*.toml")):
        for key, texts in tomllib.loads(path.read_text(encoding="utf-8")).items():
            found[f"{path.stem}.{key}"] = texts
    return found
