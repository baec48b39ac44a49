"""Findings as cards: at most three, the most severe first, none twice, each with what its summary has no room for."""

from __future__ import annotations

import html
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from medrag import messages
from medrag.knowledge import Knowledge
from medrag.safety.check_context import RANK
from medrag.safety.consultation import SPOKEN
from medrag.safety.order_review import Reviewed
from medrag.safety.settling import settling
from medrag.server.routes.cds_hooks.services import Json, override_reasons
from medrag.types import Finding, Severity, Statement, Verdict

MOST = 3
SUMMARY_CHARACTERS = 139
NAME_CHARACTERS = 50
MOST_LINES = 15
TOPIC_SYSTEM = "urn:medrag:check"
_INDICATORS = {Severity.CONTRAINDICATED: "critical", Severity.WARNING: "warning", Severity.INFORMATION: "info"}
_LABELS = {Severity.CONTRAINDICATED: "Contraindicated", Severity.WARNING: "Warning", Severity.INFORMATION: "Note"}
_ORDER = {"critical": 0, "warning": 1, "info": 2}
_QUIET = {"sent.no_medications", "sent.problem", "sent.problems", "order.other_kind", "order.none"}
_LOUD = ("order", "sent", "unknown_drug")
"""Checks whose gaps mean that somebody's order or record was not read, so that they come first and interrupt."""
_UNSAFE = "Not assessed, which is not the same as safe"
_ASK = "Ask medrag for cited, checked advice on this patient"


@dataclass(frozen=True, slots=True)
class _Group:
    """What one card is about: orders (or emergencies) with their failures, worst first."""

    parts: tuple[Reviewed, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for part in self.parts for finding in part.findings)

    @property
    def names(self) -> str:
        return ", ".join(dict.fromkeys(part.name for part in self.parts))

    @property
    def rank(self) -> int:
        return RANK[self.findings[0].severity]


def order_cards(reviewed: Sequence[Reviewed], gaps: Sequence[Finding], knowledge: Knowledge) -> list[Json]:
    """The cards of draft orders: what speaks against them, and one for all that was not assessed."""
    missing = _gap_card(reviewed, gaps)
    groups = _merged(_groups(reviewed), MOST - bool(missing))
    return _sorted([*(_card(each, knowledge, removable=True) for each in groups), *([missing] if missing else [])])


def list_cards(
    notices: Sequence[Finding],
    reviewed: Sequence[Reviewed],
    gaps: Sequence[Finding],
    knowledge: Knowledge,
    page: str | None = None,
) -> list[Json]:
    """The cards of a medication list: emergencies, the worst findings, and one for the rest and the ``page``."""
    missing = _gap_card(reviewed, gaps)
    last = _linked(missing, page) if page else missing
    emergencies = [_Group((Reviewed("", "Emergency", (each,)),)) for each in _once(notices, set())]
    groups = _merged([*emergencies, *_groups(reviewed)], MOST - bool(last))
    found = _sorted([_card(each, knowledge, removable=False) for each in groups])
    return [*found, *([last] if last else [])]


def _groups(reviewed: Iterable[Reviewed]) -> list[_Group]:
    """The orders with failures, the worst first; a finding about the same drugs for the same reason counts once."""
    seen: set[tuple[str, frozenset[str], str]] = set()
    found: list[_Group] = []
    for each in reviewed:
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


def _card(group: _Group, knowledge: Knowledge, *, removable: bool) -> Json:
    worst, more = group.findings[0], len(group.findings) - 1
    name = _short(group.names, NAME_CHARACTERS)
    text = worst.reason if worst.reason.startswith(group.names) else f"{name}: {worst.reason}"
    card = _plain(_INDICATORS[worst.severity], text, f" (+{more} more)" if more else "")
    card["source"] = _source(worst, knowledge)
    card |= {"detail": "\n\n".join(map(_detail, group.parts)), "overrideReasons": override_reasons()}
    return card | (_suggestions(group) if removable else {})


