"""Quoting: the words of a claim, looked up in the text of their source where that is at hand."""

from pathlib import Path

from pyoxigraph import Literal, NamedNode

from allygraph.curation.checkout import Checkout
from allygraph.curation.questions import Answers
from allygraph.curation.texts import Text, Texts, default_folder, nearest, read_one
from allygraph.curation.things import TYPE, Statement
from allygraph.errors import ParameterError, RefusedClaim
from allygraph.names import compact, expand

MOST_WORDS = 15
_INTEGER = expand("xsd:integer")


class Quoting:
    """The quote of a claim, checked as far as can be.

    Raises:
        ParameterError: there are both words and a reason for none, or too many words.
        RefusedClaim: the words do not stand in the text, or the text is another one.
        UnreadableFile: the text cannot be read.
    """

    def __init__(self, answers: Answers, checkout: Checkout, source: str) -> None:
        self.words = answers.one("quote")
        self._sentence = answers.one("sentence")
        self._digest = checkout.text(source, "ally:textSha256")
        self._refuse_excess(answers.one("no_quote"))
        named = answers.one("text")
        self.text = read_one(Path(named)) if named else self._kept()
        if self.text is not None:
            self._refuse_other_text(self.text, compact(source))
            if self.words is not None:
                refuse_altered(self.words, self.text)

    def statements(self, row: str) -> list[Statement]:
        """Give what is said of the quote, or nothing where there are no words."""
        if self.words is None:
            return []
        found: list[Statement] = [
            (TYPE, NamedNode(expand("ally:Quote"))),
            (expand("rdfs:label"), Literal(f"words behind {row}", language="en")),
            (expand("oa:exact"), Literal(self.words)),
        ]
        if self.text is not None:
            found.append((expand("ally:checkedAgainst"), Literal(self.text.sha256)))
        if self._sentence is not None:
            found.append((expand("ally:sentence"), self._number(self._sentence)))
        return found

    def new_digest(self) -> Literal | None:
        """Give the hash of the text where the source has none yet."""
        return Literal(self.text.sha256) if self.text is not None and not self._digest else None

    def texts(self) -> list[Path]:
        """List the file of the text, where there is one."""
        return [self.text.path] if self.text is not None else []

    def _kept(self) -> Text | None:
        """Find the text among those that are kept, by its hash."""
        folder = default_folder()
        if self._digest is None or not folder.is_dir():
            return None
        return Texts.read(sorted(folder.rglob("*.txt"))).by_hash(self._digest)

    def _refuse_excess(self, reason: str | None) -> None:
        if self.words is not None and reason is not None:
            raise ParameterError(
                "a claim with a quote needs no reason for none",
                expected="one of --quote, --no-quote",
                place="--no-quote",
            )
        if self.words is None:
            return
        if (count := len(self.words.split())) > MOST_WORDS:
            raise ParameterError(
                f"the quote has {count} words",
                expected=f"the words that carry the claim, at most {MOST_WORDS}",
                place="--quote",
            )

    def _refuse_other_text(self, text: Text, source: str) -> None:
        if self._digest is not None and text.sha256 != self._digest:
            raise RefusedClaim(
                f"'{text.path}' is not the text of {source}: its sha256 is {text.sha256}",
                expected=f"the text with the sha256 {self._digest}",
                place="--text",
            )

    def _number(self, words: str) -> Literal:
        if not words.isdecimal():
            raise ParameterError(
                f"'{words}' is not the number of a sentence",
                expected="0, 1, 2 …",
                place="--sentence",
            )
        return Literal(str(int(words)), datatype=NamedNode(_INTEGER))


def refuse_altered(words: str, text: Text) -> None:
    """Refuse words that do not stand in the text.

    Raises:
        RefusedClaim: with the passage that is most like them.
    """
    if not text.holds(words):
        passage = nearest(words, text)
        raise RefusedClaim(
            f"the text does not print “{words}”",
            expected=f"“{passage}”" if passage else "words that stand in it",
            place=str(text.path),
        )
