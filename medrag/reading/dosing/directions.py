"""How a drug is to be taken, in the words after its name: amount, form, route, how often ("5 mg PO BID", "1-0-1")."""

from __future__ import annotations

import re

from medrag.reading.dosing.doses import AMOUNT
from medrag.reading.dosing.frequency import OFTEN

LONGEST = 120
_SEPARATOR = re.compile(r"[ \t,:(=@|]{0,4}")
_FORM = re.compile(
    r"(?:(?:er|xr|xl|sr|cr|ec|dr|la|mr|ir|retard|hfa|odt|tablets?|tabs?|capsules?|caps?|caplets?|pills?|puffs?"
    r"|inh(?:alation)?s?|sprays?|drops?|gtts?|patch(?:es)?"
    r"|suppositor(?:y|ies)|pens?|vials?|solution|soln|suspension|susp|syrup|elixir|liquid|injections?|inj|cream"
    r"|ointment|gel|lotion|inhaler|nebs?|nebuli[sz]er"
    r"|modified[- ]release|extended[- ]release|slow[- ]release|delayed[- ]release|enteric[- ]coated|sodium"
    r"|hydrochloride|hcl|tartrate|succinate|maleate|besylate"
    r"|mesylate|fumarate|potassium|calcium|acetate|sulfate|sulphate|phosphate|dose|total|each|ea|of)\b\.?)",
    re.IGNORECASE,
)
_ROUTE = re.compile(
    r"(?:p\.?o\.?|by mouth|orally|oral|i\.?v\.?|i\.?m\.?|s\.?c\.?|s\.?q\.?|subq|subcut(?:aneous(?:ly)?)?|s\.?l\.?"
    r"|sublingual(?:ly)?|topical(?:ly)?|inhaled|inh|neb|p\.?r\.?|intranasal(?:ly)?|nasal(?:ly)?"
    r"|transdermal(?:ly)?|via (?:ng|peg|nj|the peg)(?: tube)?"
    r"|ophthalmic|per rectum|vaginal(?:ly)?|ou|od(?= (?:eye|drop))|in (?:both|each|the|right"
    r"|left) (?:eyes?|nostrils?)|each nostril|buccal)(?![A-Za-z])",
    re.IGNORECASE,
)
_SIG = re.compile(
    r"(?:p\.?r\.?n\.?|as needed|as required|as directed|with meals?|with food|before meals|after meals|ac|pc|stat|mane"
    r"|nocte|om|on|qam|qpm|q ?am|q ?pm|qday|qdaily|every morning|every evening|in the morning"
    r"|in the evening|per sliding scale|sliding scale|as per INR|per INR|by INR|x\s?\d{1,2}\s?(?:days?|d|weeks?|wks?"
    r"|months?|yrs?|years?)\b|\d{1,2}/(?:7|12|52)\b|for \d{1,2} (?:days|weeks|months)"
    r"|[0-3½](?:-[0-3½]){2,3}|\d ?(?:x|times) ?(?:daily|a day|weekly|a week|/ ?d(?:ay)?)|(?:mon|tue|wed|thu|fri|sat"
    r"|sun)[a-z]*\b|alternate days|every \d{1,2} (?:hours|hrs|days|weeks|months)"
    r"|q ?\d{1,2}(?: ?- ?\d{1,2})? ?(?:h|hr|hrs|hours|d|days|wk|wks|weeks|mo|months)\b|\d{1,2} ?(?:hourly|weekly"
    r"|monthly)|(?:once|twice|three times|four times)(?: (?:a|per|each) (?:day|week|month)|[- ](?:daily|weekly"
    r"|monthly))?"
    r"|at (?:night|bedtime)|bedtime|every other (?:day|week)|yearly|monthly|every \d{1,2}(?: ?- ?\d{1,2})? ?h"
    r"|breakfast|dinner|lunch|for pain|titrate\w*)(?![A-Za-z])",
    re.IGNORECASE,
)
_CHANGED = re.compile(
    rf"\s?(?:(?:was|has been|had been|is|been|dose)\s){{0,3}}(?:(?:(?:increas|reduc|decreas|lower|rais|titrat"
    rf"|uptitrat|up-titrat"
    rf"|downtitrat|chang|adjust)ed|halved|doubled|cut)\s?(?:up\s"
    rf"|down\s)?(?:from\s{AMOUNT.pattern}[^,.;\n]{{0,20}}?\s)?to"
    r"|unchanged(?:\sat)?|(?:remains|continues)\s(?:at|on)|[↑↓]\s?(?:to)?)\s?(?=\d)",
    re.IGNORECASE,
)
"""What stands between a drug and the dose that it was changed to."""
_ARROW = re.compile(r" ?(?:→|-{1,2}>|=>|to) ?(?=\d)")
_BARE = re.compile(
    r"(?!(?:19|20)\d\d\b)(?:\d{1,4}(?:[.,]\d{1,3})?)(?:\s?[-–/]\s?\d{1,4}(?:[.,]\d{1,3})?)?(?![\w%/]|[.,]\d"
    r"|\s?(?:[mkµun]?c?g|meq|i?u|m?mol)\s?/|\s?(?:years?|yrs?|y/?o|weeks?|wks?|days?|months?|hours?|times|kg|cm"
    r"|cigarettes|pack|ppd|drinks|%|mmol|µmol|umol|ng|u/l|iu/l|g/l|g/d|mg/d|mg/l|mcg/l)\b)"
)
_COUNT = re.compile(
    r"(?:\d{1,2}|one|two|three|half|½|1/2|1-2|i{1,3})(?=\s?(?:puffs?|tabs?|tablets?|caps?|capsules?|drops?|sprays?"
    r"|patch(?:es)?|pills?|gtts?|sachets?|nebs?|vials?)\b)|i{1,3}(?=\s(?:od|bd|tds|qds|nocte|mane|on|om|prn)\b)",
    re.IGNORECASE,
)


