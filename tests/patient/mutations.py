"""What the fuzzer reads: a seed of every format, and ways to break one by bytes, words, JSON parts, XML, archives."""

from __future__ import annotations

import copy
import gzip
import io
import json
import random
import re
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml
from lxml import etree

from tests.paths import ROOT
from tests.patient.formats.test_documents import LINES, pdf, word
from tests.patient.formats.test_formats import REPORT, TABLE, dicom

NOTES = ROOT / "benchmarks" / "patient_cases"
SAMPLES = Path(__file__).parent / "samples"
MAX_SEED_BYTES = 60_000
MAX_INPUT_BYTES = 100_000
FEW_ENTRIES = 25
_JUNK: tuple[Any, ...] = (None, True, 0, -1, 1e308, "", " ", "\ud800", "#", [], {}, [None], {"code": 7}, "9999-99-99")
_PIECES = (b"\x00", b"\xff", b"{", b"[", b'"', b"\n", b"(" * 500, b" " * 2000, b"1/" * 400, b"no MI " * 200, b"\\ud800")
_WORDS = re.compile(rb"\s+|[^\s\w]|\w+")
_EMPTY = "value", "code", "unit", "root", "extension", "nullFlavor"

Named = tuple[str, bytes]
"""A file: its name and its content."""


def begin_with(folders: Sequence[Path]) -> list[Named]:
    """Files to begin from: one of every format, the notes, and the files of the folders (of a long Bundle a part)."""
    vignettes = yaml.safe_load((NOTES / "vignettes.yaml").read_text(encoding="utf-8"))
    found = [("note.txt", each["text"].encode()) for each in vignettes if "text" in each]
    found += [
        ("note.txt", json.loads(line)["note"].encode())
        for line in (NOTES / "note_vignettes.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    found += 4 * _of_every_format()
    for folder in folders:
        files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "expected.json")
        found += [each for path in files if len((each := (path.name, _part(path)))[1]) <= MAX_SEED_BYTES]
    return found


def _of_every_format() -> list[Named]:
    samples = [(path.name, path.read_bytes()) for path in sorted(SAMPLES.iterdir()) if path.is_file()]
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        image = dicom(
            Path(folder) / "image", Modality="CT", StudyDate="20261001", PatientBirthDate="19600501", PatientSex="F",
            PatientWeight="70", PatientAge="066Y", PatientName="Roe^Jane", ContrastBolusAgent="iohexol",
        )  # fmt: skip
        held = image.read_bytes()
    bulk = "\n".join(
        json.dumps(each["resource"]) for each in json.loads((SAMPLES / "same.r4.json").read_text())["entry"]
    )
    own = {"age_years": 40, "sex": "female", "conditions": ["gout"], "observations": [{"display": "INR", "value": 2}]}
    return [
        *samples,
        ("note.docx", word(*LINES)),
        ("note.pdf", pdf(LINES, LINES)),
        ("image.dcm", held),
        ("ct.txt", REPORT.encode()),
        ("batch.csv", TABLE.encode()),
        ("bulk.ndjson", bulk.encode()),
        ("own.json", json.dumps(own).encode()),
        ("genes.tsv", b"gene\tdiplotype\nCYP2C19\t*2/*2\nTPMT\tNormal Metabolizer\n"),
        ("note.txt.gz", gzip.compress("\n".join(LINES).encode())),
        ("same.r4.json.gz", gzip.compress((SAMPLES / "same.r4.json").read_bytes())),
    ]


def _part(path: Path) -> bytes:
    """The file's content; of a Bundle that is too long its first entries."""
    content = path.read_bytes()
    if len(content) <= MAX_SEED_BYTES or path.suffix != ".json":
        return content
    known = json.loads(content)
    if isinstance(known, dict) and isinstance(known.get("entry"), list):
        known["entry"] = known["entry"][:FEW_ENTRIES]
    return json.dumps(known).encode()


def mutated(known: Sequence[Named], chance: random.Random) -> Named:
    """A file made from one of the seeds, sometimes under a name that promises another format."""
    name, content = chance.choice(known)
    content = _broken(content, known, chance)[:MAX_INPUT_BYTES]
    if chance.random() < 0.03:
        content = gzip.compress(content)
    return (chance.choice(known)[0] if chance.random() < 0.1 else name), content


def _broken(content: bytes, known: Sequence[Named], chance: random.Random) -> bytes:
    steps = chance.choice((1, 1, 2, 4, 8))
    within = chance.random() < 0.7
    if within and content[:2] == b"\x1f\x8b":
        return gzip.compress(_broken(gzip.decompress(content), known, chance))
    if within and content[:4] == b"PK\x03\x04":
        return _of_zip(content, known, chance)
    if within and content[:1] in (b"{", b"["):
        return _of_json(content, known, chance, steps)
    if within and content[:1] == b"<":
        return _of_xml(content, chance, steps)
    for _ in range(steps):
        content = chance.choice(_BYTES)(content, chance.choice(known)[1], chance)
    return content


def _flip(content: bytes, _: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(content) + 1)
    return content[:place] + bytes([chance.randrange(256)]) + content[place + 1 :]


def _cut(content: bytes, _: bytes, chance: random.Random) -> bytes:
    start, end = sorted(chance.randrange(len(content) + 1) for _ in range(2))
    return content[:start] + content[end:]


def _repeat(content: bytes, _: bytes, chance: random.Random) -> bytes:
    start, end = sorted(chance.randrange(len(content) + 1) for _ in range(2))
    return content[:start] + content[start:end] * chance.choice((2, 3, 50)) + content[end:]


def _splice(content: bytes, other: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content) + 1)] + other[chance.randrange(len(other) + 1) :]


