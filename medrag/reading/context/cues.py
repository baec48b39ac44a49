"""The cues of a language, and the wordings by which it is decided what they reach."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from medrag.reading.languages import CueList, language
from medrag.reading.matcher import Letters, Matcher

MOST_WORDS = {"item": 8, "list": 14, "sentence": 40, "adjacent": 2}
"""Words besides other mentions that may stand between a cue of that reach and what it bears on."""
MARK = re.compile(r"\([-−–+ xX✓✔]\)|\[(?: ?|[xX✓✔NnYy]|(?i:yes|no))\]|[☐☑☒□■]")
MINUS = re.compile(r"(?:(?<=\s)|\A)[-−–](?=[A-Za-z])")
FEWEST_MINUS = 2
"""Signs set to words: so many in one sentence deny ("-fever -rash")."""
OF_RELATIVE = re.compile(r"\bin (?:\w+ ){0,2}$", re.I)
BESIDE = re.compile(
    r"[ \n|-]*(?:(?:and|&|or|,|/)\s?[A-E]\s?"
    r"|\+ ?\w{2,14}\s|(?:\([^()\n]{1,30}\))?"
    r"(?:\s?(?:/|\bor\b)\s?[A-Za-z][\w-]{2,16}|(?:/[A-Za-z][\w-]{0,8}){2,4})?[ |]*)?",
    re.I,
)
"""Nothing, or another of the kind ("hepatitis B and C serology")."""
BESIDE_TESTS = re.compile(r"\s?(?:and|&|or|,|/)\s?\w{2,14}\s", re.I)
TESTS = re.compile(r"(?:abs?|ag|serolog\w+|vaccin\w+|immuni[sz]ations?|boosters?|jabs?|antibod\w+)\b", re.I)
"""Another name may stand before the word for a test or a vaccine of both ("influenza and pneumococcal vaccines")."""
ALONE = re.compile(r"[^()\n]{0,12}\)")
EXCHANGES = frozenset({"stopped", "taking", "planned"})
TO = re.compile(r"\b(?:to|with|onto|for|by)\b", re.I)
NEAREST = 16
"""How many cues on either side of a mention are looked at."""
JOINED = re.compile(r"\b(?:and|or|nor|&|plus)\b|(?<=\s)[+&](?=\s)|(?<!\d)/|/(?!\d)")
EITHER = re.compile(r"\bor\b|/|\bcomplicated by\b", re.I)
CAUSED = re.compile(r"[\s-](?:related|induced|associated|provoked)\s\Z", re.I)
IN_LIST = re.compile(
    r"(?:\s?\([^()\n]{1,40}\))?(?:[\s\d./]|\b(?:mg|mcg|g|ml|units?|puffs?|od|bd|tds|qds|om|on|nocte|mane|daily|prn|bid|tid|po)\b)*"
    r"(?:[,/&+]|\band\b|\bor\b)[\s,]{0,2}(?:(?:and|or|also)\s)?",
    re.I,
)
"""What stands between two items of a list, but for their directions: what is said at its end is of the last."""
EXTENDS = frozenset(
    {"stopped", "absent", "refused", "allergic", "taking", "family", "planned", "tolerated", "present"}
    | {"sought", "cleared", "about"}
)
"""What may be said, after a list, of all of its items ("A, B and C were stopped")."""
DENIES = re.compile(r"den(?:y|ies|ied|ying)\b", re.I)
"""A verb of denial reaches all that follows, also in the middle of a list."""
DECIDE = frozenset({"stopped", "taking", "refused"})
"""What is said of a drug one after the other: the last counts ("withheld on admission and restarted")."""
OF_OBJECT = frozenset({"stopped", "taking", "refused", "planned", "tolerated", "allergic"})
"""What a verb may say of the name after it as well as of the one before."""
OBJECT_WORDS = 2
"""Words at most between a clause's verb and what it names ("not taking any X")."""
OF_ROW = frozenset({"stopped", "refused", "taking", "planned"})
"""What a cell of a table of drugs says of its row's drug."""
ANSWERS = frozenset({"absent", "present", "possible"})
VOID = frozenset({"nothing", "still"})
"""What keeps the words in a sign from being read; "still" says that a drug is taken, in place of what they say."""
ALWAYS = frozenset({"end", "self", "reports"})
OR = re.compile(r"\b(?:or|nor)\b")
APART = re.compile(r"\.|\s[-–—]\s|[✓✔✗✘☑☒]")
TICKED = re.compile(r"[✓✔✗✘☑☒]")
PLURAL = re.compile(r"\b(?:were|are|have been|all|both)\b", re.I)
NEW_CLAUSE = re.compile(r"[-–—,]\s(?:(?:but|and)\s)?(?:s?he|they|I|we)\s(?:\w+\s)?\Z")
"""What a new clause begins with: the verb after it is of what follows ("no NSAIDs - he stopped Celebrex")."""
NEXT = 40


@dataclass(frozen=True, slots=True)
class Cue:
    """``text[start:end]`` says ``says`` of what stands before or after it."""

    start: int
    end: int
    says: str
    side: str
    reach: str
    sign: bool = False


Signs = tuple[tuple[re.Pattern[str], CueList], ...]


@lru_cache(maxsize=4)
def cue_matchers(code: str) -> tuple[Matcher[CueList], Signs, dict[str, frozenset[str]]]:
    """The matcher of a language's cues in words, its cues in signs, and what ends each kind."""
    known = language(code)
    words = ((written, Letters.ANY, cue) for cue in known.cues for written in cue.words)
    signs = tuple((re.compile("|".join(cue.signs)), cue) for cue in known.cues if cue.signs)
    return Matcher(words), signs, known.ended_by


def in_order(cue: Cue) -> tuple[int, int]:
    """Sorts cues by where they begin, the longer first."""
    return cue.start, -cue.end
