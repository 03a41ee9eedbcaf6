"""What is asked of a saved query: its values, and how the answer is wanted.

Fields that are left empty are not given: forms send all their fields.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from allygraph import answers, queries
from allygraph.errors import ParameterError, UnknownParameter, VersionGone
from allygraph.names import did_you_mean
from allygraph.queries import CLOCKS, SavedQuery
from allygraph.site.asking import Ask
from allygraph.site.pages import address, root

OPTIONS = ("row", "why", "labels", "limit", "offset", "version", "spreadsheet")
"""Fields of every saved query beside its own parameters, the clocks, language and format."""
MOST_ROWS = 10_000
PREFIX = "q/"
_TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True)
class Wanted:
    """A saved query, its values, and how its answer is wanted.

    Args:
        saved: the query.
        given: texts by parameter as they were given, without clocks.
        values: those and the further ones that the question was bound with.
        question: the query with its values, ready to run.
        why: whether the claims behind each row are wanted.
        labels: whether the labels of things are wanted beside their names.
        limit: how many rows; ``None``: all.
        offset: how many rows are passed over.
        spreadsheet: whether CSV is for a spreadsheet, which takes some texts for formulas.
    """

    saved: SavedQuery
    given: Mapping[str, str]
    values: Mapping[str, str]
    question: answers.Question
    why: bool
    labels: bool
    limit: int | None
    offset: int
    spreadsheet: bool


def wanted(
    ask: Ask,
    *,
    why: bool = False,
    limit: int | None = None,
    values: Mapping[str, str] | None = None,
) -> Wanted:
    """Read a question.

    Args:
        ask: the question.
        why: whether evidence is wanted where the address does not say.
        limit: how many rows are wanted where the address does not say.
        values: further values, for parameters that the address leaves out.

    Raises:
        UnknownName: there is no such query.
        UnknownParameter: a field is neither a parameter nor an option.
        ParameterError, DateError: a value does not fit.
        VersionGone: another version of the graph is wanted.
    """
    saved = load(ask)
    given = own_values(ask, saved)
    check_version(ask)
    has_claims = bool(saved.evidence) and not saved.counts
    is_why = flag(ask, "why", default=why) and (has_claims or bool(ask.one("why")))
    clocks = {name: getattr(ask, name).isoformat() for name in CLOCKS if name in saved.params}
    whole = {**(values or {}), **given, **clocks}
    return Wanted(
        saved=saved,
        given=given,
        values={**(values or {}), **given},
        question=answers.question(saved.name, whole, today=ask.known_by, why=is_why),
        why=is_why,
        labels=flag(ask, "labels"),
        limit=_number(ask, "limit", 1, MOST_ROWS)
        if ask.one("limit")
        else min(filter(None, (saved.page_rows, limit)), default=None),
        offset=_number(ask, "offset", 0, 10**9) if ask.one("offset") else 0,
        spreadsheet=flag(ask, "spreadsheet"),
    )


def load(ask: Ask) -> SavedQuery:
    """Read the query that an address names.

    Raises:
        UnknownName: there is no such query.
    """
    return queries.load(ask.path.removeprefix(PREFIX))


def own_values(ask: Ask, saved: SavedQuery) -> dict[str, str]:
    """Give the values of the parameters that an address names; several stand with commas.

    Raises:
        UnknownParameter: a field is neither a parameter nor an option.
        ParameterError: a parameter that takes one value has several.
    """
    known = [name for name in saved.params if name not in CLOCKS]
    given: dict[str, str] = {}
    for name, values in ask.params.items():
        if name not in known and name not in OPTIONS:
            every = [*known, *CLOCKS, "lang", "format", *OPTIONS]
            raise UnknownParameter(
                f"query '{saved.name}' has no parameter {name[:80]!r}; it has {', '.join(every)}",
                expected=did_you_mean(name, every),
            )
        filled = [value.strip() for value in values if value.strip()]
        if len(filled) > 1 and (name in OPTIONS or not saved.params[name].many):
            raise ParameterError(
                f"{saved.name}: '{name}' is given {len(filled)} times", expected=f"one {name}"
            )
        if filled and name not in OPTIONS:
            given[name] = ",".join(filled)
    return given


def check_version(ask: Ask) -> None:
    """Refuse a permalink to a version of the graph that is not the one that is served.

    Raises:
        VersionGone: with the current version and the address of the same question there.
        ParameterError: the text cannot be a version.
    """
    version = ask.one("version")
    if not version or version == ask.version:
        return
    if len(version) != 16 or set(version) - set("0123456789abcdef"):
        raise ParameterError("'version' is not a version of the graph", expected=ask.version)
    current = {**ask.params, "version": ask.version}
    raise VersionGone(
        f"version {version} of the graph is not served; the current version is {ask.version}",
        expected=absolute(ask, **current),
    )


def absolute(ask: Ask, suffix: str = "", /, **params: object) -> str:
    """Give the whole address of this question with other fields, in a form."""
    path = f"{ask.path}.{suffix}" if suffix else ask.path
    return ask.base + address(ask, path, **params)[len(root(ask)) :]


def flag(ask: Ask, name: str, *, default: bool = False) -> bool:
    """Read a truth value.

    Raises:
        ParameterError: it is none.
    """
    given = ask.one(name).strip().lower()
    if not given:
        return default
    if given not in _TRUTHS:
        raise ParameterError(f"{name}: {given[:20]!r} is not a truth value", expected="true, false")
    return _TRUTHS[given]


def _number(ask: Ask, name: str, least: int, most: int) -> int:
    given = ask.one(name).strip()
    is_number = given.isascii() and given.isdigit() and len(given) < 12
    if not is_number or not least <= int(given) <= most:
        raise ParameterError(
            f"{name}: {given[:20]!r} does not fit", expected=f"a number from {least} to {most}"
        )
    return int(given)
