"""PharmCAT called on a VCF, where its JAR and Java are there."""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from medrag.errors import PatientError
from medrag.patient.formats.genome import read_pharmcat
from medrag.types import Patient, Problem

PHARMCAT_SECONDS = 300


def called(path: Path, origin: str, jar: Path) -> tuple[Patient | None, Problem | None]:
    """PharmCAT's call where its JAR and Java are there, or what is lacking."""
    if jar.is_file() and shutil.which("java"):
        return _pharmcat(path, origin, jar)
    lacking = "Java is not on the PATH" if jar.is_file() else "there is no such JAR (setting pharmcat_jar)"
    return None, Problem(source=origin, reason=f"PharmCAT was not called: {lacking}")


def _pharmcat(path: Path, origin: str, jar: Path) -> tuple[Patient | None, Problem | None]:
    """PharmCAT's own call, or why there is none."""
    with tempfile.TemporaryDirectory(prefix="medrag-pharmcat-") as folder:
        command = ["java", "-jar", str(jar), "-vcf", str(path), "-o", folder]
        try:
            with _unlimited():
                subprocess.run(command, check=True, capture_output=True, timeout=PHARMCAT_SECONDS)
            results = list(_results(Path(folder)))
        except subprocess.TimeoutExpired:
            return None, Problem(source=origin, reason=f"PharmCAT took more than {PHARMCAT_SECONDS} seconds")
        except (OSError, ValueError) as error:
            return None, Problem(source=origin, reason=f"PharmCAT cannot be run or read ({type(error).__name__})")
        except subprocess.CalledProcessError as error:
            return None, Problem(source=origin, reason=f"PharmCAT failed with exit status {error.returncode}")
    if len(results) != 1:
        return None, Problem(source=origin, reason="PharmCAT wrote no phenotype")
    try:
        return read_pharmcat(results[0], origin), None
    except PatientError:
        return None, Problem(source=origin, reason="PharmCAT wrote a phenotype file of another layout than known")


@contextmanager
def _unlimited() -> Iterator[None]:
    """Lifts this process's own limits for Java, which reserves more memory than it uses."""
    held = {kind: resource.getrlimit(kind) for kind in (resource.RLIMIT_AS, resource.RLIMIT_CPU)}
    try:
        for kind, (_, most) in held.items():
            resource.setrlimit(kind, (most, most))
        yield
    finally:
        for kind, limits in held.items():
            resource.setrlimit(kind, limits)


def _results(folder: Path) -> Iterator[dict[str, object]]:
    for file in sorted(folder.glob("*.phenotype.json")):
        yield json.loads(file.read_text(encoding="utf-8"))
