"""The language pipeline for notes: medspaCy over a blank English model, so that nothing is downloaded.

Sentences come from PyRuSH, sections from medspaCy's sectionizer with the headings below, and negation, family,
uncertainty, history and hypothesis from ConText with medspaCy's own rules and the few added here.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from medrag.knowledge import lexicon

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

# At the start of a line, or inside one after a full stop where it is capitalised and ends with a colon.
_HEADING = (
    r"(?im)(?:^[ \t]*(?:#+[ \t]*|\*\*|-[ \t]*)?(?:{words})(?:\*\*)?[ \t]*(?::(?:\*\*)?|$)"
    r"|(?<=[.;] )(?=(?-i:[A-Z]))(?:{words}):)"
)
_SCOPE = 12  # tokens a cue reaches
_SCOPES = {"TAKING": 60}  # a list of drugs is long

# medspaCy's components keep state while they work: two notes read at once mix, and a fact of one is lost.
_ONE_AT_A_TIME = threading.RLock()


@dataclass(frozen=True)
class Mention:
    """A target in a note: its span, kind and the ConText categories that bear on it, with its section."""

    start: int
    end: int
    text: str
    label: str
    cues: frozenset[str] = field(default_factory=frozenset)
    section: str | None = None


@dataclass(frozen=True)
class Target:
    """A span to judge: character offsets into the note and what it is (``CONDITION``, ``DRUG``, ``ALLERGEN``)."""

    start: int
    end: int
    label: str


@lru_cache(maxsize=1)
def pipeline() -> Language:
    """The pipeline; built once, which takes some seconds."""
    from loguru import logger

    # PyRuSH logs every token of the note at DEBUG: patient text must not reach a log.
    logger.disable("PyRuSH")
    import medspacy  # type: ignore[import-untyped]  # noqa: F401 (registers the components and extensions)
    import spacy

    nlp = spacy.blank("en")
    nlp.add_pipe("medspacy_pyrush")
    sectionizer = cast("Any", nlp.add_pipe("medspacy_sectionizer", config={"rules": None}))
    sectionizer.add(_section_rules())
    context = cast(
        "Any", nlp.add_pipe("medspacy_context", config={"rules": None, "terminating_types": lexicon.endings()})
    )
    context.add(_context_rules(context.DEFAULT_RULES_FILEPATH))
    return nlp


def _section_rules() -> list[Any]:
    from medspacy.section_detection import SectionRule  # type: ignore[import-untyped]

    return [
        SectionRule(literal=category, category=category, pattern=_HEADING.format(words="|".join(expressions)))
        for category, expressions in lexicon.headings().items()
    ]


def _context_rules(packaged: str) -> list[Any]:
    """medspaCy's rules and the lexicon's, which come first where both have the same words.

    Those that begin with a colon are left out: a heading's colon is no cue. So are those of the family: they reach
    forward only, and take the child in "Child-Pugh" for one.
    """
    from medspacy.context import ConTextRule  # type: ignore[import-untyped]

    own = {words.casefold() for cue in lexicon.cues() for words in cue.words}
    rules = [
        rule
        for rule in ConTextRule.from_json(packaged)
        if not rule.literal.startswith(":") and rule.category != "FAMILY" and rule.literal.casefold() not in own
    ]
    return rules + [
        ConTextRule(words, cue.category, direction=cue.direction, max_scope=_SCOPES.get(cue.category, _SCOPE))
        for cue in lexicon.cues()
        for words in cue.words
    ]


def sections(doc: Doc) -> list[tuple[str | None, int, int]]:
    """Each section's category and the character span of its body."""
    found = []
    for section in doc._.sections:
        start, end = section.body_span
        if start < end:
            body = doc[start:end]
            found.append((section.category, body.start_char, body.end_char))
    return found


def segment(text: str) -> Doc:
    """``text`` tokenised, in sentences and sections, before any target is judged."""
    with _ONE_AT_A_TIME:
        nlp = pipeline()
        doc = nlp.make_doc(text)
        for name in ("medspacy_pyrush", "medspacy_sectionizer"):
            doc = nlp.get_pipe(name)(doc)
    _end_sentences_at_lines(doc)
    return doc


def _end_sentences_at_lines(doc: Doc) -> None:
    """A list item is a sentence of its own: a new line starts one unless it goes on in lower case or after a comma."""
    for token in doc[1:]:
        before = doc[token.i - 1]
        if "\n" in before.text and not token.text[0].islower():
            said = next((each for each in reversed(doc[: before.i]) if not each.is_space), None)
            token.is_sent_start = said is None or said.text != ","


def judge(doc: Doc, targets: Sequence[Target]) -> list[Mention]:
    """ConText's verdict on each target (the longest of those that overlap), in the order of the note."""
    from spacy.util import filter_spans

    spans = (doc.char_span(each.start, each.end, label=each.label, alignment_mode="expand") for each in targets)
    doc.ents = filter_spans([span for span in spans if span is not None and span.text.strip()])
    with _ONE_AT_A_TIME:
        doc = pipeline().get_pipe("medspacy_context")(doc)
    return [
        Mention(
            ent.start_char,
            ent.end_char,
            re.sub(r"\s+", " ", ent.text),
            ent.label_,
            _cues(ent, doc.text),
            ent._.section_category,
        )
        for ent in doc.ents
    ]


_RESOLVED = re.compile(r"\bresolved\s+$", re.IGNORECASE)
_NON = re.compile(r"\bnon[- ]?$", re.IGNORECASE)
_SAID_NO = re.compile(r"\s*[:=]\s*(?:no|none|negative|denie[sd]|absent)\b[ \t]*(?=[.,;\n]|$)", re.IGNORECASE)


_WITHIN_CLAUSE = {"NEGATED_EXISTENCE", "STOPPED"}


def _cut_off(modifier: Any, ent: Any) -> bool:
    """Whether a semicolon stands between a target and a cue that would take it away: "no benefit; takes X"."""
    start, end = modifier.modifier_span
    between = ent.doc[end : ent.start] if end <= ent.start else ent.doc[ent.end : start]
    return modifier.category in _WITHIN_CLAUSE and ";" in between.text


def _cues(ent: Any, text: str) -> frozenset[str]:
    """The categories that bear on a target; "diabetes: no" and "non-diabetic" count as negated."""
    found = {each.category for each in ent._.modifiers if not _cut_off(each, ent)}
    if _RESOLVED.search(text[max(0, ent.start_char - 10) : ent.start_char]):
        found.add("OVER")
    if _SAID_NO.match(text, ent.end_char) or _NON.search(text[max(0, ent.start_char - 5) : ent.start_char]):
        found.add("NEGATED_EXISTENCE")
    return frozenset(found)
