"""What is said of each thing that a note names: by cues, by what takes its place, by its column, by its list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from medrag.patient.formats.note.header.demographics import patients_names
from medrag.patient.formats.note.named import DECIDING, Note, Said, Target
from medrag.patient.formats.note.status.columns import in_columns
from medrag.patient.formats.note.status.exchanges import exchanged
from medrag.patient.formats.note.status.lists import closed, goes_on, lists_doses, lists_drugs
from medrag.patient.formats.note.status.others import Others
from medrag.patient.formats.note.status.reconciled import begun, is_begun
from medrag.reading.boundaries import WRAPPED_AT, Sentence, sentences
from medrag.reading.context import Context, together
from medrag.reading.languages import pattern
from medrag.reading.matcher import Token
from medrag.reading.sections import Sections
from medrag.reading.terms import Kind

_OF_EXCHANGE = frozenset({"stopped", "taking", "planned", "past", "history", "narrated", "conditional"})
"""What other cues say of drugs of which one takes the other's place."""
UPON = 40
"""Characters before an illness that lasts in which the acute one on top of it is named ("AKI on CKD, resolved")."""
_BETTER = frozenset({"well", "eased"})
_HERE = frozenset({"current", "possible", "absent", "family", "planned"})
"""What is said of a problem that its entry does not end."""
_IN_PASSING = frozenset({"end", "present", "current", "self", "reports"})
"""What other cues may say of drugs that are only listed."""
_EMPTY_CELL = re.compile(r"\|\s*(?:nil|none|no|-|–)\s*\|", re.IGNORECASE)
"""A cell of a row of drugs that says that it was not taken there, which denies nothing."""


def said_of_each(
    note: Note, parts: Sections, words: Sequence[Token], targets: Sequence[Target]
) -> Iterator[tuple[Sentence, list[Said]]]:
    """The sentences of a note in order, each with what is said of what it names."""
    text = note.text
    context = Context(text, words, [(each.start, each.end) for each in targets], patient=patients_names(text))
    headings = (place for section in parts.all for place in (section.heading, section.start))
    by_arrow = exchanged(text, targets)
    now_begun = begun(text)
    listed = {place for place, each in enumerate(targets) if parts.category(each.start) == "allergies"}
    over = set(closed(text, targets))
    others = Others(text)
    by_column = in_columns(text, targets, listed)
    found: list[Said] = []
    parted = sentences(text, sorted([*headings, *_entries(text, parts, targets)]))
    for sentence in together(text, parted, [each.start for each in targets]):
        alone = lists_drugs(text, sentence, targets) or lists_doses(text, sentence, targets)
        more = goes_on(text, sentence, found, targets)
        empty = sentence.row and _EMPTY_CELL.search(text, sentence.start, sentence.end)
        found = []
        for place, said_of_it in context.judge(sentence):
            target, cues = targets[place], said_of_it
            section = "medications" if sentence.row and not found else parts.category(target.start)
            if section != "allergies" and place in by_arrow:
                cues = (cues - _OF_EXCHANGE) | {by_arrow[place]}
            if place in by_column:
                cues = by_column[place]
            if "planned" in cues and is_begun(text, now_begun, target):
                cues = cues - {"planned"} | {"taking"}
            if place in over and not cues & _HERE:
                cues |= {"eased"}
            if cues & _BETTER:
                cues = cues - _BETTER | ({"over"} if _is_over(target, cues) else set())
            cues = _by_kind(text, target, cues)
            if found and not cues and _is_same(text, found[-1].target, target):
                cues = found[-1].cues
            if target.term.says:
                cues |= {target.term.says}
            cues |= _of_list(cues, alone=alone, more=more and not found)
            if others.spoken_of(sentence, target.start):
                cues |= {"family"}
            if empty:
                cues -= {"absent"}
            found.append(Said(target, cues, section, text, note.origin, note.date))
        yield sentence, found


def _of_list(cues: frozenset[str], *, alone: bool, more: bool) -> frozenset[str]:
    """What the list that it stands in says of a thing of which the ``cues`` say nothing else."""
    if more and not cues:
        return frozenset({"allergic"})
    return frozenset({"listed"}) if alone and cues <= _IN_PASSING else frozenset()


def _by_kind(text: str, target: Target, cues: frozenset[str]) -> frozenset[str]:
    """The cues, those resolved that say one thing of a drug and another of an illness, or of some illnesses alone.

    A dash set to a drug's name denies nothing.
    """
    drug = target.term.drug
    if "sober" in cues:
        habit = pattern("predicates", "habit").search(target.term.name) is not None
        cues = cues - {"sober"} | ({"over"} if habit else set())
    if "remission" in cues:
        lasts = pattern("predicates", "relapsing").search(target.term.name) is not None
        cues = cues - {"remission"} | ({"current"} if lasts else {"over"})
    if "unfound" in cues:
        lasts = pattern("predicates", "lasting").search(target.term.name) is not None
        found = lasts or target.term.kind is not Kind.CONDITION
        cues = cues - {"unfound"} | (set() if found else {"absent"})
    if "given" in cues:
        taken = drug and not any("vaccin" in each for each in (*drug.ingredients, drug.drug_class or ""))
        cues = cues - {"given"} | ({"about"} if "about" in cues or not taken else {"taking"})
    if "over" in cues and pattern("predicates", "upon").search(text[max(0, target.start - UPON) : target.start]):
        cues -= {"over"}
    dashed = target.term.kind is Kind.DRUG and text[max(0, target.start - 1) : target.start] in {"-", "–"}
    return cues - {"absent"} if dashed else cues


def _is_same(text: str, one: Target, other: Target) -> bool:
    """Whether ``other`` stands in brackets behind ``one`` as its other name ("COC (Microgynon)")."""
    end = max(other.end, other.stop)
    opened = text[max(one.end, one.stop) : other.start].strip() == "(" and text[end : end + 2].lstrip()[:1] == ")"
    return opened and one.term.kind is other.term.kind


def _is_over(target: Target, cues: frozenset[str]) -> bool:
    """Whether an illness that is said to be well is over: one that lasts is only better."""
    lasts = pattern("predicates", "lasting").search(target.term.name) is not None
    return target.term.kind is Kind.CONDITION and ("well" in cues or not lasts)


def _entries(text: str, parts: Sections, targets: Sequence[Target]) -> Iterator[int]:
    """Where a line of a list of drugs, or of a plan, begins with one: what the line before says does not reach it."""
    began = -1
    for each in targets:
        line = text.rfind("\n", 0, each.start) + 1
        if text[line : each.start].strip(" \t-*•"):
            continue
        category = parts.category(each.start)
        before = text.rfind("\n", 0, max(0, line - 1)) + 1
        listed = each.term.kind is Kind.DRUG and _is_short(text[before : max(0, line - 1)])
        if (
            category in {"medications", "stopped"}
            or (each.directions and (category in DECIDING or listed))
            or (began == before and (listed or each.directions))
        ):
            yield line
        began = line if each.term.kind is Kind.DRUG else began


def _is_short(line: str) -> bool:
    """Whether a line is too short to go on in the next, and does not end as if it did."""
    said = line.rstrip()
    return len(said) < WRAPPED_AT and pattern("context", "goes on").search(said) is None
