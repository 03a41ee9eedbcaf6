"""Repairs: tokens replaced where the faults stand, and proof that nothing else has changed.

Shape: faults, shapes and files in, one `Repair` for each file that can be mended. Only the tokens
of the values at fault are touched. The new text is parsed again and compared with the old one,
quad by quad: but for the mended values they are the same, or the change is not made.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, parse

from allygraph.errors import NotCanonical
from allygraph.positions import Positions, positions
from allygraph.turtle import canonical
from allygraph.validation.fixes.language import find_language
from allygraph.validation.fixes.model import Change, FileText, Repair, WrongValue
from allygraph.validation.fixes.terms import Context, remedy
from allygraph.validation.fixes.tokens import SHORT_FORMS, token
from allygraph.validation.fixes.wanted import Shapes, Term

Triple = tuple[object, object, object]
_ROUNDS = 20
"""A triple that stands in a file several times is mended once a round."""
_APART = frozenset((" ", "\t", "\r", "\n", ",", ";", "(", "["))
_END_OF_LINE = re.compile(r"\r\n?|\n")


@dataclass(frozen=True)
class _Edit:
    start: int
    end: int
    new: Term
    change: Change
    apart: bool
    """Whether a space or mark stands before it, so that it may begin with a letter or digit."""

    def written(self, context: Context, *, short: bool) -> "_Edit":
        """Give the edit with its new token."""
        change = self.change
        short = short and self.apart
        new = token(self.new, change.old, change.fault.value, context.prefixes, short=short)
        return replace(self, change=replace(change, new=new))


def fixes(
    faults: Iterable[WrongValue],
    shapes: Iterable[Quad],
    files: Sequence[FileText],
    *,
    described: Callable[[NamedNode], bool] | None = None,
) -> list[Repair]:
    """Mend what has one right answer.

    Args:
        faults: the values that shapes refuse.
        shapes: the quads of the shapes.
        files: the files that were judged.
        described: tells whether the data describe an IRI; by default whether a file does.
    """
    read = Shapes(shapes)
    by_triple: dict[Triple, list[WrongValue]] = {}
    for fault in faults:
        by_triple.setdefault((fault.focus, fault.predicate, fault.value), []).append(fault)
    if described is None:
        subjects = {quad.subject for file in files for quad in file.quads}
        described = subjects.__contains__
    repairs = (_repair(file, by_triple, read, described) for file in files)
    return [repair for repair in repairs if repair.after != repair.before]


def _repair(
    file: FileText,
    faults: Mapping[Triple, list[WrongValue]],
    shapes: Shapes,
    described: Callable[[NamedNode], bool],
) -> Repair:
    changes: list[Change] = []
    after = file
    for _ in range(_ROUNDS):
        wrong = {t: faults[t] for t in map(_triple, after.quads) if t in faults}
        if not wrong:
            break
        context, beside = _context(after, described), _beside(after, wrong)
        answers = {
            triple: term
            for triple, same in wrong.items()
            if (term := _answer(same, shapes, context))
            and _is_free(term, same, shapes, beside[triple[:2]])
        }
        mended, made = _round(after, answers, wrong, context)
        if not made:
            break
        changes += made
        after = mended
    text = after.text
    if file.ours and (changes or file.reform):
        text = _in_form(text)
    return Repair(file.name, file.text, text, tuple(sorted(changes)), text != after.text)


def _context(file: FileText, described: Callable[[NamedNode], bool]) -> Context:
    prefixes: dict[str, str] = {}
    if file.format in SHORT_FORMS:
        parser = parse(input=file.text, format=file.format, base_iri=file.base)
        for _ in parser:
            pass
        prefixes = parser.prefixes
    language = find_language(file.text, file.quads, file.base) or file.language
    return Context(language, prefixes, described)


def _answer(faults: Sequence[WrongValue], shapes: Shapes, context: Context) -> Term | None:
    """Give the term on which all shapes that have an answer agree."""
    terms = {remedy(f.value, shapes.wanted(f.shape), context) for f in faults} - {None}
    return terms.pop() if len(terms) == 1 else None


def _beside(file: FileText, wrong: Iterable[Triple]) -> dict[tuple[object, object], set[object]]:
    """Give all values of the properties at which something is wrong."""
    found: dict[tuple[object, object], set[object]] = {(t[0], t[1]): set() for t in wrong}
    for quad in file.quads:
        if (key := (quad.subject, quad.predicate)) in found:
            found[key].add(quad.object)
    return found


def _is_free(
    term: Term, faults: Sequence[WrongValue], shapes: Shapes, values: Iterable[object]
) -> bool:
    """Tell whether a language may be taken: not where another text has it, or may get it too."""
    if not isinstance(term, Literal) or not term.language:
        return True
    if not any(shapes.wanted(fault.shape).one_a_language for fault in faults):
        return True
    tag = term.language.casefold()
    others = [o for o in values if isinstance(o, Literal) and o != faults[0].value]
    return all((other.language or tag).casefold() != tag for other in others)


def _round(
    file: FileText,
    answers: Mapping[Triple, Term],
    faults: Mapping[Triple, list[WrongValue]],
    context: Context,
) -> tuple[FileText, list[Change]]:
    """Replace each value once; what cannot be proved right is left as it was."""
    wanted = {fault.focus for same in faults.values() for fault in same}
    places = positions(file.text, file.format, file.quads, file.name, base=file.base, wanted=wanted)
    starts = [0, *(match.end() for match in _END_OF_LINE.finditer(file.text))]
    found = (_edit(file, faults[t][0], term, places, starts) for t, term in answers.items())
    edits = _apart(sorted(filter(None, found), key=lambda edit: edit.start))
    for short in (True, False):
        written = [edit.written(context, short=short) for edit in edits]
        if (mended := _proved(file, written)) is not None:
            return mended, [edit.change for edit in written]
    alone = _provable(file, written)
    mended = _proved(file, alone)
    return (file, []) if mended is None else (mended, [edit.change for edit in alone])


def _edit(
    file: FileText, fault: WrongValue, term: Term, places: Positions, starts: Sequence[int]
) -> _Edit | None:
    place = places.triple(fault.focus, fault.predicate, fault.value)
    if place is None or place.line is None or place.column is None:
        return None
    if place.end_line is None or place.end_column is None:
        return None
    start = starts[place.line - 1] + place.column - 1
    end = starts[place.end_line - 1] + place.end_column - 1
    old = file.text[start:end]
    apart = file.text[start - 1 : start] in _APART
    return _Edit(start, end, term, Change(place.line, place.column, old, old, fault), apart)


def _apart(edits: Sequence[_Edit]) -> list[_Edit]:
    """Leave out edits that overlap: neither is surely right."""
    clash = {id(e) for one, other in pairwise(edits) if other.start < one.end for e in (one, other)}
    return [edit for edit in edits if id(edit) not in clash]


def _provable(file: FileText, edits: Sequence[_Edit]) -> list[_Edit]:
    """Give the edits that can be proved right, found by halves: the others are few."""
    if not edits or _proved(file, edits) is not None:
        return list(edits)
    if len(edits) == 1:
        return []
    middle = len(edits) // 2
    return [*_provable(file, edits[:middle]), *_provable(file, edits[middle:])]


def _proved(file: FileText, edits: Sequence[_Edit]) -> FileText | None:
    """Make the edits; None if they are none, or anything but the mended values has changed."""
    if not edits:
        return None
    parts, seen = [], 0
    for edit in edits:
        parts += [file.text[seen : edit.start], edit.change.new]
        seen = edit.end
    text = "".join([*parts, file.text[seen:]])
    try:
        after = list(parse(input=text, format=file.format, base_iri=file.base))
    except (SyntaxError, ValueError):
        return None
    mended = _compared(file.quads, after, {_fault_triple(e.change.fault): e.new for e in edits})
    return None if mended is None else replace(file, text=text, quads=mended)


def _compared(
    before: Sequence[Quad], after: Iterable[Quad], mended: Mapping[Triple, Term]
) -> list[Quad] | None:
    """Give the new quads, with the old labels of blank nodes, if just the values are new.

    A parser may tell neighbouring triples in another order for another token, so their order does
    not count; blank nodes are the same if they come up as the same one in the order of the text.
    """
    quads = _relabelled(after, _blank_nodes(before))
    if quads is None or len(quads) != len(before):
        return None
    # Nearly all is the same, in the same order: only the rest is counted.
    pairs = [(old, new) for old, new in zip(before, quads, strict=True) if old != new]
    was, now = Counter(old for old, _ in pairs), Counter(new for _, new in pairs)
    removed = list((was - now).elements())
    wanted = Counter(
        Quad(quad.subject, quad.predicate, mended[_triple(quad)], quad.graph_name)
        for quad in removed
        if _triple(quad) in mended
    )
    same = len(removed) == len(mended) == wanted.total() and now - was == wanted
    return quads if same else None


def _blank_nodes(quads: Iterable[Quad]) -> list[BlankNode]:
    """List blank nodes in the order in which they first come up."""
    found: dict[BlankNode, None] = {}
    for subject, _, value, graph in quads:
        for term in (subject, value, graph):
            if isinstance(term, BlankNode):
                found[term] = None
    return list(found)


def _relabelled(quads: Iterable[Quad], labels: Sequence[BlankNode]) -> list[Quad] | None:
    """Give quads with other labels, in the order of the labels; None if they are not as many."""
    told = list(quads)
    own = _blank_nodes(told)
    if len(own) != len(labels):
        return None
    if not own:
        return told
    known: dict[object, BlankNode] = dict(zip(own, labels, strict=True))
    return [
        Quad(
            known.get(quad.subject, quad.subject),
            quad.predicate,
            known.get(quad.object, quad.object),
            known.get(quad.graph_name, quad.graph_name),
        )
        for quad in told
    ]


def _in_form(text: str) -> str:
    try:
        return canonical(text)
    except NotCanonical:
        # A finding tells why; the text stays as it is.
        return text


def _triple(quad: Quad) -> Triple:
    return quad.subject, quad.predicate, quad.object


def _fault_triple(fault: WrongValue) -> Triple:
    return fault.focus, fault.predicate, fault.value