def directions_at(text: str, position: int, end: int) -> tuple[str | None, int]:
    """The directions that stand at ``position`` and where they end; None where there are none before ``end``."""
    changed = _CHANGED.match(text, position, end)
    position = changed.end() if changed else position
    stop = min(end, position + LONGEST)
    place, found, amount = position, False, False
    while place < stop:
        gap = _SEPARATOR.match(text, place, stop)
        at = gap.end() if gap else place
        arrow = _ARROW.match(text, place, stop) if amount else None
        if arrow:
            at = arrow.end()
        step = _step(text, at, stop, amount=amount, found=found)
        if step is None:
            break
        kind, after = step
        amount = amount or kind in {"amount", "bare"}
        found = found or kind != "form"
        place = after
    said = re.sub(r"\s+", " ", text[position:place]).replace("|", " ").strip(" ,:(=@")
    return (said, place) if found and said else (None, position)


def _step(text: str, at: int, stop: int, *, amount: bool, found: bool) -> tuple[str, int] | None:
    """The next part of the directions: what it is and where it ends."""
    for kind, pattern in (
        ("amount", AMOUNT),
        ("count", _COUNT),
        ("often", OFTEN),
        ("route", _ROUTE),
        ("sig", _SIG),
        ("form", _FORM),
    ):
        match = pattern.match(text, at, stop)
        if match and match.end() > at:
            if (
                kind == "sig"
                and not (amount or found)
                and match[0].lower() in {"on", "om", "ac", "pc", "x", "once", "stat"}
            ):
                continue
            return kind, match.end()
    bare = _BARE.match(text, at, stop)
    if bare:
        return "bare", bare.end()
    return None


def amount_given(directions: str | None) -> bool:
    """Whether the directions name an amount, not only a route or how often."""
    return directions is not None and any(character.isdigit() for character in directions)
