"""Guidelines as labelled topics: what each section is about, and whom each statement is for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sft.examples.corpus import Guideline
from sft.patients.statements import Statement, read


@dataclass(frozen=True)
class Part:
    """A section of a topic; ``kind`` is one of ``QUESTIONS`` below, or ``other``."""

    heading: str
    kind: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Topic:
    """A guideline whose statements are labelled; ``name`` is how a question names the condition."""

    document: str
    title: str
    name: str
    parts: tuple[Part, ...]


_KINDS: tuple[tuple[str, str], ...] = (
    ("pregnancy", r"pregnan|breastfe|lactat"),
    ("kidney", r"kidney|renal"),
    ("caution", r"contraindicat|caution|avoid|safety|interaction|harm|not to"),
    ("urgent", r"urgent|emergency|refer|red flag|admission|immediate"),
    ("monitoring", r"monitor|follow|review|target|goal"),
    ("diagnosis", r"diagnos|assess|test|screen|recogni|confirm|definition"),
    ("prevention", r"prevent|prophyla|vaccin"),
    ("lifestyle", r"lifestyle|non-drug|diet|exercise|self-care|education"),
    ("dose", r"\bdos(e|es|ing)\b"),
    ("second", r"second|alternativ|add-on|failure|resistant|refractory|next|step|persist|allerg"),
    ("treatment", r"treat|first|drug|therap|start|initial|manage|antibiotic|relief|choice"),
)


def kind_of(heading: str) -> str:
    """The kind a heading's words speak of."""
    return next((kind for kind, pattern in _KINDS if re.search(pattern, heading, re.I)), "other")


def short_name(title: str) -> str:
    """How a question names a guideline's condition: the title up to its scope."""
    name = re.split(r":|\(| in (?:adults|children|people|patients)| and its| \u2013 ", title)[0].strip()
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def topic_of(guideline: Guideline) -> Topic:
    """A guideline with every statement read for its needs."""
    parts = tuple(
        Part(
            section.heading,
            kind_of(section.heading),
            tuple(read(line, section.heading, guideline.title) for line in section.lines),
        )
        for section in guideline.sections
    )
    return Topic(guideline.document, guideline.title, short_name(guideline.title), parts)


QUESTIONS: dict[str, tuple[str, ...]] = {
    "treatment": (
        "What is the first-line treatment for {c}?", "How should {c} be treated?", "What should I prescribe for {c}?",
        "Which drug should be started for {c}?", "Best initial therapy for {c}?", "How do I treat this patient's {c}?",
        "What is the recommended treatment of {c} in this patient?", "{c} - what to start with?",
        "Which medicine is recommended first in {c}?", "What treatment do you recommend for {c}?",
    ),
    "second": (
        "What can be given when first-line treatment of {c} fails?", "Which alternatives are there in {c}?",
        "What is second-line treatment for {c}?", "{c} is not controlled, what should be added?",
        "What is the next step in {c} after the first drug?", "What else can be used for {c}?",
    ),
    "dose": (
        "What are the doses for {c}?", "How is the treatment of {c} dosed?", "Dosing of drugs in {c}?",
        "Which dose should be given for {c}?", "How much should be given in {c}?",
    ),
    "caution": (
        "What should be avoided in {c}?", "Which drugs are contraindicated in {c}?", "What are the cautions in {c}?",
        "What must not be given in {c}?", "Which safety issues matter when treating {c}?",
    ),
    "monitoring": (
        "How should {c} be monitored?", "What follow-up is needed in {c}?", "What is the target in {c}?",
        "How often should this patient with {c} be reviewed?", "What should be checked during treatment of {c}?",
    ),
    "diagnosis": (
        "How is {c} diagnosed?", "Which tests confirm {c}?", "How should suspected {c} be assessed?",
        "What are the criteria for {c}?", "Who should be tested for {c}?",
    ),
    "urgent": (
        "When does {c} need urgent referral?", "What needs immediate action in {c}?",
        "When should a patient with {c} be admitted?", "What are the emergencies in {c}?",
    ),
    "prevention": (
        "How can {c} be prevented?", "What prophylaxis is advised in {c}?", "How do I prevent recurrence of {c}?",
    ),
    "lifestyle": (
        "What lifestyle advice helps in {c}?", "What can be done for {c} without drugs?",
        "Which diet or exercise is advised in {c}?",
    ),
    "pregnancy": (
        "How is {c} treated in pregnancy?", "What is safe for {c} in a pregnant woman?", "{c} and pregnancy?",
    ),
    "kidney": (
        "How is {c} treated in kidney disease?", "What changes in {c} when renal function is reduced?",
    ),
}  # fmt: skip
"""Ways to ask for a kind of section; ``{c}`` is the condition."""

HEADING_QUESTIONS = (
    "{h} in {c}?", "What is advised about {h} in {c}?", "{c}: {h}", "What does the guideline say on {h} for {c}?",
)  # fmt: skip
DRUG_QUESTIONS = (
    "What dose of {d} is given in {c}?", "How should {d} be used in {c}?", "Is {d} an option for {c}?",
    "When is {d} used in {c}?", "What should I know about {d} in {c}?",
)  # fmt: skip
WORD_QUESTIONS = (
    "{c}: {w}?", "What about {w} in {c}?", "{w} in {c}?", "Is there advice on {w} for {c}?",
    "What applies to {w} in {c}?",
    "{w}, {c}", "{w}?",
)  # fmt: skip
"""Questions in a statement's own words, ``{w}``."""
COMMON = frozenset(
    (
        "with", "when", "than", "from", "that", "this", "should", "have", "been", "given", "give", "gives",
        "taken", "take", "used", "use", "using", "into", "after", "before", "more", "most", "less", "least",
        "also", "only", "other", "others", "people", "adults", "patients", "including", "such", "because",
        "which", "while", "each", "both", "start", "started", "least", "every", "once", "daily", "twice",
        "mouth", "weeks", "week", "months", "month", "days", "hours", "year", "years", "without", "within",
    )
)  # fmt: skip
OPEN_QUESTIONS = (
    "What treatment do you recommend?", "How should this patient be treated?", "What should I prescribe?",
    "What is the best treatment here?", "Which drug should I start?",
)  # fmt: skip
"""Questions that leave the condition to the patient's record."""
