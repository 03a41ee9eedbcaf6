"""All saved questions, by topic: a page to find one, and a list for programs."""

import json
from collections.abc import Iterable

from allygraph import queries
from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.errors import ParameterError, UnknownName
from allygraph.naming import folded
from allygraph.queries import SavedQuery
from allygraph.site.asking import Answer, Ask
from allygraph.site.pages import page
from allygraph.site.questions import executables

_LONGEST = 200


def read(engine: OxigraphEngine, ask: Ask) -> Answer:
    """Give the questions, all or those of a topic or with some words.

    Raises:
        UnknownName: no such address, or no such topic.
        ParameterError: the words are too many.
    """
    if ask.form in executables.MEDIA_TYPES:
        return executables.document(ask, queries.catalogue())
    if ask.path != "q":
        raise UnknownName(f"there is nothing at '{ask.path[:80]}'", expected="q, q.html, q.json")
    words, topic = ask.one("q").strip(), ask.one("topic")
    if len(words) > _LONGEST:
        raise ParameterError(f"q has {len(words)} characters", expected=f"at most {_LONGEST}")
    every = queries.catalogue()
    topics = sorted({topic_of(query) for query in every})
    if topic and topic not in topics:
        raise UnknownName(
            f"there is no topic '{topic[:40]}'", expected=f"one of {', '.join(topics)}"
        )
    chosen = [q for q in every if topic in ("", topic_of(q)) and _has(q, words)]
    if ask.form == "json":
        records = [_record(ask, query) for query in chosen]
        body = json.dumps({"questions": records}, ensure_ascii=False) + "\n"
        return Answer(body.encode(), "application/json")
    groups = {name: [q for q in chosen if topic_of(q) == name] for name in topics}
    shown = {name: group for name, group in groups.items() if group}
    return page(
        engine,
        ask,
        "questions.html",
        formats=("json",),
        topics=topics,
        topic=topic,
        groups=shown,
        words=words,
    )


def topic_of(query: SavedQuery) -> str:
    """Give the folder of a query.

    >>> topic_of(queries.load("membership/members-on"))
    'membership'
    """
    return query.name.partition("/")[0]


def _has(query: SavedQuery, words: str) -> bool:
    """Tell whether a question has all the words, in any order."""
    texts: Iterable[str] = (query.name, query.title, query.question, query.reading, *query.tags)
    whole = folded(" ".join(texts))
    return all(word in whole for word in folded(words).split())


def _record(ask: Ask, query: SavedQuery) -> dict[str, object]:
    return {
        "name": query.name,
        "title": query.title,
        "question": query.question,
        "reading": query.reading,
        "tags": list(query.tags),
        "parameters": list(query.params),
        "columns": list(query.columns),
        "address": f"{ask.base}q/{query.name}",
    }