def _insert(content: bytes, _: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(content) + 1)
    return content[:place] + chance.choice(_PIECES) + content[place:]


def _reword(content: bytes, other: bytes, chance: random.Random) -> bytes:
    """Some words and marks exchanged for ones of another seed, left out or put elsewhere."""
    words, others = _WORDS.findall(content[:MAX_SEED_BYTES]), _WORDS.findall(other[:MAX_SEED_BYTES])
    for _ in range(chance.choice((1, 5, 25))):
        if not words or not others:
            break
        place, kind = chance.randrange(len(words)), chance.random()
        if kind < 0.6:
            words[place] = chance.choice(others)
        elif kind < 0.8:
            del words[place]
        else:
            words.insert(chance.randrange(len(words) + 1), words[place])
    return b"".join(words)


def _reline(content: bytes, other: bytes, chance: random.Random) -> bytes:
    """Lines (or HL7 segments) put elsewhere, and some of another seed among them."""
    end = b"\r" if content[:3] == b"MSH" else b"\n"
    lines, others = content.split(end), other.split(end)
    for _ in range(chance.choice((1, 3, 9))):
        line = chance.choice(others) if chance.random() < 0.5 else lines.pop(chance.randrange(len(lines)))
        lines.insert(chance.randrange(len(lines) + 1), line)
    return end.join(lines)


_BYTES: tuple[Callable[[bytes, bytes, random.Random], bytes], ...] = (
    _flip, _cut, _repeat, _splice, _insert, _reword, _reline,
)  # fmt: skip


def _of_zip(content: bytes, known: Sequence[Named], chance: random.Random) -> bytes:
    """An archive of the same members, one of them broken, doubled or left out."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as held, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        names = held.namelist()
        odd = chance.choice([*names, *["word/document.xml"] * len(names)])
        for name in names:
            if name != odd:
                new.writestr(name, held.read(name))
            elif chance.random() < 0.9:
                new.writestr(name, _broken(held.read(name), known, chance))
    return made.getvalue()


def _of_xml(content: bytes, chance: random.Random, steps: int) -> bytes:
    """XML with elements put elsewhere, doubled, emptied or left out, and attributes exchanged."""
    try:
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False))
    except (etree.XMLSyntaxError, ValueError):
        return content
    for _ in range(steps):
        every = [each for each in root.iter() if isinstance(each.tag, str)]
        one, other = chance.choice(every), chance.choice(every)
        kind = chance.random()
        if kind < 0.3 and one.getparent() is not None:
            one.getparent().remove(one)
        elif kind < 0.6:
            one.append(copy.deepcopy(other))
        elif kind < 0.8:
            one.text = chance.choice(("", "x", "-1", "9" * 400, other.text or " "))
        else:
            one.set(chance.choice([*one.keys(), *_EMPTY]), chance.choice(("", "-", "1e999", "20261399", "x" * 300)))
    return etree.tostring(root)


def _of_json(content: bytes, known: Sequence[Named], chance: random.Random, steps: int) -> bytes:
    """JSON with some of its parts exchanged for junk or for parts of another seed."""
    try:
        value = json.loads(content)
    except ValueError:
        return content
    parts = [part for _, other in [chance.choice(known)] for part in _parts_of(other)]
    for _ in range(steps):
        holders = [each for each in _walk(value) if isinstance(each, dict | list) and each]
        if not holders:
            break
        holder = chance.choice(holders)
        key: Any = chance.choice(list(holder)) if isinstance(holder, dict) else chance.randrange(len(holder))
        holder[key] = copy.deepcopy(chance.choice(parts) if parts and chance.random() < 0.5 else chance.choice(_JUNK))
    return json.dumps(value).encode()


def _parts_of(content: bytes) -> list[Any]:
    try:
        return [each for each in _walk(json.loads(content)) if each is not None][:200]
    except (ValueError, RecursionError):
        return []


def _walk(value: Any) -> list[Any]:
    held = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value, *(found for each in held for found in _walk(each))]
