"""The grading that stands in a recommendation's own words: "(strong recommendation, low-quality evidence)".

A NICE recommendation's verb is its strength (offer, consider, do not), GRADE's circles and arrows are read as drawn.

Only wordings that can mean nothing else are read: "NYHA class II", "two Class II studies" and "grade 3 toxicity" are
none, and bare marks such as "(B)" or "(II-2A)" only where the guideline's own rating schemes say what they are. What
the words are worth on a common scale is :mod:`medrag.retrieval.scales`'s business.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

_WORDS = r"strong(?:ly)?|moderate|weak|conditional|discretionary"
_CLASS = r"(?-i:III|II[ab]?|I|[123][ab]?)\b"
_QUALITY = r"very[ -]low|low|moderate|intermediate|high"
# What is followed by another value is a scale that is explained: "strength (strong, weak)", "grade A, B or C".
_ALONE = rf"(?![\w–-]|\s*(?:,|/|or|to|and)\s+(?:or\s+)?(?:{_WORDS}|{_QUALITY}|(?-i:[A-E]|[1-5]|[IV]+))\b)"
_STRENGTH_VALUE = rf"({_WORDS}|{_CLASS}|(?-i:[A-D])\b){_ALONE}"
_GRADE_VALUE = rf"({_QUALITY}|(?-i:[A-E](?:-(?:R|NR|LD|EO))?|[1-5][abc]?[+-]{{0,2}}|I{{1,3}}[ab]?|IV|V)){_ALONE}"
_IS = r"\s*(?:[:=,(]|is|was)?\s*"
# "STRENGTH: 2.5 mg" is a tablet's.
_NO_AMOUNT = r"(?!\.\d|\s*(?:%|/|(?:mg|mcg|micrograms?|g|ml|units?|mmol)\b))"

# ACCP's and IDSA's marks hold both: (1B), [Grade 2C], (A-II).
_BOTH = re.compile(
    r"(?:[(\[]|\b[Gg]rade:?\s+)(?P<strength>[12])(?P<grade>[A-D])(?=[)\];,.]|\s*$)"
    r"|[(\[](?P<letter>[A-D])-?(?P<roman>(?<=-)I|I{2,3})[)\]]",
)
_STRENGTH = re.compile(
    r"(?<!\bno )(?<!\bwithout )(?<!\bwithout a )"
    r"\b(strong|moderate|weak|conditional|discretionary)\s+(?:positive\s+|negative\s+)?recommendation\b"
    r"|[(\[]\s*(strong|weak|conditional)(?:\s+(?:for|against))?\s*[;,)\]](?!\s*(?:moderate,|weak|conditional))"
    rf"|\b(?:strength|class|grade)\s+of\s+(?:the\s+)?recommendations?{_IS}{_STRENGTH_VALUE}"
    rf"|\b(?:recommendation\s+(?:strength|class|grade)|(?-i:COR|SOR)){_IS}{_STRENGTH_VALUE}"
    rf"|(?<!evidence )\bstrength\s*[:=]\s*{_STRENGTH_VALUE}{_NO_AMOUNT}"
    rf"|\bclass(?:\s*:\s*|\s+)({_CLASS})(?=\s*[;,]?\s*\(?(?:level|LOE|recommendation)\b)"
    rf"|(?:[(\[]\s*recommendation\s+category\s*[:=]?|\brecommendation\s+category\s*[:=])\s*((?-i:[A-D])\b){_ALONE}"
    r"|[(\[](?-i:([A-D]))\s+recommendation\b",
    re.IGNORECASE,
)
_GRADE = re.compile(
    rf"\b({_QUALITY})[ -](?:quality|certainty|level)\s+(?:of\s+)?(?:the\s+)?evidence\b"
    rf"|\b(?:level|quality|certainty|strength|grade)s?\s+of\s+(?:the\s+)?evidence{_IS}(?:grade\s+)?{_GRADE_VALUE}"
    rf"|\bevidence(?:\s+(?:quality|level|strength|grade))+{_IS}(?:grade:?\s+)?{_GRADE_VALUE}"
    rf"|[(\[;,]\s*(?:level|LOE|BEL)\s*[:=]?\s*{_GRADE_VALUE}(?=\s*[;,)\]])"
    rf"|\b(?-i:LOE|BEL)\s*[:=]?\s*{_GRADE_VALUE}"
    rf"|\blevel\s+{_GRADE_VALUE}\s+evidence\b"
    rf"|\brecommendation\s+category{_IS}[A-D]\W+evidence\s+type{_IS}{_GRADE_VALUE}"
    rf"|\bclass\s*:\s*{_CLASS}\s*;\s*level\s*:\s*{_GRADE_VALUE}"
    rf"|[(\[]\s*(?:{_WORDS})[^()\[\];,]*[;,]\s*({_QUALITY})(?:[ -](?:quality|certainty))?\s*[)\]]"
    rf"|\bcertainty\s*:\s*{_GRADE_VALUE}",
    re.IGNORECASE,
)
# GRADE's own symbols: four circles with a cross or without, an arrow or two up or down.
_CIRCLES = re.compile(r"[⊕⨁➕]{1,4}[⊖◯○O⨀☉⊝−-]{0,3}")
_CIRCLED = {1: "very low", 2: "low", 3: "moderate", 4: "high"}
_ARROWS = re.compile(r"(?<!\w)([↑↓]{1,2})(?=[\s,;]*[?⊕⨁]|\s*[)\]])")
# NICE's manual: "offer" and "do not" are strong, "consider" is weak; so it speaks only in its numbered recommendations.
_NICE = re.compile(r"^(?:R(?:ecommendation)?\s*)?\d{1,2}(?:\.\d{1,3}){2,4}\.?\s+(.*)", re.DOTALL)
_NICE_STRONG = re.compile(r"(?<!and )(?<!but )(?<!or )\b(?:do not|offer)\b", re.IGNORECASE)
_NICE_WEAK = re.compile(r"(?<!and )(?<!but )(?<!or )\bconsider\b", re.IGNORECASE)

# "Grade B" is a recommendation's, unless evidence is spoken of; "grade A, B or C" is a scale.
_LETTER = re.compile(
    r"(?<!of )\b[Gg]rade:?\s+([A-D])(?![\w-]|\s*(?:,|/|or|to|and)\s+(?:or\s+)?[A-D]\b)(\s+(?:\w+\s+)?evidence)?"
)


# What explains a scale speaks of strengths and grades without having one.
_SCALE = re.compile(
    r"\b(?:definitions?|schemes?|grading|rating|grades? means?)\b"
    r"|\b(?:levels?|grades?|strengths?|quality|class(?:es|ification)?)\b.*\b(?:evidence|recommendations?)\b",
    re.IGNORECASE,
)
_EXPLAINS = re.compile(
    r"^\s*(?:grade|level|class)\s+[A-E1-5IV+]{1,3}\s*:"
    r"|^\s*category [A-D] recommendation\b|^\s*type \d evidence\b"
    r"|\bcategory [A-D] recommendations? (?:are|is|were|may)\b"
    r"|\b(?:further|higher[- ]quality) research\b|\bclearly outweighs?\b|\bclosely balanced\b"
    r"|\bdesirable (?:effects|consequences)\b"
    r"|\b(?:most|many|majority of) (?:patients|individuals|people)\b.*\bwould (?:not )?want\b"
    r"|\b(?:defined|given|provided|found) (?:below|at the end)\b|\bimplications?:",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Marks:
    """What stands around a recommendation: the letters that the guideline defines as strengths, I, II, III that it
    defines as grades of evidence, and the class of recommendation that its section's heading names."""

    letters: str = ""
    romans: bool = False
    heading: str | None = None

    def under(self, heading: str) -> Marks:
        """The same in a section under ``heading``: "Class IIa", "Class III: No Benefit"."""
        found = _CLASS_HEADING.match(heading)
        return replace(self, heading=found[1] if found else None)


