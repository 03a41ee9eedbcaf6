"""The clocks of the model, evaluated one pair of days at a time, as slowly as they are written.

Nothing of the package is used: what `allygraph.holdings` computes in sweeps is said here again in
the words of the definitions, so that the two can be compared. Days are ordinals, absent bounds
are None.
"""

from dataclasses import dataclass

PERSISTENT = ("position", "concern", "stage")


@dataclass(frozen=True)
class Statement:
    """A claim as data has it: who says what of which thing, from where, with which bounds."""

    name: str
    thing: str
    polarity: str = "affirms"
    modality: str = "fact"
    asserters: tuple[str, ...] = ("a",)
    source: str = "doc"
    published: int = 1
    strikes: tuple[str, ...] = ()
    hedged: bool = False
    end_kind: str = "unknown"
    public_act: bool = False
    verified: bool = True
    es: int | None = None
    ls: int | None = None
    ee: int | None = None
    le: int | None = None


@dataclass(frozen=True)
class Node:
    """A thing that can hold: its kind and what ties it to other things."""

    name: str
    kind: str = "spell"
    holder: str = ""
    about: str = ""
    value: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class World:
    """All nodes and statements; actors whose name begins with ``unnamed`` have no name."""

    nodes: tuple[Node, ...]
    statements: tuple[Statement, ...]


def known_since(statement):
    """Clocks 3: the day of the source, or with a public act the day of the act."""
    if statement.public_act:
        for day in (statement.ls, statement.le, statement.ee):
            if day is not None:
                return day
    return statement.published


def current(world, statement, k):
    """Clocks 4: known by k, and not struck by k by the same voice or source."""
    if known_since(statement) > k:
        return False
    for other in world.statements:
        if statement.name not in other.strikes or known_since(other) > k:
            continue
        same_voice = len(other.asserters) == 1 and other.asserters == statement.asserters
        if same_voice or other.source == statement.source:
            return False
    return True


def is_fact(node, statement):
    """Modality fact; or a holder voices a position or concern of its own as an opinion."""
    if statement.modality == "fact":
        return True
    own = node.kind in ("position", "concern") and statement.asserters == (node.holder,)
    return own and statement.modality == "opinion"


def known_by(world, k):
    """Give the world with only those statements that are current by k."""
    return World(world.nodes, tuple(s for s in world.statements if current(world, s, k)))


def evaluate(world, node, d):
    """Give (certainty, standing, verified, names) of a node on d, or None; see `known_by`."""
    if node.kind == "proposal":
        return evaluate_proposal(world, node, d)
    said = said_of(world, node)
    facts = [s for s in said if s.polarity == "affirms" and is_fact(node, s)]
    certainty, clash = certainty_of(node, facts, d)
    if certainty != "none":
        certainty, clash = among_rivals(world, node, certainty, clash, d)
    firm = [s for s in facts if not s.hedged]
    base = firm if certainty in ("sure", "presumed") else facts
    return verdict(node, said, d, certainty, clash, base)


def said_of(world, node):
    """Give all claims about a node."""
    return [s for s in world.statements if s.thing == node.name]


def excludes(statement, d):
    """Clocks 5: before the earliest start or after the latest end."""
    before = statement.es is not None and d < statement.es
    return before or (statement.le is not None and d > statement.le)


def begun(statement, d):
    """It had begun for certain."""
    return statement.ls is not None and statement.ls <= d


def lasts(statement, d):
    """It had not ended for certain."""
    return statement.ee is not None and statement.ee >= d


def certainty_of(node, facts, d):
    """Clocks 5, with hedged claims that exclude days but never make them sure."""
    firm = [s for s in facts if not s.hedged]
    excluders = [s for s in facts if excludes(s, d)]
    if not facts:
        return "none", False
    if excluders:
        others = [s for s in firm if not excludes(s, d)]
        sure = any(begun(s, d) for s in others) and any(lasts(s, d) for s in others)
        return ("possible", True) if sure else ("none", False)
    if any(begun(s, d) for s in firm):
        if any(lasts(s, d) for s in firm):
            return "sure", False
        goes_on = any(s.end_kind in ("ongoing", "renewing") for s in firm)
        if node.kind in PERSISTENT or (node.kind != "event" and goes_on):
            return "presumed", False
    return "possible", False