def _suggestions(group: _Group) -> Json:
    """To take an order away again; a safer one is offered where evidence holds it, and a hook call brings none."""
    known = [part for part in group.parts if "entry[" not in part.reference]
    if not known:
        return {}
    recommended = len(known) == 1 and group.findings[0].severity is Severity.CONTRAINDICATED
    suggestions = [_removal(part.reference, part.name, recommended=recommended) for part in known]
    return {"suggestions": suggestions, "selectionBehavior": "at-most-one" if len(known) == 1 else "any"}


def _removal(reference: str, name: str, *, recommended: bool) -> Json:
    action = {"type": "delete", "description": f"Remove the order for {name}", "resourceId": reference}
    return {
        "label": _short(f"Remove {name}", NAME_CHARACTERS),
        "uuid": str(uuid.uuid4()),
        "isRecommended": recommended,
        "actions": [action],
    }


def _detail(part: Reviewed) -> str:
    """The order in full and each of its failures, in Markdown."""
    return "\n".join([f"**{_escaped(part.name)}**", "", *map(_line, part.findings)])


def _line(finding: Finding) -> str:
    """A failure: how bad, which check, why, what in the record, and who says so."""
    lines = [f"- **{_LABELS[finding.severity]}** ({messages.name(finding.check)}): {_escaped(finding.reason)}"]
    if finding.patient_facts:
        lines.append(f"In the record: {_escaped(', '.join(finding.patient_facts))}")
    lines.append(f"Source: {_escaped(finding.source)}")
    return "  \n  ".join(lines)


def _gap_card(reviewed: Sequence[Reviewed], gaps: Sequence[Finding]) -> Json | None:
    """One card for all that was not assessed: what nobody could read first, then what the record does not say."""
    told = [(each.name, one) for each in reviewed for one in each.findings]
    open_gaps = [(name, one) for name, one in told if one.verdict is Verdict.NOT_ASSESSED]
    routine = [(name, one) for name, one in open_gaps if one.severity is not Severity.INFORMATION]
    loud = [one for _, one in routine if one.check in _LOUD] + [one for one in gaps if one.code not in _QUIET]
    quiet = [one for one in gaps if one.code in _QUIET]
    named = sorted({f"{name}: {one.check}: {one.reason}" for name, one in routine if one.check not in _LOUD})
    lines = list(dict.fromkeys([*(one.reason for one in (*loud, *quiet)), *named]))
    if not lines:
        return None
    settled = settling(Statement(text=each.name, findings=each.findings) for each in reviewed)
    more = [f"and {len(lines) - MOST_LINES} more"] if len(lines) > MOST_LINES else []
    shown = [f"- {_escaped(each)}" for each in (*lines[:MOST_LINES], *more)]
    summary = f"Not assessed: {lines[0]}" if loud else _UNSAFE
    card = _plain("warning" if loud else "info", summary)
    return card | {"detail": "\n".join([*shown, *([settled.reason] if settled else [])])}


def _linked(missing: Json | None, page: str) -> Json:
    """The card that leads to the page; it takes in the quiet part of what was not assessed."""
    links = [{"label": "Open medrag", "url": page, "type": "absolute"}]
    if missing is None:
        return _plain("info", _ASK) | {"links": links}
    loud = missing["indicator"] == "warning"
    card = missing if loud else _plain("info", _ASK) | {"detail": f"{_UNSAFE}:\n{missing['detail']}"}
    return card | {"links": links}


def _sorted(cards: Sequence[Json]) -> list[Json]:
    return sorted(cards, key=lambda card: _ORDER[card["indicator"]])


def _plain(indicator: str, summary: str, after: str = "") -> Json:
    short = _short(summary, SUMMARY_CHARACTERS - len(after)) + after
    return {"uuid": str(uuid.uuid4()), "summary": short, "indicator": indicator, "source": {"label": "medrag"}}


def _source(finding: Finding, knowledge: Knowledge) -> Json:
    """Who says so, where that can be looked up, and what it is about."""
    topic = {"system": TOPIC_SYSTEM, "code": finding.check, "display": messages.name(finding.check)}
    url = knowledge.links.get(finding.source)
    return {"label": finding.source, **({"url": url} if url else {}), "topic": topic}


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _escaped(text: str) -> str:
    """Words of a record as Markdown shows them: neither HTML nor links."""
    return html.escape(text, quote=False).replace("[", "\\[").replace("](", "]\\(")
