"""Reads knowledge files and refuses what does not fit."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from medrag.errors import KnowledgeError
from medrag.knowledge import schema
from medrag.knowledge.base import Knowledge, Meaning, Name, Rules
from medrag.knowledge.pgx import PgxDrug, PgxTable

DATA = Path(__file__).parent / "data"
CAPITAL_UP_TO = 5
"""Brand names this short are often words too ("Soma", "Alli"): they count only with a capital letter."""

MISSPELT_FROM = 6
"""Shorter names are not recognised when misspelt: too many words are one slip away."""
MISSPELT_CLASS_FROM = 9
"""Nor are shorter names of classes ("statin", "nitrate")."""

T = TypeVar("T")


@lru_cache(maxsize=4)
def load(extra: Path | None = None) -> Knowledge:
    """:func:`read`, once for each directory and process."""
    return read(extra)


def read(extra: Path | None = None) -> Knowledge:
    """The bundled knowledge, with the files of ``extra`` added to it.

    Those have the bundled files' names, or the name of their source in the middle (``interactions.ddinter.yaml``).
    Raises :class:`~medrag.errors.KnowledgeError` naming the file and what in it does not fit.
    """
    folders = [DATA] if extra is None else [DATA, extra]
    if extra is not None and not extra.is_dir():
        raise KnowledgeError(f"no knowledge directory at {extra}; create one with 'medrag knowledge add'")
    return _Reader(folders).knowledge()


def normalise(text: str) -> str:
    """Lower case, no accents, hyphens and slashes as spaces: how names are compared."""
    plain = unicodedata.normalize("NFKD", text.replace("β", "beta").replace("’", "'"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join("".join(c if c.isalnum() or c == "'" else " " for c in plain.lower()).split())


class _Reader:
    def __init__(self, folders: list[Path]) -> None:
        self._folders = folders
        self._digest = hashlib.sha256()

    def knowledge(self) -> Knowledge:
        drugs: dict[str, schema.Drug] = {}
        for drug in self._rows("drugs.csv", schema.Drug, _list_fields("atc", "brands", "synonyms")):
            drugs[drug.name] = _joined(drugs[drug.name], drug) if drug.name in drugs else drug
        products = self._rows("products.csv", schema.Product, _list_fields("ingredients"))
        classes = self._classes()
        members = _members(classes, drugs)
        concepts = self._concepts()
        labs = self._mapping("labs.yaml", schema.Lab)
        rules = Rules(
            interactions=self._list("interactions.yaml", schema.Interaction),
            contraindications=self._list("contraindications.yaml", schema.Contraindication),
            allergies=self._list("allergies.yaml", schema.AllergyRule),
            doses=self._list("doses.yaml", schema.DoseLimit),
            renal=self._list("renal.yaml", schema.RenalRule),
            hepatic=self._list("hepatic.yaml", schema.HepaticRule),
            life_stages=self._list("life_stages.yaml", schema.LifeStageRule),
            ages=self._list("ages.yaml", schema.AgeRule),
            duplications=self._list("duplications.yaml", schema.DuplicationRule),
            monitoring=self._list("monitoring.yaml", schema.MonitoringRule),
        )
        _check_names(rules, products, drugs, members, concepts)
        sources = self._parse("sources.yaml", dict[str, str], {})
        names = _names(drugs.values(), products, classes)
        manifest = self._parse("manifest.yaml", dict[str, str], {})
        return Knowledge(
            version=manifest["version"],
            first_words=_first_words(names),
            spellings=_spellings(names),
            pgx=PgxTable(self._parse("pgx.json", list[PgxDrug], [])),
            drugs=drugs,
            members=members,
            names=names,
            phrases=_phrases(concepts),
            concepts=concepts,
            labs=labs,
            codes={code: drug.name for drug in drugs.values() for code in (drug.rxcui, *drug.atc) if code},
            lab_names={**{normalise(name): key for key, lab in labs.items() for name in lab.names}}
            | {code: key for key, lab in labs.items() for code in lab.loinc},
            rules=rules,
            red_flags=self._list("red_flags.yaml", schema.RedFlag),
            requests=self._list("requests.yaml", schema.RequestRule),
            request_words=self._parse("request_words.yaml", dict[str, tuple[str, ...]], {}),
            words=self._parse("words.yaml", dict[str, frozenset[str]], {}),
            injections=self._parse("injections.yaml", dict[str, tuple[str, ...]], {}),
            sources=sources,
            no_interactions=self._reviewed("no_interactions.yaml", drugs),
            no_contraindications=self._reviewed("no_contraindications.yaml", drugs),
            hash=self._digest.hexdigest(),
        )

    def _reviewed(self, file: str, drugs: Mapping[str, schema.Drug]) -> frozenset[str]:
        names = [name for group in self._list(file, schema.Terms) for name in group]
        _known(names, drugs, file)
        return frozenset(names)

    def _classes(self) -> dict[str, schema.DrugClass]:
        """Classes; one that another file names again gains its names and members."""
        classes: dict[str, schema.DrugClass] = {}
        for path in self._files("classes.yaml"):
            for name, group in _validate(path, dict[str, schema.DrugClass], _content(path)).items():
                known = classes.get(name, group)
                union = {
                    field: tuple(dict.fromkeys((*getattr(known, field), *getattr(group, field))))
                    for field in ("names", "members")
                }
                classes[name] = known.model_copy(update=union)
        return classes

    def _concepts(self) -> dict[str, schema.Concept]:
        """Concepts; one that another file names again gains its words and codes."""
        concepts: dict[str, schema.Concept] = {}
        for path in self._files("concepts.yaml"):
            for name, concept in _validate(path, dict[str, schema.Concept], _content(path)).items():
                known = concepts.get(name, concept)
                union: dict[str, Any] = {
                    field: tuple(dict.fromkeys((*getattr(known, field), *getattr(concept, field))))
                    for field in ("terms", "maybe", "icd10", "snomed", "implies")
                }
                lasting = concept.lasting if known.lasting == "no" else known.lasting
                concepts[name] = known.model_copy(update={**union, "lasting": lasting})
        return concepts

    def _files(self, name: str) -> Iterable[Path]:
        stem, _, suffix = name.partition(".")
        for folder in self._folders:
            for path in sorted({*folder.glob(name), *folder.glob(f"{stem}.*.{suffix}")}):
                self._digest.update(path.name.encode() + path.read_bytes())
                yield path

    def _rows(self, name: str, model: type[T], convert: Callable[[dict[str, str]], dict[str, Any]]) -> list[T]:
        rows: list[T] = []
        for path in self._files(name):
            with path.open(newline="", encoding="utf-8") as file:
                rows += _validate(path, list[model], [convert(row) for row in csv.DictReader(file)])  # type: ignore[valid-type]
        return rows

    def _mapping(self, name: str, model: type[T]) -> dict[str, T]:
        return self._parse(name, dict[str, model], {})  # type: ignore[valid-type]

    def _list(self, name: str, model: type[T]) -> tuple[T, ...]:
        return tuple(self._parse(name, list[model], []))  # type: ignore[valid-type]

    def _parse(self, name: str, kind: type[T], empty: Any) -> T:
        merged: Any = empty
        for path in self._files(name):
            value = _validate(path, kind, _content(path))
            merged = _added(merged, value) if isinstance(value, dict) else merged + value
        return merged  # type: ignore[no-any-return]


def _added(known: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Both, key by key: a list of words gains the other file's, anything else is replaced by it."""
    joined = {
        key: tuple(dict.fromkeys((*known[key], *value))) if isinstance(value, tuple) else known[key] | value
        for key, value in more.items()
        if key in known and isinstance(value, tuple | frozenset)
    }
    return {**known, **more, **joined}


