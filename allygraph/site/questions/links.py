"""Links of an answer: this page of it for good, its neighbours, its other forms.

Source: RFC 8288 (Link), RFC 5005 (first, previous, next, last), RFC 7089 is not followed: a version
of the graph is no date.
"""

from allygraph.site.asking import Ask
from allygraph.site.questions.request import Wanted, absolute
from allygraph.site.questions.rows import Page
from allygraph.site.questions.writing import MEDIA_TYPES, SUFFIXES

Headers = tuple[tuple[str, str], ...]


def links(ask: Ask, wanted: Wanted, page: Page) -> dict[str, str]:
    """Give whole addresses by relation.

    ``permalink`` names the version of the graph and both clocks: it gives these very rows or says
    that they are gone. Pages are named where the rows are cut.
    """
    suffix = SUFFIXES.get(ask.form, ask.form)
    own = {name: values for name, values in ask.params.items() if any(values)}
    found = {
        "self": absolute(ask, suffix, **own),
        "permalink": absolute(ask, suffix, **{**own, "version": ask.version}),
    }
    size = wanted.limit
    if size is not None:
        last = max(0, (page.total - 1) // size * size)
        starts = {"first": 0, "last": last}
        if page.offset > 0:
            starts["prev"] = max(0, min(page.offset, page.total) - size)
        if page.end < page.total:
            starts["next"] = page.end
        for relation, offset in starts.items():
            paged = {**own, "limit": str(size), "offset": str(offset)}
            found[relation] = absolute(ask, suffix, **paged)
    return found


def headers(ask: Ask, wanted: Wanted, page: Page, found: dict[str, str]) -> Headers:
    """Give the headers of an answer: how many rows there are, and where the others are."""
    relations = {**found, "bookmark": found["permalink"]}
    told = [f'<{relations[name]}>; rel="{name}"' for name in _TOLD if name in relations]
    told += [
        f'<{_in_form(ask, form)}>; rel="alternate"; type="{media_type}"'
        for form, media_type in {**MEDIA_TYPES, "html": "text/html"}.items()
        if form != ask.form and not (wanted.why and form not in ("json", "html"))
    ]
    told.append(f'<{ask.base}openapi.json>; rel="service-desc"; type="application/json"')
    cut = (("X-Truncated", f"{len(page.table)} of {page.total} rows"),) if page.is_cut else ()
    return (("Link", ", ".join(told)), ("X-Total-Count", str(page.total)), *cut)


_TOLD = ("bookmark", "first", "prev", "next", "last")


def _in_form(ask: Ask, form: str) -> str:
    own = {name: v for name, v in ask.params.items() if any(v) and name != "spreadsheet"}
    return absolute(ask, SUFFIXES.get(form, form), **own)