def rivals_of(world, node):
    """Other positions of the holder on the thing, other stages of the subject."""
    for other in world.nodes:
        if other.name == node.name or other.about != node.about:
            continue
        if node.kind in ("position", "concern"):
            same = other.kind == "position" and other.holder == node.holder
        else:
            same = node.kind == "stage" and other.kind == "stage"
        if same and node.name not in other.reasons:
            yield other


def greatest_start(world, node, d, *, firm=False):
    """Give the greatest latest start up to d among current facts, or 0."""
    facts = [
        s
        for s in said_of(world, node)
        if s.polarity == "affirms" and is_fact(node, s) and not (firm and s.hedged)
    ]
    return max((s.ls for s in facts if begun(s, d)), default=0)


def among_rivals(world, node, certainty, clash, d):
    """A later rival ends it; a later hedged one leaves it possible; contrary ties contest."""
    own = greatest_start(world, node, d)
    rivals = list(rivals_of(world, node))
    if any(greatest_start(world, r, d, firm=True) > own for r in rivals):
        return "none", False
    if any(greatest_start(world, r, d) > own for r in rivals):
        return "possible", True
    if node.kind == "position" and own:
        for rival in rivals:
            if rival.value != node.value and greatest_start(world, rival, d) == own:
                clash = True
    return certainty, clash


def covers(statement, d):
    """A denial or doubt counts on the days within its bounds."""
    return not excludes(statement, d)


def verdict(node, said, d, certainty, clash, base):
    """Clocks 6, review, and the claims that both rest on."""
    facts = [s for s in said if s.polarity == "affirms" and is_fact(node, s)]
    hopes = [s for s in said if s.polarity == "affirms" and not is_fact(node, s)]
    against = [s for s in said if s.polarity != "affirms" and covers(s, d)]
    affirming = base or hopes
    if not affirming and not against:
        return None
    if against:
        affirming = contested_by(node, certainty, base, hopes, against)
    if clash or (affirming and against):
        standing = "contested"
    elif against:
        standing = "denied" if any(s.polarity == "denies" for s in against) else "doubted"
    elif base:
        unnamed = all(a.startswith("unnamed") for s in facts for a in s.asserters)
        standing = "reported" if unnamed else "affirmed"
    else:
        standing = "expected"
    judges = affirming if base and affirming is base else [*affirming, *against]
    verified = any(s.verified for s in judges)
    return certainty, standing, verified, tuple(sorted({s.name for s in [*affirming, *against]}))


def contested_by(node, certainty, base, hopes, against):
    """What denials and doubts contest: facts that hold on the day, else hopes that no fact denies.

    "Not yet" does not contradict "from July on", nor a plan that is still to change it.
    """
    if base and certainty != "none":
        return base
    if any(s.polarity == "denies" and is_fact(node, s) for s in against):
        return []
    return hopes


def evaluate_proposal(world, node, d):
    """Clocks 8: proposed by d, and neither decided nor shelved by d."""
    said = said_of(world, node)
    opened, closed = [], []
    for stage in world.nodes:
        if stage.kind != "stage" or stage.about != node.name:
            continue
        of_stage = said_of(world, stage)
        facts = [s for s in of_stage if s.polarity == "affirms" and s.modality == "fact"]
        if stage.value == "proposed":
            said = said + of_stage
            opened += [s for s in facts if begun(s, d)]
        elif stage.value in ("decided", "shelved"):
            closed += [s for s in facts if begun(s, d)]
    firm = [s for s in opened if not s.hedged]
    if not opened or any(not s.hedged for s in closed):
        certainty = "none"
    else:
        certainty = "sure" if firm and not closed else "possible"
    facts = [s for s in said if s.polarity == "affirms" and s.modality == "fact"]
    base = firm if certainty == "sure" else facts
    clash = certainty == "possible" and bool(closed)
    return verdict(node, said, d, certainty, clash, base + closed if base else base)
