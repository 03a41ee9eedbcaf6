"""Fields of the form of a question: typed by its parameters, with what can be chosen.

What can be chosen are the things that stand in the graph where the query looks for the parameter,
so that each choice may have an answer.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from allygraph import queries
from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.names import ALLY, BASE, PREFIXES, compact, expand
from allygraph.queries import CLOCKS, Param, SavedQuery
from allygraph.site.asking import Ask
from allygraph.site.labelling import Labels

_MOST_CHOICES = 600
_USED = re.compile(r"\b(ally:[a-zA-Z]+) \?(\w+)\b")
_SAME = re.compile(r"\?(\w+) = (?:COALESCE\()?\?(\w+)\b")
_OF_ANYTHING = {"ally:holdingOf", "ally:affirms", "ally:denies", "ally:doubts"}
_SUBJECT = re.compile(r"^\s*\?(\w+) (ally:[a-zA-Z]+)\b", re.MULTILINE)


@dataclass(frozen=True)
class Choice:
    """A value that can be chosen: short name, and what it is called."""

    value: str
    label: str


@dataclass(frozen=True)
class Field:
    """One field of the form.

    Args:
        name: of the parameter.
        kind: ``date``, ``select``, ``checks``, ``thing``, ``number``, ``truth`` or ``text``.
        help: what it means, in English.
        values: what stands in it.
        choices: what can be chosen or is suggested.
        required: whether there is no answer without it.
        many: whether it takes several values.
    """

    name: str
    kind: str
    help: str
    values: tuple[str, ...]
    choices: tuple[Choice, ...]
    required: bool
    many: bool


def fields(
    engine: OxigraphEngine, ask: Ask, saved: SavedQuery, values: Mapping[str, str]
) -> list[Field]:
    """List the fields of a question without the clocks, which stand on every page.

    Args:
        engine: the graph, for choices.
        ask: whose language counts.
        saved: the question.
        values: texts by parameter that stand in the form.
    """
    return [
        _field(engine, ask, saved, param, values.get(param.name, ""))
        for param in saved.params.values()
        if param.name not in CLOCKS
    ]


def starting_values(ask: Ask, saved: SavedQuery, given: Mapping[str, str]) -> dict[str, str]:
    """Give the values with which a page answers: those given, else the examples where none are.

    A parameter with a default has it in any case; any other has its example only as long as nothing
    at all is given: then the page is the example.
    """
    examples = queries.examples(saved)
    found = {}
    for name, param in saved.params.items():
        is_default = param.optional or not given
        if name not in CLOCKS and name not in given and is_default and name in examples:
            found[name] = ",".join(examples[name])
    return found


def named_by_label(fields: Sequence[Field], given: Mapping[str, str]) -> dict[str, str]:
    """Put the short name where the label of one choice was typed; anything else stays."""
    found = dict(given)
    for field in fields:
        text = given.get(field.name, "")
        if field.kind == "thing" and text and not field.many:
            same = {c.value for c in field.choices if c.label.casefold() == text.casefold()}
            if len(same) == 1:
                found[field.name] = same.pop()
    return found


def is_list(param: Param) -> bool:
    """Tell whether commas part the values of a parameter; in a text they are part of it."""
    return param.many and param.type != "string"


def _field(engine: OxigraphEngine, ask: Ask, saved: SavedQuery, param: Param, value: str) -> Field:
    parts = value.split(",") if is_list(param) else [value]
    values = [compact(part.strip()) for part in parts if part.strip()]
    choices = tuple(Choice(value, value) for value in param.values)
    if param.type == "iri":
        choices = _choices(engine, saved, param, ask.lang)
    if param.values and param.type == "iri":
        values = [_allowed(param, one) for one in values]
    return Field(
        name=param.name,
        kind=_kind(param, choices),
        help=param.help,
        values=tuple(values),
        choices=choices,
        required=not (param.optional or param.any),
        many=is_list(param),
    )


def _kind(param: Param, choices: Sequence[Choice]) -> str:
    simple = {"date": "date", "integer": "number", "boolean": "truth", "string": "text"}
    if param.type != "iri":
        single = "select" if param.values else simple[param.type]
        return "text" if param.many else single
    if choices and all(choice.value.startswith("kind:") for choice in choices):
        return "checks" if param.many else "select"
    return "thing"


def _allowed(param: Param, given: str) -> str:
    return next((v for v in param.values if v == given or v.endswith(f"-{given}")), given)


def _choices(
    engine: OxigraphEngine, saved: SavedQuery, param: Param, language: str
) -> tuple[Choice, ...]:
    if param.values:
        things = tuple(expand(value) for value in param.values)
    else:
        things = _things(engine, saved.name, param.name)
    labels = Labels(engine, language)
    labels.look_up(things)
    found = [Choice(compact(thing), labels.of(thing).text) for thing in things]
    # Certainties and such have an order of their own.
    return tuple(found if param.values else sorted(found, key=_by_label))


def _by_label(choice: Choice) -> tuple[str, str]:
    return choice.label.casefold(), choice.value


@lru_cache(maxsize=512)
def _things(engine: OxigraphEngine, name: str, param: str) -> tuple[str, ...]:
    """Find the things that stand where a query looks for a parameter; none where there are many."""
    text = queries.load(name).text
    same = {param} | {one for one, other in _SAME.findall(text) if other == param}
    objects = {used for used, variable in _USED.findall(text) if variable in same} - _OF_ANYTHING
    subjects = {used for variable, used in _SUBJECT.findall(text) if variable in same}
    asked = [f"{{ ?s <{_iri(used)}> ?thing }}" for used in sorted(objects)]
    if not asked:
        asked = [f"{{ ?thing <{_iri(used)}> ?o }}" for used in sorted(subjects)]
    if not asked:
        example = queries.examples(queries.load(name)).get(param, ("",))[0]
        return _like(engine, example) if ":" in example else ()
    return _found(engine, " UNION ".join(asked))


def _like(engine: OxigraphEngine, example: str) -> tuple[str, ...]:
    """Find the things of the class of an example; concepts of its scheme."""
    iri = expand(example)
    step = "skos:inScheme" if iri.startswith(PREFIXES["kind"]) else "rdf:type"
    return _found(engine, f"<{iri}> <{expand(step)}> ?c . ?thing <{expand(step)}> ?c")


def _found(engine: OxigraphEngine, pattern: str) -> tuple[str, ...]:
    rows = engine.select(
        f"SELECT DISTINCT ?thing WHERE {{ {pattern} "
        f'FILTER (STRSTARTS(STR(?thing), "{BASE}")) }} LIMIT {_MOST_CHOICES + 1}'
    ).rows
    found = [row[0].value for row in rows if row[0] is not None]
    own = [iri for iri in found if not iri.startswith((PREFIXES["claim"], PREFIXES["holding"]))]
    return tuple(sorted(own)) if len(found) <= _MOST_CHOICES else ()


def _iri(name: str) -> str:
    return ALLY + name.removeprefix("ally:")
