"""A VCF (GRCh38) as genotypes.

Calling star alleles is PharmCAT's job: where Java and its JAR are given it is called. Where not, only positions
that decide something without phasing are read (``genes.yaml``), and every gene that stays open is reported as not
called: a reference call at the positions read never makes a gene normal.
"""

from __future__ import annotations

import gzip
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from medrag.errors import PatientError
from medrag.knowledge import Knowledge
from medrag.knowledge.vocabulary import Gene, Position
from medrag.patient.pharmcat import called
from medrag.patient.record.facts import assemble
from medrag.types import FactStatus, Genotype, Patient, Problem

FIRST_RECORDS = 1000
_BGZF = b"\x1f\x8b\x08\x04"
# Names of GRCh37 and older, and GRCh37's lengths of chromosomes 1, 4, 6, 10, 12, 13 and 16; the same of GRCh38.
OLD_BUILD = re.compile(
    r"(?<![0-9a-z])(?:grch3[67]|hg1[89]|[bv]37|(?:b|human_)?g1k_v37|hs37(?:d5)?|ncbi_?(?:build)?_?3[67]|build_?3[67]|"
    r"gcf_000001405\.(?:1\d|2[0-5])|gca_000001405\.(?:\d|1[0-4])|249250621|191154276|171115067|135534747|133851895|"
    r"115169878|90354753)(?![0-9a-z])",
    re.IGNORECASE,
)
NEW_BUILD = re.compile(
    r"(?<![0-9a-z])(?:grch38|hg38|[bv]38|hs38|ncbi_?38|gcf_000001405\.(?:2[6-9]|[34]\d)|gca_000001405\.(?:1[5-9]|2\d)|"
    r"248956422|190214555|170805979|133797422|133275309|114364328|90338345)(?![0-9])",
    re.IGNORECASE,
)
LIFT = (
    "only GRCh38 positions are known. Lift it over (Picard LiftoverVcf, bcftools +liftover) and give the result, or "
    "give the genotypes as a table or PharmCAT's report"
)
GVCF = (
    "{origin}: is a gVCF, whose blocks are not read; genotype it first (GATK GenotypeGVCFs, bcftools convert "
    "--gvcf2vcf) and give the result"
)


def read_vcf(path: Path, origin: str, pharmcat_jar: Path | None, knowledge: Knowledge) -> Patient:
    """The genotypes of a VCF of one sample, in any gzip too.

    Raises ``PatientError`` for a file that is no VCF, or one of several samples, of GRCh37 or in blocks (gVCF).
    """
    with _seekable(path) as plain:
        return _read_plain(plain, origin, pharmcat_jar, knowledge)


@contextmanager
def _seekable(path: Path) -> Iterator[Path]:
    """The file as htslib can seek in it: gzip that is not in blocks (BGZF) is unpacked for as long as it is read."""
    with path.open("rb") as file:
        start = file.read(len(_BGZF))
    if not start.startswith(_BGZF[:2]) or start == _BGZF:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="medrag-vcf-") as folder:
        plain = Path(folder) / "plain.vcf"
        with gzip.open(path) as packed, plain.open("wb") as unpacked:
            shutil.copyfileobj(packed, unpacked)
        yield plain


def _read_plain(path: Path, origin: str, pharmcat_jar: Path | None, knowledge: Knowledge) -> Patient:
    whole, problem = called(path, origin, pharmcat_jar) if pharmcat_jar else (None, None)
    if whole:
        return whole
    read = _positions(path, origin, knowledge)
    problems = read.problems
    genes = knowledge.genes
    genotypes = [genotype for gene in genes.values() if (genotype := _genotype(gene, read, origin))]
    called_genes = {each.gene for each in genotypes if each.status is FactStatus.ACTIVE}
    listed = ", ".join(name for name, gene in genes.items() if name not in called_genes and _callable(gene))
    problems.append(Problem(source=origin, reason=f"not called, PharmCAT is needed for: {listed}"))
    limited = [each.gene for each in genotypes if each.status is FactStatus.ACTIVE and not genes[each.gene].alone]
    if limited:
        reason = f"{', '.join(limited)}: from single positions; further variants on the other copy are not ruled out"
        problems.append(Problem(source=origin, reason=reason))
    return assemble(genotypes, [*([problem] if problem else []), *problems])


def _callable(gene: Gene) -> bool:
    """Whether a VCF can give the gene's result, here or by PharmCAT."""
    return bool(gene.positions or gene.pharmcat)


@dataclass
class _Read:
    """Copies of the variant base (0 to 2) at each known position, by rsid; genes with a variant of another allele."""

    dosages: dict[str, int] = field(default_factory=dict)
    elsewhere: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    on_build: bool = False
    """Whether the header, or a known variant in its place, says GRCh38."""


