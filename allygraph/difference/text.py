"""A difference as text for a terminal or a pipe, or as a Markdown briefing with footnotes."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from allygraph.difference.model import Difference, Line, Name, Side
from allygraph.difference.period import Period
from allygraph.difference.words import judged, phrase
from allygraph.evidence import Evidence

_MARKS = re.compile(r"([\\`*_\[\]<>#|])")


def title(period: Period) -> str:
    """Say in one line what is compared."""
    first, last = period.known
    if period.clock == "world" and period.days:
        start, end = period.days
        text = f"What changed in the world from {start} to {end}, as known by {first}"
    else:
        text = f"What was learned from {first} to {last}"
        if period.days:
            start, end = period.days
            text += f", about {start}" if start == end else f", about {start} to {end}"
    return text + (" (read backwards)" if period.backwards else "")


def plain(difference: Difference) -> str:
    """Give a difference as plain text: entities, kinds, changes, each with its claims."""
    lines = [title(difference.period)]
    for entity, kinds in by_entity(difference.lines):
        lines += ["", _both(entity)]
        for kind, changes in kinds:
            lines.append(f"  {kind_word(kind)}")
            for line in changes:
                lines.append(f"    {headline(line)}")
                lines += [f"      {text}" for text in details(line)]
                claims = [difference.claims[name] for name in line.claims]
                lines += [f"      {claim_line(one, line)}" for one in claims]
    return "".join(f"{line}\n" for line in [*lines, "", foot(difference)])


def markdown(difference: Difference) -> str:
    """Give a difference as a briefing: a footnote for each claim, referred to from each line."""
    lines = [f"# {title(difference.period)}"]
    notes: dict[str, int] = {}
    for entity, kinds in by_entity(difference.lines):
        lines += ["", f"## {_escaped(entity.label)}", ""]
        for kind, changes in kinds:
            for line in changes:
                numbers = [notes.setdefault(name, len(notes) + 1) for name in line.claims]
                marks = "".join(f"[^{number}]" for number in numbers)
                what = "; ".join(map(_escaped, [_change(line), *details(line)]))
                lines.append(
                    f"- **{_escaped(line.about.label)}** ({kind_word(kind)}) {what}.{marks}"
                )
    lines += ["", foot(difference)]
    footnotes = [f"[^{notes[name]}]: {_note(difference.claims[name])}" for name in notes]
    lines += ["", *footnotes] if footnotes else []
    return "".join(f"{line}\n" for line in lines)


def by_entity(lines: Iterable[Line]) -> Iterator[tuple[Name, list[tuple[str, list[Line]]]]]:
    """Group lines by entity, and in each by kind; they come in that order."""
    for entity, group in groupby(lines, key=lambda line: line.entity):
        kinds = groupby(group, key=lambda line: line.kind)
        yield entity, [(kind, list(changes)) for kind, changes in kinds]


def kind_word(kind: str) -> str:
    """Give a kind of thing as words."""
    return kind.replace("-", " ")


def headline(line: Line) -> str:
    """Say what changed, and how."""
    return f"{_both(line.about)}: {_change(line)}"


def details(line: Line) -> list[str]:
    """Say how sure it was before, between and after."""
    if line.change in ("happens", "interrupted") and line.between:
        return [_judged(line.between)]
    before, after = _judged(line.before), _judged(line.after)
    if before == after:
        return [after] if after else []
    sides = ("before", before), ("after", after)
    return [f"{word}: {text}" for word, text in sides if text]


def foot(difference: Difference) -> str:
    """Say how many changes there are, and how many are left out."""
    count = len(difference.lines)
    text = f"{count} change{'' if count == 1 else 's'}" if count else "no change"
    if not difference.hidden:
        return text
    return f"{text}; left out: {difference.hidden} in which only what sources say differs (--all)"


def claim_line(claim: Evidence, line: Line) -> str:
    """Give a claim in one line: its name, what it does, who says so, where and when."""
    news = [word for word, names in _news(line) if claim.claim in names]
    marks = [*news, claim.modality, claim.review, "hedged" if claim.hedged else None]
    chain = [*_chain(claim), *_dated(claim)]
    told = ", ".join(mark for mark in marks if mark)
    return f"{claim.claim} {claim.polarity} ({told}): {'; '.join(chain)}"


def _news(line: Line) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return ("learned", line.learned), ("struck", line.struck)


def _change(line: Line) -> str:
    when = phrase(line.change, line.days)
    if line.kind == "stage" and (line.before.what or line.after.what):
        between = [line.between.what] if line.between and line.between.what else []
        path = [line.before.what, *between, line.after.what]
        stages = " → ".join(one or "no stage" for one in path)
        return f"{stages}, {when.removeprefix('changes stage ')}"
    if line.change == "replaced":
        return f"{line.before.what} → {line.after.what}, {when.removeprefix('takes its place ')}"
    return when


def _judged(side: Side) -> str:
    days = [((one.first, one.last), one.certainty, one.standing, one.review) for one in side.days]
    return judged(days)


def _note(claim: Evidence) -> str:
    """Give a claim as a footnote: speaker, words, bearer, title, publisher, date, address."""
    speakers = " or ".join(claim.speakers)
    words = f"“{_escaped(claim.quote)}”" if claim.quote else f"(no quote) {_escaped(claim.label)}"
    place = [f"“{_escaped(claim.source)}”"] if claim.source else []
    place += [_escaped(part) for part in (claim.publisher, *_dated(claim)) if part]
    marks = [claim.modality] if claim.modality not in ("fact", None) else []
    marks += [claim.polarity] if claim.polarity != "affirms" else []
    marks += ["hedged"] if claim.hedged else []
    manner = f" ({', '.join(mark for mark in marks if mark)})" if marks else ""
    text = [f"{_escaped(speakers)}{manner}: {words}" if speakers else f"{words}{manner}"]
    text += [f"through {_escaped(', '.join(claim.through))}"] if claim.through else []
    text += [", ".join(place), *([f"<{claim.address}>"] if claim.address else [])]
    ends = [] if claim.review == "verified" else ["**Unverified.**"]
    ends += ["Struck since."] if claim.struck else []
    return " ".join([f"{'; '.join(part for part in text if part)}.", *ends, f"`{claim.claim}`"])


def _chain(claim: Evidence) -> Iterator[str]:
    if claim.speakers:
        yield " or ".join(claim.speakers)
    if claim.through:
        yield f"through {', '.join(claim.through)}"
    if claim.source:
        yield f"in “{claim.source}”"


def _dated(claim: Evidence) -> Iterator[str]:
    """Give the date of publication; for a source without one, since when the claim is known."""
    if claim.published:
        yield claim.published
    elif claim.known_since:
        yield f"known since {claim.known_since}"


def _both(name: Name) -> str:
    return name.label if name.label == name.iri else f"{name.label}  ({name.iri})"


def _escaped(text: str) -> str:
    """Keep a text what it is in Markdown: on one line, its signs without a meaning."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