def _content(path: Path) -> Any:
    """JSON, or YAML through libyaml where it was built in."""
    if path.suffix == ".json":
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise KnowledgeError(f"{path} is not valid JSON: {error}") from error
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 (both loaders are safe ones)
    except yaml.YAMLError as error:
        raise KnowledgeError(f"{path} is not valid YAML: {error}") from error


def _validate(path: Path, kind: Any, value: Any) -> Any:
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise KnowledgeError(f"{path}: {where}: {first['msg']} (and {error.error_count() - 1} more)") from error


def _list_fields(*names: str) -> Callable[[dict[str, str]], dict[str, Any]]:
    def convert(row: dict[str, str]) -> dict[str, Any]:
        lists = {
            name: tuple(part.strip() for part in (row.get(name) or "").split(";") if part.strip()) for name in names
        }
        return {**{key: value or None for key, value in row.items()}, **lists}

    return convert


def _joined(one: schema.Drug, other: schema.Drug) -> schema.Drug:
    """The same drug from two files: all of its names and codes."""
    union = {
        name: tuple(dict.fromkeys((*getattr(one, name), *getattr(other, name))))
        for name in ("atc", "brands", "synonyms")
    }
    return one.model_copy(update={**union, "rxcui": one.rxcui or other.rxcui})