NO_MARKS = Marks()
_CLASS_HEADING = re.compile(r"Class (I{1,3}|II[ab])(?:$|:)")
_DEFINED = r"(?:^|[.;:)\s])(?:(?:grade|class|level|category)\s+)?[(\[]?{}[)\]]?\s*(?:[–—:=-]|\.\s|\s(?=[A-Z\"]))"
# The Canadian task force's C is no recommendation: "the existing evidence is conflicting".
_UNDECIDED = re.compile(_DEFINED.format("C") + r"[^.]{0,60}\bconflicting\b")
_MARK = re.compile(r"[(\[](?:I{1,3}|II-[123])?\s?[,-]?\s?([A-D])[)\]]")
_END = r"[)\]](?=[\s.;]*$)"
_BARE = re.compile(rf"[(\[](?P<letter>[A-D]){_END}")
_PAIR = re.compile(rf"[(\[](?P<roman>I{{1,3}}|II-[123])\s?[,-]?\s?(?P<letter>[A-D]){_END}")


def marks_of(recommendations: str, evidence: str) -> Marks:
    """What bare marks mean by a guideline's schemes for recommendations and for evidence.

    Where both define A, B and C, a mark could be either's and is not read.
    """
    if not _defines(recommendations, "ABC") or _defines(evidence, "ABC"):
        return NO_MARKS
    letters = "ABD" if _UNDECIDED.search(recommendations) else "ABCD"
    return Marks(letters, _defines(evidence, ("I", "II(?:-1)?", "III")))


