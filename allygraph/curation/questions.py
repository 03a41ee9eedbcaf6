"""The questions about a claim: one table that makes both the options and what is asked.

So whatever can be asked can be given by an option, and the other way round.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Question:
    """One question.

    ``path`` is the property of the claim that the answer becomes, or None where more is made of
    it; ``rare`` questions are only asked of those who name them; ``many`` take several answers.
    """

    key: str
    words: str
    about: str
    path: str | None = None
    many: bool = False
    rare: bool = False
    flag: bool = False
    metavar: str = "NAME"

    @property
    def option(self) -> str:
        """The option that answers the question."""
        return f"--{self.key.replace('_', '-')}"


QUESTIONS = (
    Question("source", "Source document", "The document in which the claim stands.", "ally:source"),
    Question("affirms", "Affirmed", "What the claim says is so.", "ally:affirms"),
    Question("denies", "Denied", "What the claim says is not so.", "ally:denies"),
    Question("doubts", "Doubted", "What the claim leaves open.", "ally:doubts"),
    Question("asserted_by", "Who answers for it", "Who answers for it.", "ally:assertedBy"),
    Question(
        "may_be_asserted_by",
        "Who may answer for it, two or more",
        "Instead of --asserted-by where the text is ambiguous: each candidate.",
        "ally:mayBeAssertedBy",
        many=True,
    ),
    Question(
        "reported_by",
        "Through whom it came",
        "Through whom it reached the source; repeat for more.",
        "ally:reportedBy",
        many=True,
    ),
    Question(
        "modality",
        "How it is put forward",
        "Fact, plan, proposal, expectation, opinion, uncertainty or rumour.",
        "ally:modality",
        metavar="KIND",
    ),
    Question(
        "text",
        "File with the text of the source",
        "Plain text of the source, in which the quote must stand.",
        metavar="FILE",
    ),
    Question("quote", "The words, at most 15", "The words, at most fifteen.", metavar="WORDS"),
    Question(
        "no_quote",
        "Why there is no quote",
        "Instead of --quote: why there is none.",
        "ally:noQuoteReason",
        metavar="REASON",
    ),
    Question(
        "quotation",
        "How the words stand in the source",
        "Verbatim, part-verbatim, paraphrase, editorial-insertion or caption.",
        "ally:quotation",
        metavar="KIND",
    ),
    Question(
        "said_on",
        "When it was said, if not on the day of the document",
        "When it was said, as precisely as the source.",
        "ally:saidOn",
        metavar="DATE",
    ),
    Question("start", "Start", "Start of the spell, as precisely as the source.", metavar="DATE"),
    Question("end_kind", "Its end", "Known, ongoing, renewing or unknown.", metavar="KIND"),
    Question("end", "End", "End of the spell, as precisely as the source.", metavar="DATE"),
    Question(
        "attested",
        "Last day on which it was surely so, or 'said' for the day of the source",
        "A day on which it was so, or 'said' for the day on which it was said.",
        metavar="DAY",
    ),
    Question(
        "label",
        "The claim in a few words",
        "The claim in a few words.",
        "rdfs:label",
        metavar="TEXT",
    ),
    Question(
        "review",
        "Review",
        "Verified where you have read the source, else unverified.",
        "ally:review",
        metavar="KIND",
    ),
    Question(
        "hedged",
        "Does the speaker hedge",
        "The speaker weakens it (apparently, it seems).",
        "ally:hedged",
        rare=True,
        flag=True,
    ),
    Question(
        "public_act",
        "Was it a public act of its day",
        "An act that was public on its day (an accession, a signature).",
        "ally:publicAct",
        rare=True,
        flag=True,
    ),
    Question(
        "started_by",
        "Day by which it had started",
        "Instead of --start: a day by which it had started.",
        rare=True,
        metavar="DAY",
    ),
    Question(
        "ended_by",
        "Day by which it had ended",
        "Instead of --end: a day by which it had ended.",
        rare=True,
        metavar="DAY",
    ),
    Question(
        "term",
        "Term that is renewed",
        "The term that is renewed, as 2023/2026.",
        "ally:term",
        rare=True,
        metavar="DATE",
    ),
    Question(
        "said_in",
        "Where it was first said",
        "The document or event in which it was first said.",
        "ally:saidIn",
        rare=True,
    ),
    Question(
        "sentence",
        "Number of the sentence",
        "Number of the sentence of the quote; 0 is the dateline.",
        rare=True,
        metavar="NUMBER",
    ),
    Question("note", "Note", "A note on the claim.", "skos:note", rare=True, metavar="TEXT"),
    Question(
        "appraisal",
        "As what the speaker ranks the object",
        "As what the speaker ranks the object of a concern or position.",
        "ally:appraisal",
        rare=True,
        metavar="KIND",
    ),
    Question(
        "rank", "Rank", "Preferred, normal or deprecated.", "ally:rank", rare=True, metavar="KIND"
    ),
    Question(
        "further_source",
        "Further document with the same statement",
        "A document that also has it; repeat for more.",
        "ally:furtherSource",
        many=True,
        rare=True,
    ),
    Question(
        "inferred_from",
        "Claim from which it follows",
        "A claim from which it follows; repeat for more.",
        "ally:inferredFrom",
        many=True,
        rare=True,
    ),
    Question(
        "supersedes",
        "Older claim that it takes the place of",
        "An older claim of the same asserter or source; repeat for more.",
        "ally:supersedes",
        many=True,
        rare=True,
    ),
    Question(
        "corrects",
        "Claim that it corrects",
        "A claim that it corrects; repeat for more.",
        "ally:corrects",
        many=True,
        rare=True,
    ),
    Question(
        "retracts",
        "Claim that it takes back",
        "A claim that it takes back; repeat for more.",
        "ally:retracts",
        many=True,
        rare=True,
    ),
    Question(
        "resolves",
        "Expectation that it settles",
        "A claim (plan, expectation, doubt) that it settles; repeat for more.",
        many=True,
        rare=True,
    ),
    Question(
        "recorded_by",
        "Who records it",
        "Who writes the claim into the graph; repeat for more.",
        "ally:recordedBy",
        many=True,
        rare=True,
    ),
    Question(
        "reviewed_by",
        "Who has reviewed it",
        "Who compared it with its source after it was recorded; repeat for more.",
        "ally:reviewedBy",
        many=True,
        rare=True,
    ),
    Question(
        "row",
        "Id of its row",
        "Id of its row in the source, as S012.  Default: the next free one.",
        rare=True,
        metavar="ID",
    ),
)
BY_KEY = {question.key: question for question in QUESTIONS}


@dataclass
class NewThing:
    """A thing to be made: short name, class, and properties with what was written for them."""

    name: str
    kind: str
    values: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Answers:
    """All that a curator said: by question, the things to be made, and files chosen for things."""

    values: dict[str, list[str]] = field(default_factory=dict)
    things: list[NewThing] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)

    def one(self, key: str) -> str | None:
        """Give the answer to a question, or None."""
        return next(iter(self.values.get(key, ())), None)

    def arguments(self) -> list[str]:
        """Give the options that say the same."""
        given: list[str] = []
        for thing in self.things:
            given += ["--new", thing.name, thing.kind]
            for name, text in thing.values:
                given += ["--set", thing.name, name, text]
        for name, path in self.files.items():
            given += ["--into", name, path]
        for question in QUESTIONS:
            for text in self.values.get(question.key, ()):
                given += [question.option] if question.flag else [question.option, text]
        return given