def _members(classes: Mapping[str, schema.DrugClass], drugs: Mapping[str, Any]) -> dict[str, frozenset[str]]:
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


def _check_names(
    rules: Rules,
    products: list[schema.Product],
    drugs: Mapping[str, Any],
    members: Mapping[str, Any],
    concepts: Mapping[str, Any],
) -> None:
    """Every name in every rule must exist: a misspelt rule would silently never fire."""
    for product in products:
        _known(product.ingredients, drugs, f"products.csv: {product.name}")
    either = {**drugs, **members}
    for kind, group in vars(rules).items():
        for rule in group:
            for field in ("a", "b", "drugs", "allergens", "with_drugs"):
                _known(getattr(rule, field, ()), either, kind)
            for field in ("conditions", "unless"):
                _known(getattr(rule, field, ()), concepts, kind)
            _known([name for field in ("drug", "group") if (name := getattr(rule, field, None))], either, kind)
    for name, concept in concepts.items():
        _known(concept.implies, concepts, f"concepts.yaml: {name}")


def _known(names: Iterable[str], known: Mapping[str, Any], where: str) -> None:
    for name in names:
        if name not in known:
            raise KnowledgeError(f"{where}: {name!r} is not defined")


def _names(
    drugs: Iterable[schema.Drug], products: Iterable[schema.Product], classes: Mapping[str, schema.DrugClass]
) -> dict[str, Name]:
    """Written name -> meaning. Ingredients win over products, products over classes."""
    names: dict[str, Name] = {}
    for key, group in classes.items():
        for written in group.names:
            names[normalise(written)] = Name(drug_class=key)
    for product in products:
        names[normalise(product.name)] = Name(ingredients=product.ingredients, brand=product.name[0].isupper())
    for drug in drugs:
        for brand in drug.brands:
            names[normalise(brand)] = Name(ingredients=(drug.name,), brand=True, capital=len(brand) <= CAPITAL_UP_TO)
        for written in (drug.name, *drug.synonyms):
            names[normalise(written)] = Name(ingredients=(drug.name,))
    return names


def _first_words(names: Iterable[str]) -> dict[str, int]:
    first: dict[str, int] = {}
    for name in names:
        words = name.split()
        first[words[0]] = max(first.get(words[0], 0), len(words))
    return first


def _spellings(names: Mapping[str, Name]) -> dict[str, tuple[str, ...]]:
    """Names of one word by first letter; brands are left out, being too close to words ("Enablex", "Claritin")."""
    by_letter: dict[str, list[str]] = {}
    for name, meaning in names.items():
        least = MISSPELT_CLASS_FROM if meaning.drug_class else MISSPELT_FROM
        if not meaning.brand and " " not in name and len(name) >= least:
            by_letter.setdefault(name[0], []).append(name)
    return {letter: tuple(group) for letter, group in by_letter.items()}


def _phrases(concepts: Mapping[str, schema.Concept]) -> dict[str, tuple[Meaning, ...]]:
    phrases: dict[str, tuple[Meaning, ...]] = {}
    for key, concept in concepts.items():
        for terms, certain in ((concept.terms, True), (concept.maybe, False)):
            for term in terms:
                normal = " ".join(map(fold_word, normalise(term).split()))
                phrases[normal] = (*phrases.get(normal, ()), Meaning(key, certain))
    return phrases


_VOWELS = re.compile(r"ae|oe")


def fold_word(word: str) -> str:
    """One spelling for British and American words, without the possessive ("oedema", "Crohn's")."""
    return _VOWELS.sub("e", word.lower().replace("’", "'").removesuffix("'s"))
