"""Saved questions on the web: each an operation for programs and a page for people.

``GET /q/membership/members-on.json?alliance=actor:nato`` gives rows; without a form that is named,
Accept chooses. ``/q`` lists all questions.
"""

from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.site.asking import Answer, Ask
from allygraph.site.questions import executables, page
from allygraph.site.questions.links import headers, links
from allygraph.site.questions.request import load, wanted
from allygraph.site.questions.rows import rows, with_labels
from allygraph.site.questions.writing import MEDIA_TYPES, write


def read(engine: OxigraphEngine, ask: Ask) -> Answer:
    """Answer a saved query.

    Raises:
        UnknownName: no such query, or the graph has no such thing.
        UnknownParameter: a field is neither a parameter nor an option.
        ParameterError, DateError: a value does not fit.
        UsageError: the form has no place for what is wanted.
        VersionGone: another version of the graph is wanted.
    """
    if ask.form == "html":
        return page.read(engine, ask)
    if ask.form in executables.MEDIA_TYPES:
        return executables.document(ask, [load(ask)])
    asked = wanted(ask)
    part = rows(engine, asked)
    table = with_labels(engine, part.table, ask.lang) if asked.labels else part.table
    found = links(ask, asked, part)
    body = write(ask, asked, part, table, found)
    return Answer(body, MEDIA_TYPES[ask.form], headers=headers(ask, asked, part, found))