def _defines(scheme: str, marks: Iterable[str]) -> bool:
    return all(re.search(_DEFINED.format(mark), scheme) for mark in marks)


def _marked(text: str, marks: Marks) -> tuple[str | None, str | None]:
    """Strength and grade by the marks at the end of ``text``; none where it holds others, which are of parts of it."""
    if len(set(_MARK.findall(text))) > 1:
        return None, None
    if marks.romans and (pair := _PAIR.search(text)):
        return (pair["letter"] if pair["letter"] in marks.letters else None), pair["roman"]
    if (bare := _BARE.search(text)) and bare["letter"] in marks.letters:
        return bare["letter"], None
    return None, None


def explains_a_scale(heading: str) -> bool:
    """Whether a section under ``heading`` explains a scale of strengths or grades: "Levels of Evidence"."""
    return _SCALE.search(heading) is not None


def grading(text: str, marks: Marks = NO_MARKS) -> tuple[str | None, str | None]:
    """Strength of the recommendation and grade of its evidence, in the text's own words; None where it gives none."""
    if _EXPLAINS.search(text):
        return None, None
    if any(marked := _marked(text, marks)):
        return marked
    if any(drawn := _drawn(text)):
        return _first(_STRENGTH.search(text)) or drawn[0], drawn[1] or _first(_GRADE.search(text))
    both = _BOTH.search(text)
    strength = _first(_STRENGTH.search(text)) or (both and (both["strength"] or both["letter"]))
    grade = _first(_GRADE.search(text)) or (both and (both["grade"] or both["roman"]))
    if letter := _LETTER.search(text):
        if strength or letter.group(2):
            grade = grade or letter.group(1)
        elif letter.group(1) != grade:
            strength = letter.group(1)
    return strength or (marks.heading if grade else None) or _worded(text), grade or None


def _drawn(text: str) -> tuple[str | None, str | None]:
    """Strength and grade by GRADE's arrows and circles."""
    circles = [each for each in _CIRCLES.findall(text) if len(each) == 4]
    arrows = _ARROWS.search(text)
    strength = None if arrows is None else "strong" if len(arrows[1]) == 2 else "weak"
    return strength, _CIRCLED[sum(each in "⊕⨁➕" for each in circles[0])] if circles else None


def _worded(text: str) -> str | None:
    """A numbered recommendation's strength by NICE's verbs: the first that it has."""
    numbered = _NICE.match(text)
    if not numbered:
        return None
    strong, weak = _NICE_STRONG.search(numbered[1]), _NICE_WEAK.search(numbered[1])
    if strong and (not weak or strong.start() < weak.start()):
        return "offer" if strong[0].lower() == "offer" else "do not"
    return "consider" if weak else None


def _first(match: re.Match[str] | None) -> str | None:
    return next((group for group in match.groups() if group), None) if match else None
