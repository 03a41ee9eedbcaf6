"""The manual's page of competency questions: question, command, answer with its claims.

Shape: questions and their answers in, Markdown out; labels are looked up in the engine that
answered. Long answers are cut, and say so.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from shlex import quote

from allygraph.competency import Answer, Ask, Question
from allygraph.engines import Engine
from allygraph.lookup import labels
from allygraph.names import PREFIXES, expand

_HEAD = """# Competency questions

Written from `tests/competency/` by `make docs`; do not edit. {answered} of {all} questions are
answered: their rows are those that were written down from the questions and the sheets before the
query was, and a seeded change of the data makes each of them fail. Under each question stand the
command, the rows, and the claims on which they rest: `ally show claim:NAME` reads one.
"""
_ROWS = 60
_CLAIMS = 3


def page(engine: Engine, questions: Sequence[Question], answers: Mapping[int, list[Answer]]) -> str:
    """Write the page.

    Args:
        engine: the one that answered, for the labels.
        questions: by number.
        answers: for each question its answers, one an ask.
    """
    names = _labels(engine, [one for group in answers.values() for one in group])
    right = [question for question in questions if _is_answered(question, answers)]
    parts = [_HEAD.format(answered=len(right), all=len(questions))]
    for section, group in groupby(questions, key=lambda question: question.section):
        parts.append(f"\n## {section}\n")
        parts += [_question(one, answers.get(one.number, []), names) for one in group]
    return "".join(parts)


def command(asked: Ask) -> str:
    """Give the command that asks the same."""
    words = ["ally query", asked.query]
    for name, value in asked.params.items():
        clock = name in ("as_of", "known_by")
        words += [f"--{name.replace('_', '-')}", value] if clock else ["-p", f"{name}={value}"]
    return " ".join([words[0], *map(quote, words[1:])])


def _is_answered(question: Question, answers: Mapping[int, list[Answer]]) -> bool:
    given = [frozenset(one.rows) for one in answers.get(question.number, [])]
    return bool(given) and given == [asked.expected for asked in question.asks]


def _question(question: Question, answers: list[Answer], names: Mapping[str, str]) -> str:
    lines = [f"\n### {question.number}. {question.text}\n"]
    if question.cannot:
        lines.append(f"\nCannot be answered: {question.cannot}\n")
    lines += [_answer(asked, one, names) for asked, one in zip(question.asks, answers, strict=True)]
    if question.reading:
        lines.append(f"\n{question.reading}\n")
    return "".join(lines)


def _answer(asked: Ask, answer: Answer, names: Mapping[str, str]) -> str:
    text = f"\n```console\n$ {command(asked)}\n```\n\n"
    if not answer.rows:
        return f"{text}No row.\n"
    with_claims = any(answer.claims)
    head = [*asked.columns, *(["claims"] if with_claims else [])]
    text += f"| {' | '.join(head)} |\n|{' --- |' * len(head)}\n"
    for row, claims in list(zip(answer.rows, answer.claims, strict=True))[:_ROWS]:
        cells = [*(_cell(value, names) for value in row)]
        cells += [_claims(claims)] if with_claims else []
        text += f"| {' | '.join(cells)} |\n"
    more = len(answer.rows) - _ROWS
    return text + (f"\nand {more} more rows.\n" if more > 0 else "")


def _cell(value: str, names: Mapping[str, str]) -> str:
    text = names.get(value) or (f"`{value}`" if _is_name(value) else value)
    return text.replace("|", "\\|").replace("\n", " ")


def _claims(claims: Sequence[str]) -> str:
    shown = ", ".join(f"`{claim.removeprefix('claim:')}`" for claim in claims[:_CLAIMS])
    more = len(claims) - _CLAIMS
    return f"{shown} and {more} more" if more > 0 else shown


def _labels(engine: Engine, answers: Sequence[Answer]) -> dict[str, str]:
    """Give the labels of all things in the rows, by short name."""
    values = {value for one in answers for row in one.rows for value in row}
    wanted = {expand(value): value for value in values if _is_name(value)}
    return {wanted[iri]: label for iri, label in labels(engine, wanted).items()}


def _is_name(value: str) -> bool:
    prefix, colon, _ = value.partition(":")
    return bool(colon) and prefix in PREFIXES and not any(sign.isspace() for sign in value)
