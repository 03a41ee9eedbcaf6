"""Quotes checked again: do the words still stand in the texts that the graph names?

Shape: a checkout and texts in, one `SourceCheck` a document out, with its faults. A text is found
by its hash, else by its name; a text of the right name and another hash is a difference, because
nobody has read the quotes in that one.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from allygraph.curation.checkout import Checkout
from allygraph.curation.texts import Text, Texts, nearest
from allygraph.names import compact, expand

Outcome = Literal["found", "altered", "missing", "hash differs"]
OUTCOMES: tuple[Outcome, ...] = ("found", "altered", "missing", "hash differs")
Progress = Callable[[str, int, int], None]

_CLAIM, _SOURCE = expand("ally:Claim"), expand("ally:Source")


@dataclass(frozen=True)
class Fault:
    """A difference: about which quote or document (short name), which one, and in which words."""

    about: str
    outcome: Outcome
    message: str


@dataclass
class SourceCheck:
    """What came of one document: how many quotes had which outcome, and the faults."""

    source: str
    quotes: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)

    def differs(self, *, strict: bool = False) -> bool:
        """Tell whether something differs; if strict, also whether a text is missing."""
        missing = self.outcomes["missing"] if strict else 0
        return bool(self.faults or missing)

    def record(self) -> dict[str, Any]:
        """Give the check as plain values, for JSON."""
        numbers = {name.replace(" ", "_"): self.outcomes[name] for name in OUTCOMES}
        faults = [asdict(fault) for fault in self.faults]
        checked = self.quotes - self.outcomes["missing"]
        return {
            "source": self.source,
            "quotes": self.quotes,
            "checked": checked,
            **numbers,
            "faults": faults,
        }


def verify(
    checkout: Checkout, texts: Texts, *, progress: Progress | None = None
) -> list[SourceCheck]:
    """Check every quote of a checkout, and every hash of a document, by the texts at hand.

    Documents that have neither a quote nor a hash are left out.
    """
    quotes = _quotes(checkout)
    found = []
    sources = list(checkout.instances(_SOURCE))
    for done, source in enumerate(sources, start=1):
        checked = _checked(checkout, source, sorted(quotes.get(source, ())), texts)
        if checked is not None:
            found.append(checked)
        if progress is not None:
            progress("check the quotes", done, len(sources))
    return found


def _quotes(checkout: Checkout) -> dict[str, set[str]]:
    """Give the quotes of each document, by the claims that rest on them."""
    found: dict[str, set[str]] = {}
    for claim in checkout.instances(_CLAIM):
        for source in checkout.names(claim, "ally:source"):
            found.setdefault(source, set()).update(checkout.names(claim, "ally:quote"))
    return found


def _checked(
    checkout: Checkout, source: str, quotes: list[str], texts: Texts
) -> SourceCheck | None:
    digest = checkout.text(source, "ally:textSha256")
    if not quotes and digest is None:
        return None
    check = SourceCheck(compact(source), len(quotes))
    named = texts.by_name(source)
    if digest is not None and texts.by_hash(digest) is None and named is not None:
        check.faults.append(_other_text(source, named, digest))
    for quote in quotes:
        wanted = checkout.text(quote, "ally:checkedAgainst") or digest
        text = (texts.by_hash(wanted) if wanted is not None else None) or named
        outcome = _outcome(checkout, quote, wanted, text)
        check.outcomes[outcome] += 1
        if outcome == "altered" and text is not None:
            check.faults.append(_altered(checkout, quote, text))
        elif outcome == "hash differs" and text is not None and wanted and wanted != digest:
            check.faults.append(_other_text(quote, text, wanted))
    return check


def _outcome(checkout: Checkout, quote: str, wanted: str | None, text: Text | None) -> Outcome:
    if text is None:
        return "missing"
    if not text.holds(checkout.text(quote, "oa:exact") or ""):
        return "altered"
    return "found" if wanted in (None, text.sha256) else "hash differs"


def _altered(checkout: Checkout, quote: str, text: Text) -> Fault:
    words = checkout.text(quote, "oa:exact") or ""
    message = f"the words do not stand in {text.path}: “{words}”"
    if (passage := nearest(words, text)) is not None:
        message += f"\nthe text prints: “{passage}”"
    return Fault(compact(quote), "altered", message)


def _other_text(about: str, text: Text, wanted: str) -> Fault:
    message = (
        f"{text.path} is another text: the graph names the sha256 {wanted}, "
        f"the file has {text.sha256}"
    )
    return Fault(compact(about), "hash differs", message)
