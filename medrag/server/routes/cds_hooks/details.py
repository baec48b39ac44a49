"""What stands in a card's detail, in Markdown: findings with their reasons and sources, numbers, a safer order."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from medrag import messages, rendering
from medrag.knowledge import Knowledge
from medrag.messages import Language
from medrag.patient.measures.calculation import Calculation
from medrag.safety.orders.numbers import OrderNumbers
from medrag.safety.orders.review import Reviewed
from medrag.server.routes.cds_hooks.alternatives import Alternative
from medrag.types import Finding, Severity, Verdict

INDICATORS = {Severity.CONTRAINDICATED: "critical", Severity.WARNING: "warning", Severity.INFORMATION: "info"}
_BARE_UNITS = ("{", "1")
"""How units begin that are none to a reader: UCUM's annotations, and a ratio's."""


@dataclass(frozen=True, slots=True)
class Told:
    """An order (or an emergency) with its failures, worst first, its numbers, and what could be in its place."""

    reference: str
    name: str
    findings: tuple[Finding, ...] = ()
    numbers: OrderNumbers = field(default_factory=OrderNumbers)
    instead: Alternative | None = None


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of cards in one language."""

    knowledge: Knowledge
    language: Language = "en"

    def text(self, key: str, **values: object) -> str:
        """The text of a key that starts with ``card_``."""
        return messages.catalogue(self.language).text[f"card_{key}"].format_map(values)

    def reason(self, finding: Finding) -> str:
        """What a finding says."""
        return rendering.words(finding, self.language)

    def check(self, finding: Finding) -> str:
        """What its check is called."""
        return messages.name(finding.check, self.language)

    def listed(self, each: Iterable[str]) -> str:
        """Several names as the language lists them."""
        return messages.catalogue(self.language).joins["list"][0].join(each)

    def facts(self, said: Iterable[str]) -> str:
        """What stands in the record, under the vocabulary's names where it has the English ones."""
        return self.listed(messages.phrase("note", each, self.language) for each in said)

    def inputs(self, keys: Iterable[str]) -> str:
        """What a score is made of."""
        return self.listed(messages.phrase("input", each.replace("_", " "), self.language) for each in keys)

    def meaning(self, said: str) -> str:
        """What the value of a score means, behind it."""
        return messages.catalogue(self.language).joins["list"][0] + messages.phrase("score", said, self.language)

    def gap(self, reviewed: Reviewed, finding: Finding) -> str:
        """What of an order was not assessed."""
        return self.text("gap", name=reviewed.name, check=self.check(finding), reason=self.reason(finding))


def detail(told: Told, wording: Wording) -> str:
    """The order in full, each of its failures, its numbers, and the order that the evidence has in its place."""
    failures = [_failure(each, wording) for each in told.findings]
    blocks = [f"**{escaped(told.name)}**", "\n".join(failures), numbers(told.numbers, wording)]
    return "\n\n".join(filter(None, [*blocks, _instead(told.instead, wording) if told.instead else ""]))


def numbers(found: OrderNumbers, wording: Wording) -> str:
    """The effects and scores as a list; empty where there is none."""
    lines = [rendering.in_numbers(each, wording.language) for each in found.effects]
    lines += [_score(each, wording) for each in found.calculations]
    listed = [f"- {escaped(each)}" for each in lines]
    return "\n".join([f"**{wording.text('numbers')}**", "", *listed]) if listed else ""


def escaped(text: str) -> str:
    """Words of a record as Markdown shows them: neither HTML nor links."""
    return html.escape(text, quote=False).replace("[", "\\[").replace("](", "]\\(")


def _failure(finding: Finding, wording: Wording) -> str:
    """How bad, which check, why, what in the record, and who says so."""
    severity, reason = wording.text(INDICATORS[finding.severity]), escaped(wording.reason(finding))
    lines = [f"- {wording.text('finding', severity=severity, check=wording.check(finding), reason=reason)}"]
    if finding.patient_facts:
        lines.append(wording.text("record", facts=escaped(wording.facts(finding.patient_facts))))
    lines.append(wording.text("source", source=escaped(rendering.origin(finding, wording.language))))
    return "  \n  ".join(lines)


def _score(found: Calculation, wording: Wording) -> str:
    title = messages.formula(found.title, wording.language)
    if found.value is None and found.between:
        least, most = (f"{each:g}" for each in found.between)
        missing = wording.inputs(found.refused)
        return wording.text("score_between", title=title, least=least, most=most, missing=missing, source=found.source)
    unit = "" if found.unit.startswith(_BARE_UNITS) else f" {found.unit.replace('{1.73_m2}', '1.73 m²')}"
    meaning = wording.meaning(found.meaning) if found.meaning else ""
    return wording.text("score", title=title, value=f"{found.value:g}", unit=unit, meaning=meaning, source=found.source)


def _instead(found: Alternative, wording: Wording) -> str:
    return "\n".join(_of_the_alternative(found, wording))


def _of_the_alternative(found: Alternative, wording: Wording) -> Iterator[str]:
    yield wording.text("instead", title=escaped(found.title), quote=escaped(found.statement.text))
    gaps = [each for each in found.statement.findings if each.verdict is Verdict.NOT_ASSESSED]
    if gaps:
        yield wording.text("instead_gaps", checks=wording.listed(dict.fromkeys(map(wording.check, gaps))))
