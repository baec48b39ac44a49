"""Everything known of a drug, brand or class in one place: names, codes, classes, and every rule that touches it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from medrag.errors import KnowledgeError
from medrag.knowledge.base import Knowledge
from medrag.knowledge.names import Name, normalise
from medrag.knowledge.reader import RULES

SIDES = ("a", "b", "drugs", "with_drugs", "allergens", "drug", "group")
"""Fields of a rule that name drugs or classes."""


def known_of(written: str, knowledge: Knowledge) -> list[dict[str, Any]]:
    """What is known of each ingredient of ``written`` (a drug, brand or product), or of the class it names.

    Raises :class:`~medrag.errors.KnowledgeError` where the vocabulary does not have the name.
    """
    normal = normalise(written)
    name = knowledge.names.get(normal) or knowledge.names.get(normal.removesuffix("s")) or _by_key(normal, knowledge)
    if name is None:
        raise KnowledgeError(f"{written!r} is no drug, brand, product or class of the vocabulary")
    if name.drug_class:
        return [_class(name.drug_class, knowledge)]
    return [_drug(ingredient, knowledge) for ingredient in name.ingredients]


def _by_key(normal: str, knowledge: Knowledge) -> Name | None:
    key = normal.replace(" ", "_")
    return Name(drug_class=key) if key in knowledge.members else None


def _drug(name: str, knowledge: Knowledge) -> dict[str, Any]:
    drug = knowledge.drugs[name]
    reviewed = {
        "no_interactions": name in knowledge.no_interactions,
        "no_contraindications": name in knowledge.no_contraindications,
    }
    return {
        "drug": name,
        **drug.model_dump(exclude={"name"}, exclude_defaults=True),
        "products": [product.name for product in knowledge.products if name in product.ingredients],
        "classes": sorted(key for key, members in knowledge.members.items() if name in members),
        "reviewed": [kind for kind, is_so in reviewed.items() if is_so],
        "rules": dict(_rules(frozenset((name,)), knowledge)),
        "pharmacogenomics": _pgx(name, knowledge),
    }


def _class(key: str, knowledge: Knowledge) -> dict[str, Any]:
    group = knowledge.classes[key]
    members = knowledge.members[key]
    return {
        "class": key,
        "names": group.names,
        "source": group.source,
        "members": sorted(members),
        "rules": dict(_rules(members, knowledge)),
    }


def _rules(members: frozenset[str], knowledge: Knowledge) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """By kind, the rules that name all of ``members``, by themselves or by a class that holds them."""
    for kind in RULES:
        touching = [
            {**rule.model_dump(mode="json", exclude_defaults=True), "source": knowledge.cite(rule.source)}
            for rule in getattr(knowledge.rules, kind)
            if any(members <= knowledge.expand(terms) for terms in _sides(rule))
        ]
        if touching:
            yield kind, touching


def _sides(rule: Any) -> Iterator[tuple[str, ...]]:
    for field in SIDES:
        named = getattr(rule, field, None)
        if named:
            yield (named,) if isinstance(named, str) else named


def _pgx(name: str, knowledge: Knowledge) -> list[dict[str, Any]]:
    """CPIC's guidance by gene and action, without the table of every lookup key."""
    entries = knowledge.pgx.entries(name)
    if not entries:
        return []
    genes = sorted({gene for entry in entries for gene in entry.keys})
    return [{"genes": genes, "recommendations": len(entries), "source": entries[0].source}]


def text(facts: Iterable[Mapping[str, Any]]) -> str:
    """The same for a reader: a heading a thing known, a line a rule."""
    return "\n\n".join("\n".join(_lines(fact)) for fact in facts)


def _lines(fact: Mapping[str, Any]) -> Iterator[str]:
    kind = "drug" if "drug" in fact else "class"
    yield str(fact[kind])
    for field, value in fact.items():
        if field in (kind, "rules") or not value:
            continue
        yield f"  {field}: {_said(value)}"
    for rule_kind, rules in fact["rules"].items():
        yield f"  {rule_kind} ({len(rules)})"
        yield from (f"    - {_rule(rule)}" for rule in rules)


def _rule(rule: Mapping[str, Any]) -> str:
    said = {field: value for field, value in rule.items() if field not in ("severity", "reason", "source")}
    parts = [f"{field} {_said(value)}" for field, value in said.items()]
    reason = f": {rule['reason']}" if "reason" in rule else ""
    severity = f"{rule['severity']}, " if "severity" in rule else ""
    return f"{severity}{'; '.join(parts)}{reason} [{rule['source']}]"


def _said(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_said(each)}" for key, each in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_said, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
