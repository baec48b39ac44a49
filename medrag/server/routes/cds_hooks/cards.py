"""Findings as cards: at most three, the most severe first, none twice, each with what its summary has no room for."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from medrag import messages
from medrag.safety.check_context import RANK
from medrag.safety.consultation import SPOKEN
from medrag.safety.orders.review import Reviewed
from medrag.safety.settling import settling
from medrag.server.routes.cds_hooks.details import INDICATORS, Told, Wording, detail, escaped, numbers
from medrag.server.routes.cds_hooks.services import Json, override_reasons
from medrag.server.routes.cds_hooks.suggestions import shortened, suggestions
from medrag.types import Finding, Severity, Statement, Verdict

MOST = 3
SUMMARY_CHARACTERS = 139
NAME_CHARACTERS = 50
MOST_LINES = 15
TOPIC_SYSTEM = "urn:medrag:check"
_ORDER = {"critical": 0, "warning": 1, "info": 2}
_QUIET = {"sent.no_medications", "sent.problem", "sent.problems", "order.other_kind", "order.none"}
_LOUD = ("order", "sent", "unknown_drug")
"""Checks whose gaps mean that somebody's order or record was not read, so that they come first and interrupt."""


@dataclass(frozen=True, slots=True)
class _Group:
    """What one card is about: orders (or emergencies) with their failures, worst first."""

    parts: tuple[Told, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for part in self.parts for finding in part.findings)

    def names(self, wording: Wording) -> str:
        return wording.listed(dict.fromkeys(part.name for part in self.parts))

    @property
    def rank(self) -> int:
        return RANK[self.findings[0].severity]


def order_cards(
    told: Sequence[Told], reviewed: Sequence[Reviewed], gaps: Sequence[Finding], wording: Wording, patient: str | None
) -> list[Json]:
    """The cards of draft orders: what speaks against them, one for all that was not assessed, one for mere numbers.

    ``told`` are the same orders as ``reviewed``, with what there is to tell beyond the checks.
    """
    missing = _gap_card(reviewed, gaps, wording)
    groups = _merged(_groups(told), MOST - bool(missing))
    found = [_card(each, wording) | suggestions(each.parts, wording, patient) for each in groups]
    cards = _sorted([*found, *([missing] if missing else [])])
    silent = [
        each for each in told if each.numbers and not any(each.name == part.name for g in groups for part in g.parts)
    ]
    return [*cards, _in_numbers(silent, wording)] if silent and len(cards) < MOST else cards


def list_cards(
    notices: Sequence[Finding],
    reviewed: Sequence[Reviewed],
    gaps: Sequence[Finding],
    wording: Wording,
    link: Json | None = None,
) -> list[Json]:
    """The cards of a medication list: emergencies, the worst findings, and one for the rest and the ``link``."""
    missing = _gap_card(reviewed, gaps, wording)
    last = _linked(missing, link, wording) if link else missing
    emergency = wording.text("emergency")
    emergencies = [_Group((Told("", emergency, (each,)),)) for each in _once(notices, set())]
    groups = _merged([*emergencies, *_groups(plain(reviewed))], MOST - bool(last))
    found = _sorted([_card(each, wording) for each in groups])
    return [*found, *([last] if last else [])]


def plain(reviewed: Iterable[Reviewed]) -> list[Told]:
    """Orders with nothing to tell but what the checks say."""
    return [Told(each.reference, each.name, each.findings) for each in reviewed]


def _groups(told: Iterable[Told]) -> list[_Group]:
    """The orders with failures, the worst first; a finding about the same drugs for the same reason counts once."""
    seen: set[tuple[str, frozenset[str], str]] = set()
    found: list[_Group] = []
    for each in told:
        failures = [one for one in each.findings if one.verdict is Verdict.FAIL and one.severity in SPOKEN]
        if kept := sorted(_once(failures, seen), key=lambda one: RANK[one.severity]):
            found.append(_Group((replace(each, findings=tuple(kept)),)))
    return sorted(found, key=lambda group: group.rank)


def _once(findings: Iterable[Finding], seen: set[tuple[str, frozenset[str], str]]) -> list[Finding]:
    kept = []
    for each in findings:
        key = (each.code, frozenset(each.drugs), str(each.values.get("reason", each.reason)))
        if key not in seen:
            seen.add(key)
            kept.append(each)
    return kept


