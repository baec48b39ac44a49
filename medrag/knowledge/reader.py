"""Reads the knowledge: vocabulary and rules, every name in every rule resolved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from medrag.errors import KnowledgeError
from medrag.knowledge import facts, names, opening, schema, scoring
from medrag.knowledge import vocabulary as terms
from medrag.knowledge.base import Knowledge
from medrag.knowledge.effects import TreatmentEffect
from medrag.knowledge.files import Files
from medrag.knowledge.pgx import PgxDrug, PgxTable
from medrag.knowledge.schema import RULES, Rules

BUNDLED = Path(__file__).parent
KINDS = {
    *("drugs", "products", "classes", "conditions", "measurements", "allergens", "genes", "words", "suffixes", "names"),
    *("product_routes", "codes", "stated_codes", "findings", "presentations", "shorthand"),
    *(*RULES, "pgx", "emergencies", "red_flags", "requests", "request_words", "request_model", "injections", "scores"),
    *("point_scores", "coefficients", "equivalents", "effects", "order_calculators", "threshold_names"),
    *("opioid_totals", "age_limits", "trimesters", "qt_limits", "qt_risks"),
    *("cues", "sources", "links", "reviews", "manifest"),
}


@lru_cache(maxsize=4)
def load(extra: Path | None = None) -> Knowledge:
    """:func:`read`, once for each directory and process."""
    return read(extra)


def read(extra: Path | None = None) -> Knowledge:
    """The bundled knowledge, with the files of ``extra`` added to it.

    Those lie as the bundled ones do, or flat with the name of their source in the middle
    (``interactions.ddinter.yaml``). Raises :class:`~medrag.errors.KnowledgeError` with the file and what does not fit.
    """
    if extra is not None and not extra.is_dir():
        raise KnowledgeError(f"no knowledge directory at {extra}; create one with 'medrag knowledge add'")
    files = Files([BUNDLED] if extra is None else [BUNDLED, extra])
    if unknown := files.kinds - KINDS:
        where = files.paths(min(unknown))[0]
        raise KnowledgeError(
            f"{where}: no kind of fact is called {min(unknown)!r}; there are {', '.join(sorted(KINDS))}"
        )
    return _knowledge(files, extra)


def _knowledge(files: Files, own: Path | None) -> Knowledge:
    drugs = files.terms("drugs", terms.Drug)
    products = files.rows("products", terms.Product)
    classes = files.terms("classes", terms.DrugClass)
    conditions = files.terms("conditions", terms.Condition)
    measurements = files.terms("measurements", terms.Measurement)
    allergens = files.terms("allergens", terms.Allergen)
    foreign = _translate(files, drugs, classes, conditions, measurements, allergens)
    products = _with_foreign(products, foreign)
    rules = Rules(**{kind: files.rows(kind, model) for kind, model in RULES.items()})
    members = _members(classes, drugs)
    known: dict[str, Mapping[str, Any]] = {
        "drugs": {**drugs, **members},
        "conditions": conditions,
        "measurements": measurements,
    }
    for product in products:
        _known(product.ingredients, drugs, f"products.csv: {product.name}")
    emergencies = files.rows("emergencies", opening.Emergency)
    scores = files.terms("scores", scoring.ScoreItem)
    point_scores = files.terms("point_scores", scoring.PointScore)
    equivalents = files.rows("equivalents", scoring.Equivalent)
    effects = files.rows("effects", TreatmentEffect)
    order_calculators = files.rows("order_calculators", schema.OrderCalculator)
    qt_risks = files.rows("qt_risks", schema.QtRisk)
    others: dict[str, Iterable[Any]] = {
        "qt_risks": qt_risks,
        "emergencies": emergencies,
        "scores": scores.values(),
        "equivalents": equivalents,
        "effects": effects,
        "order_calculators": order_calculators,
    }
    for kind, group in {**vars(rules), **others}.items():
        _check(kind, group, known)
    measured = {**measurements, **dict.fromkeys(("age", "weight", "crcl", "egfr"))}
    _known((scoring.read_test(each).key for rule in rules.criteria for each in rule.when), measured, "criteria")
    lower = (each for rule in rules.full_doses for each in (*rule.when, *rule.alone))
    _known((scoring.read_test(each).key for each in lower), measured, "full_doses")
    for each in point_scores.values():
        _known(each.inputs, {**scores, **measurements, "age": None, "sex": None}, f"point_scores: {each.key}")
    _check("conditions", conditions.values(), known)
    _check("measurements", measurements.values(), known)
    _check("measurements", (each for one in measurements.values() for each in one.establishes), known)
    words = files.mapping("words", frozenset[str])
    sources = files.terms("sources", facts.Source)
    brands, forms = words["brands_that_are_words"], words["forms"]
    written = names.drug_names(drugs.values(), products, classes.values(), brands, forms)
    return Knowledge(
        version=files.mapping("manifest", str)["version"],
        own=own,
        drugs=drugs,
        products=products,
        product_routes=_inverted(files.mapping("product_routes", frozenset[str])),
        classes=classes,
        members=members,
        conditions=conditions,
        findings=files.rows("findings", terms.ClinicalFinding),
        read_presentations=files.later("presentations", terms.Presentation),
        read_shorthand=files.later("shorthand", terms.Shorthand),
        measurements=measurements,
        allergens=allergens,
        genes=files.terms("genes", terms.Gene),
        names=written,
        phrases=names.phrases(conditions.values()),
        lab_names=names.measurement_names(measurements.values(), drugs),
        allergen_names=names.allergen_names(allergens.values()),
        stated_codes=files.mapping("stated_codes", frozenset[str]),
        rules=rules,
        pgx=PgxTable(files.rows("pgx", PgxDrug)),
        emergencies=emergencies,
        red_flags=files.rows("red_flags", opening.RedFlag),
        requests=files.rows("requests", opening.RequestRule),
        request_words=files.mapping("request_words", tuple[str, ...]),
        request_models=files.rows("request_model", opening.RequestModel),
        injections=files.mapping("injections", tuple[str, ...]),
        scores=scores,
        point_scores=point_scores,
        coefficients=files.mapping("coefficients", dict[str, float]),
        equivalents=equivalents,
        effects=effects,
        order_calculators=order_calculators,
        threshold_names=files.mapping("threshold_names", tuple[str, ...]),
        opioid_totals=files.terms("opioid_totals", schema.Amount),
        age_limits=files.terms("age_limits", schema.AgeLimit),
        trimesters=files.terms("trimesters", schema.Trimester),
        qt_limits=files.terms("qt_limits", schema.Amount),
        qt_risks=qt_risks,
        cues=files.mapping("cues", tuple[str, ...]),
        words=words,
        suffixes=files.mapping("suffixes", str),
        sources=sources,
        reviews=files.rows("reviews", facts.Review),
        links={str(sources[key]): url for key, url in files.mapping("links", str).items() if key in sources},
        first_words=names.first_words(written),
        spellings=names.spellings(written),
        codes=_codes(drugs.values(), files.rows("codes", terms.Coded)),
        foreign=foreign,
        ruled=_ruled(conditions, rules),
        hash=files.digest,
    )


def _inverted(routes: Mapping[str, Iterable[str]]) -> dict[str, str]:
    return {names.normalise(name): route for route, written in routes.items() for name in written}


def _translate(files: Files, *vocabulary: dict[str, Any]) -> dict[str, dict[tuple[str, str], tuple[str, ...]]]:
    """Adds the names of other languages (``names.<language>.csv``) to the terms; gives them by language."""
    foreign: dict[str, dict[tuple[str, str], tuple[str, ...]]] = {}
    by_kind = dict(zip(("drug", "class", "condition", "measurement", "allergen"), vocabulary, strict=True))
    for path in files.paths("names"):
        language = foreign.setdefault(path.name.split(".")[1], {})
        for each in files.records(path, terms.Translation):
            language[each.kind, each.key] = (*language.get((each.kind, each.key), ()), *each.names)
            if each.kind == "product":
                continue
            known = by_kind[each.kind]
            _known((each.key,), known, path.name)
            field = "synonyms" if each.kind == "drug" else "names"
            union = (*getattr(known[each.key], field), *each.names)
            known[each.key] = known[each.key].model_copy(update={field: union})
    return foreign


def _with_foreign(
    products: tuple[terms.Product, ...], foreign: Mapping[str, Mapping[tuple[str, str], tuple[str, ...]]]
) -> tuple[terms.Product, ...]:
    """The products, again under each name that another language has for them."""
    known = {product.name: product for product in products}
    named = [
        (key, name)
        for terms in foreign.values()
        for (kind, key), names in terms.items()
        if kind == "product"
        for name in names
    ]
    _known((key for key, _ in named), known, "names")
    return (*products, *(known[key].model_copy(update={"name": name}) for key, name in named))


def _codes(drugs: Iterable[terms.Drug], coded: Iterable[terms.Coded]) -> dict[tuple[str, str], str]:
    """(System, code) -> words; an ingredient's code that several share (an ATC group's) names none of them."""
    found: dict[tuple[str, str], set[str]] = {}
    for drug in drugs:
        for system, code in (("RXNORM", drug.rxcui), *(("ATC", each) for each in drug.atc)):
            if code:
                found.setdefault((system, code), set()).add(drug.name)
    single = {key: next(iter(named)) for key, named in found.items() if len(named) == 1}
    return {(each.system, each.code): each.name for each in coded} | single


def _members(classes: Mapping[str, terms.DrugClass], drugs: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """Classes with the classes among their members resolved to ingredients."""

    def resolve(name: str, above: tuple[str, ...]) -> frozenset[str]:
        if name in above:
            raise KnowledgeError(f"classes.yaml: {name} contains itself")
        if name not in classes:
            if name not in drugs:
                raise KnowledgeError(f"classes.yaml: {above[-1]} names {name}, which is neither a drug nor a class")
            return frozenset((name,))
        return frozenset().union(*(resolve(member, (*above, name)) for member in classes[name].members))

    return {name: resolve(name, ()) for name in classes}


REFERENCES = {
    **dict.fromkeys((*schema.DRUG_FIELDS, *schema.BESIDE_FIELDS), "drugs"),
    **dict.fromkeys(
        ("conditions", "condition", "also", "unless", "indications", "uses", "implies", "current"), "conditions"
    ),
    "measurement": "measurements",
}
"""Fields of rules and terms that name terms, and of which kind."""


def _check(kind: str, group: Iterable[Any], known: Mapping[str, Mapping[str, Any]]) -> None:
    """Every name in every rule must exist: a misspelt rule would silently never fire."""
    for each in group:
        for field in REFERENCES.keys() & each.model_fields_set:
            named = getattr(each, field) or ()
            _known((named,) if isinstance(named, str) else named, known[REFERENCES[field]], kind)


def _known(written: Iterable[str], known: Mapping[str, Any], where: str) -> None:
    for name in written:
        if name not in known:
            raise KnowledgeError(f"{where}: {name!r} is not defined")


def _ruled(conditions: Mapping[str, terms.Condition], rules: Rules) -> frozenset[str]:
    named = {name for rule in rules.contraindications for name in (*rule.conditions, *rule.unless)}
    named |= {name for rule in rules.ages for name in rule.conditions}

    def ruled(key: str) -> bool:
        return key in named or conditions[key].no_rules or any(map(ruled, conditions[key].implies))

    return frozenset(filter(ruled, conditions))
