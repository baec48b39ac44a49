"""Everything known of a drug, brand or class in one place: names, codes, classes, and every rule that touches it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from medrag.errors import KnowledgeError
from medrag.knowledge.base import Knowledge, drugs_named
from medrag.knowledge.effects import TreatmentEffect
from medrag.knowledge.facts import Fact
from medrag.knowledge.names import Name, normalise
from medrag.knowledge.schema import BESIDE_FIELDS, DRUG_FIELDS, RULES
from medrag.knowledge.scoring import Equivalent, ScoreItem


def known_of(written: str, knowledge: Knowledge) -> list[dict[str, Any]]:
    """What is known of each ingredient of ``written`` (a drug, brand or product), or of the class it names.

    Raises :class:`~medrag.errors.KnowledgeError` where the vocabulary does not have the name.
    """
    name = _named(written, knowledge)
    if name.drug_class:
        return [_class(name.drug_class, knowledge)]
    return [_drug(ingredient, knowledge) for ingredient in name.ingredients]


def ingredients(written: str, knowledge: Knowledge) -> list[str]:
    """The ingredients that a drug, brand, product or class stands for. Raises as :func:`known_of` does."""
    name = _named(written, knowledge)
    return sorted(knowledge.members[name.drug_class]) if name.drug_class else list(name.ingredients)


def _named(written: str, knowledge: Knowledge) -> Name:
    normal = normalise(written)
    name = knowledge.names.get(normal) or knowledge.names.get(normal.removesuffix("s")) or _by_key(normal, knowledge)
    if name is None:
        raise KnowledgeError(f"{written!r} is no drug, brand, product or class of the vocabulary")
    return name


def _by_key(normal: str, knowledge: Knowledge) -> Name | None:
    key = normal.replace(" ", "_")
    return Name(drug_class=key) if key in knowledge.members else None


def _drug(name: str, knowledge: Knowledge) -> dict[str, Any]:
    drug = knowledge.drugs[name]
    return {
        "drug": name,
        **drug.model_dump(exclude={"name"}, exclude_defaults=True),
        "products": [product.name for product in knowledge.products if name in product.ingredients],
        "classes": sorted(knowledge.classes_of(name)),
        "levels": [each.names[0] for each in knowledge.measurements.values() if each.drug == name],
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
    """By kind, what names all of ``members``, by themselves or by a class that holds them: rules, results, scores."""
    groups: dict[str, Iterable[Any]] = {kind: getattr(knowledge.rules, kind) for kind in RULES}
    groups |= {"effects": knowledge.effects, "order_calculators": knowledge.order_calculators}
    groups |= {"equivalents": knowledge.equivalents, "scores": knowledge.scores.values()}
    for kind, facts in groups.items():
        touching = [
            fact
            for fact in facts
            if any(members <= knowledge.expand((term,)) for term in drugs_named(fact, (*DRUG_FIELDS, *BESIDE_FIELDS)))
        ]
        if touching:
            yield kind, [_described(fact, knowledge) for fact in touching]


def _described(fact: Fact | TreatmentEffect | Equivalent | ScoreItem, knowledge: Knowledge) -> dict[str, Any]:
    if isinstance(fact, Fact):
        return described(fact, knowledge)
    source = knowledge.document(fact.source).model_dump(exclude={"key"}, exclude_defaults=True)
    said = fact.model_dump(mode="json", exclude_defaults=True, exclude={"source", "reviewed"})
    return {**said, "source": source, "review": None}


def described(fact: Fact, knowledge: Knowledge) -> dict[str, Any]:
    """A fact's own fields, its id, and where it stands: document, section, version, and who reviewed it when."""
    origin, review = knowledge.origin(fact), knowledge.reviewed.get(fact)
    return {
        "id": knowledge.identity(fact),
        **fact.model_dump(mode="json", exclude_defaults=True, exclude={"source"}),
        "source": origin.model_dump(exclude={"key"}, exclude_defaults=True),
        "review": review.model_dump(mode="json", exclude={"fact"}, exclude_defaults=True) if review else None,
    }


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
        yield from (f"    - {line(rule)}" for rule in rules)


def line(fact: Mapping[str, Any]) -> str:
    """A fact as :func:`described`, in one line."""
    meta = ("severity", "reason", "source", "review")
    parts = [f"{field} {_said(value)}" for field, value in fact.items() if field not in (*meta, "id")]
    reason = f": {fact['reason']}" if "reason" in fact else ""
    severity = f"{fact['severity']}, " if "severity" in fact else ""
    standing = f"{', '.join(fact['source'].values())}; {_review(fact['review'])}"
    return f"{severity}{'; '.join(parts)}{reason} [{standing}]"


def _review(review: Mapping[str, Any] | None) -> str:
    return f"found {review['verdict']} by {review['reviewer']}, {review['date']}" if review else "unreviewed"


def _said(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_said(each)}" for key, each in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_said, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