def _merged(groups: Sequence[_Group], places: int) -> list[_Group]:
    """At most ``places`` groups: those that find no place of their own are the last."""
    if len(groups) <= places:
        return list(groups)
    alone, rest = groups[: places - 1], groups[places - 1 :]
    return [*alone, _Group(tuple(part for group in rest for part in group.parts))]


def _card(group: _Group, wording: Wording) -> Json:
    worst, more = group.findings[0], len(group.findings) - 1
    names, reason = group.names(wording), wording.reason(worst)
    name = shortened(names, NAME_CHARACTERS)
    text = reason if reason.startswith(names) else wording.text("summary", name=name, reason=reason)
    card = _plain(INDICATORS[worst.severity], text, wording.text("more", count=more) if more else "")
    card["source"] = _source(worst, wording)
    told = "\n\n".join(detail(each, wording) for each in group.parts)
    return card | {"detail": told, "overrideReasons": override_reasons(wording.language)}


def _in_numbers(told: Sequence[Told], wording: Wording) -> Json:
    """A card that warns of nothing: what the drugs ordered do, in numbers."""
    names = wording.listed(dict.fromkeys(each.name for each in told))
    card = _plain("info", wording.text("in_numbers", names=shortened(names, NAME_CHARACTERS)))
    said = [f"**{escaped(each.name)}**\n\n{numbers(each.numbers, wording)}" for each in told]
    return card | {"detail": "\n\n".join(said)}


def _gap_card(reviewed: Sequence[Reviewed], gaps: Sequence[Finding], wording: Wording) -> Json | None:
    """One card for all that was not assessed: what nobody could read first, then what the record does not say."""
    told = [(each, one) for each in reviewed for one in each.findings if one.verdict is Verdict.NOT_ASSESSED]
    routine = [(each, one) for each, one in told if one.severity is not Severity.INFORMATION]
    loud = [one for _, one in routine if one.check in _LOUD] + [one for one in gaps if one.code not in _QUIET]
    quiet = [one for one in gaps if one.code in _QUIET]
    named = sorted({wording.gap(each, one) for each, one in routine if one.check not in _LOUD})
    lines = list(dict.fromkeys([*map(wording.reason, (*loud, *quiet)), *named]))
    if not lines:
        return None
    settled = settling(Statement(text=each.name, findings=each.findings) for each in reviewed)
    more = [wording.text("rest", count=len(lines) - MOST_LINES)] if len(lines) > MOST_LINES else []
    shown = [f"- {escaped(each)}" for each in (*lines[:MOST_LINES], *more)]
    summary = wording.text("not_assessed", reason=lines[0]) if loud else wording.text("unsafe")
    card = _plain("warning" if loud else "info", summary)
    return card | {"detail": "\n".join([*shown, *([wording.reason(settled)] if settled else [])])}


def _linked(missing: Json | None, link: Json, wording: Wording) -> Json:
    """The card that leads to the page; it takes in the quiet part of what was not assessed."""
    asking = _plain("info", wording.text("ask"))
    if missing is None:
        return asking | {"links": [link]}
    loud = missing["indicator"] == "warning"
    card = missing if loud else asking | {"detail": f"{wording.text('unsafe_list')}\n{missing['detail']}"}
    return card | {"links": [link]}


def _sorted(cards: Sequence[Json]) -> list[Json]:
    return sorted(cards, key=lambda card: _ORDER[card["indicator"]])


def _plain(indicator: str, summary: str, after: str = "") -> Json:
    short = shortened(summary, SUMMARY_CHARACTERS - len(after)) + after
    return {"uuid": str(uuid.uuid4()), "summary": short, "indicator": indicator, "source": {"label": "medrag"}}


def _source(finding: Finding, wording: Wording) -> Json:
    """Who says so, where that can be looked up, and what it is about."""
    topic = {"system": TOPIC_SYSTEM, "code": finding.check, "display": wording.check(finding)}
    url = wording.knowledge.links.get(finding.source)
    return {"label": messages.source(finding.source, wording.language), **({"url": url} if url else {}), "topic": topic}