def _positions(path: Path, origin: str, knowledge: Knowledge) -> _Read:
    import pysam

    pysam.set_verbosity(0)
    genes = knowledge.genes.values()
    wanted = {(gene.chromosome, each.position): (gene.key, each) for gene in genes for each in gene.positions}
    others = {(gene.chromosome, place): gene.key for gene in genes for place in gene.elsewhere}
    places = {each.rsid: each.position for gene in genes for each in gene.positions}
    read = _Read()
    try:
        with pysam.VariantFile(str(path)) as file:
            _refuse(str(file.header), len(file.header.samples), origin)
            read.on_build = NEW_BUILD.search(str(file.header)) is not None
            for number, record in enumerate(file):
                if number < FIRST_RECORDS and "<NON_REF>" in (record.alts or ()):
                    raise PatientError(GVCF.format(origin=origin))
                place = (record.chrom.removeprefix("chr"), record.pos)
                if record.id in places:
                    _ensure_build(record.pos == places[record.id], read, origin)
                if place in wanted:
                    _read_position(*wanted[place], record, origin, read)
                elif place in others and any(record.samples[0].allele_indices or ()):
                    read.elsewhere.setdefault(others[place], record.id or f"{record.chrom}:{record.pos}")
    except (ValueError, OSError, KeyError, IndexError) as error:
        raise PatientError(f"{origin}: does not parse as VCF") from error
    if not read.on_build:
        raise PatientError(f"{origin}: does not say in its header on which build it is; {LIFT}")
    return read


def _ensure_build(in_place: bool, read: _Read, origin: str) -> None:
    """A known variant at another position shows another build, whatever the header says."""
    if not in_place:
        raise PatientError(f"{origin}: has known variants at positions of another build than GRCh38; {LIFT}")
    read.on_build = True


def _refuse(header: str, samples: int, origin: str) -> None:
    """Raises ``PatientError`` for several samples, an older build and a gVCF, saying what to do."""
    if samples != 1:
        raise PatientError(f"{origin}: holds {samples} samples; give a VCF of one (bcftools view -s SAMPLE)")
    if OLD_BUILD.search(header):
        raise PatientError(f"{origin}: is on GRCh37 or older; {LIFT}")
    if any(mark in header for mark in ("##GVCFBlock", "ID=NON_REF")):
        raise PatientError(GVCF.format(origin=origin))


def _read_position(gene: str, position: Position, record: object, origin: str, read: _Read) -> None:
    """One record's copies of the variant, or why it does not count."""
    import pysam

    assert isinstance(record, pysam.VariantRecord)  # noqa: S101 (pysam has no types)
    alleles = record.samples[0].alleles or ()
    filters = set(record.filter.keys()) - {"PASS"}
    fault = None
    if record.ref != position.reference:
        fault = "another reference base than GRCh38's"
    elif filters:
        fault = "the variant caller filtered it"
    elif len(alleles) != 2 or None in alleles:
        fault = "no call"
    elif set(alleles) - {position.reference, position.variant}:
        fault = "another variant than the one known"
        read.elsewhere.setdefault(gene, position.rsid)
    if fault:
        read.problems.append(Problem(source=f"{origin}#{position.rsid}", reason=f"{position.rsid} not read: {fault}"))
    else:
        read.dosages[position.rsid] = alleles.count(position.variant)


def _genotype(gene: Gene, read: _Read, origin: str) -> Genotype | None:
    """The gene's result; ``No Result`` where the positions read leave it open; ``None`` where none was in the file."""
    known = [(each, read.dosages[each.rsid]) for each in gene.positions if each.rsid in read.dosages]
    if not known:
        return None
    varying = [(each, copies) for each, copies in known if copies]
    shown = ", ".join(f"{each.rsid} {_bases(each, copies)}" for each, copies in (varying or known))
    source = f"{origin}#{gene.key}"
    decided = varying or known
    position, copies = decided[0]
    meaning = position.copies.get(copies) if len(decided) == 1 else None
    if gene.key in read.elsewhere:
        reason = f"{gene.key}: {read.elsewhere[gene.key]} varies too, which belongs to another allele; not called"
        read.problems.append(Problem(source=source, reason=reason))
        meaning = None
    if meaning is None:
        return Genotype(
            gene=gene.key, diplotype=shown, lookup_key="No Result", status=FactStatus.UNCERTAIN, source=source
        )
    return Genotype(
        gene=gene.key,
        diplotype=shown,
        phenotype=meaning.phenotype,
        activity_score=meaning.score,
        lookup_key=meaning.score or meaning.phenotype,
        source=source,
    )


def _bases(position: Position, copies: int) -> str:
    first = position.variant if copies == 2 else position.reference
    second = position.variant if copies else position.reference
    return f"{first}/{second}" + (f" ({position.allele})" if copies else "")
