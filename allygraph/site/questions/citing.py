"""Citations of an answer: as a sentence, as BibTeX, as CSL JSON.

An answer is cited with its values, both clocks and the version of the graph, by its permalink.
Source: CSL JSON, https://github.com/citation-style-language/schema; BibTeX type ``misc``.
"""

import json
from dataclasses import dataclass

from allygraph.queries import SavedQuery
from allygraph.site.asking import Ask


@dataclass(frozen=True)
class Citation:
    """One citation in three forms."""

    text: str
    bibtex: str
    csl: str


def citation(ask: Ask, saved: SavedQuery, permalink: str) -> Citation:
    """Cite an answer.

    Args:
        ask: the question.
        saved: the saved query.
        permalink: of the answer; it names the version of the graph.
    """
    clocks = f"in the world on {ask.as_of}, as known by {ask.known_by}"
    note = f"{clocks}; version {ask.version} of the graph"
    year = ask.known_by.year
    address = f"\\url{{{permalink}}}"
    key = f"allygraph-{saved.name.replace('/', '-')}-{ask.version[:8]}"
    text = f"allygraph: “{saved.title}”, {note}. {permalink}"
    bibtex = (
        f"@misc{{{key},\n  author = {{{{allygraph}}}},\n  title = {{{_tex(saved.title)}}},\n"
        f"  year = {{{year}}},\n  note = {{{_tex(note)}}},\n  howpublished = {{{address}}}\n}}"
    )
    csl = {
        "id": key,
        "type": "dataset",
        "title": saved.title,
        "author": [{"literal": "allygraph"}],
        "issued": {"date-parts": [[ask.known_by.year, ask.known_by.month, ask.known_by.day]]},
        "version": ask.version,
        "note": clocks,
        "URL": permalink,
    }
    return Citation(text, bibtex, json.dumps([csl], ensure_ascii=False, indent=2))


def _tex(text: str) -> str:
    """Write a text so that BibTeX reads it as it is.

    >>> _tex("R&D: 5 % {a}")
    'R\\\\&D: 5 \\\\% \\\\{a\\\\}'
    """
    return "".join(f"\\{sign}" if sign in "&%$#_{}" else sign for sign in text)
