"""The clinician's web page and what only it needs: reading the files that make up a patient."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from dataclasses import asdict
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import Annotated, Any

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from medrag.errors import InputError, PatientError
from medrag.knowledge import Knowledge
from medrag.messages import LANGUAGES, catalogue
from medrag.patient.measures.calculation import declared
from medrag.server.readers import Readers
from medrag.server.routes.requests import INVALID_PATIENT
from medrag.server.routes.schemas import PatientAnswer, described

WEB = Path(__file__).parents[1] / "web"
MAX_FILES = 50
NAME_BYTES = 160
SUFFIX_CHARACTERS = 20
SHORTEST_NAME = 4
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def _decoded(value: Any) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise ValueError("it is not base64") from None


class Upload(BaseModel):
    """One file."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    content: Annotated[bytes, BeforeValidator(_decoded, json_schema_input_type=str)]


class PatientRequest(BaseModel):
    """The body of ``POST /v1/patient``: files in any mix of the formats medrag reads."""

    model_config = ConfigDict(extra="forbid")

    files: tuple[Upload, ...] = Field(min_length=1, max_length=MAX_FILES)
    one_person: bool = Field(default=False, description="The files are of one person though they seem not to be.")


def routes(knowledge: Knowledge, pharmcat_jar: Path | None = None, *, docs: bool = False) -> APIRouter:
    """The page, its parts, and ``POST /v1/patient``; with ``pharmcat_jar`` PharmCAT calls the alleles of a VCF.

    The page emphasises the drugs that ``knowledge`` names. With ``docs`` also ``/docs``, the interface for programs
    as a page.
    """
    router = APIRouter()
    readers = Readers(knowledge.own, pharmcat_jar)
    parts = {path.relative_to(WEB).as_posix(): path for path in WEB.rglob("*") if path.is_file()}
    said = json.dumps({language: asdict(catalogue(language)) for language in LANGUAGES}, ensure_ascii=False)
    titles = json.dumps({each.name: each.title for each in declared(knowledge)}, ensure_ascii=False)
    drugs = json.dumps(_drug_names(knowledge), ensure_ascii=False)

    @router.get("/", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(parts["index.html"], headers=_HEADERS)

    if docs:

        @router.get("/docs", include_in_schema=False)
        async def reference() -> FileResponse:
            return FileResponse(parts["reference.html"], headers=_HEADERS)

    @router.get("/web/messages.js", include_in_schema=False)
    async def words() -> Response:
        """What the checks say in every language, for the page to make words of codes and values; titles of scores."""
        content = f"export const MESSAGES = {said};\nexport const TITLES = {titles};\n"
        return Response(content, media_type="text/javascript", headers=_HEADERS)

    @router.get("/web/drugs.js", include_in_schema=False)
    async def drug_names() -> Response:
        """Every name of a drug or a class, for the page to emphasise."""
        return Response(f"export const DRUGS = {drugs};\n", media_type="text/javascript", headers=_HEADERS)

    @router.get("/web/{name:path}", include_in_schema=False)
    async def part(name: str) -> FileResponse:
        if name not in parts:
            raise InputError("there is no such file", code="not_found")
        return FileResponse(parts[name], headers=_HEADERS)

    @router.post("/v1/patient", responses=described(PatientAnswer))
    async def patient(body: PatientRequest) -> dict[str, Any]:
        """The files as one patient, and a summary for a reader."""
        return {"object": "patient", **await asyncio.to_thread(_read, body, readers)}

    return router


def _drug_names(knowledge: Knowledge) -> list[str]:
    """Names that mean a drug wherever they stand, the longest first."""
    names = [name for name, means in knowledge.names.items() if not (means.capital or means.dosed)]
    return sorted((name for name in names if len(name) >= SHORTEST_NAME), key=lambda name: (-len(name), name))


def _read(body: PatientRequest, readers: Readers) -> dict[str, Any]:
    """The patient and the summary; the files are on disk only while they are read."""
    with TemporaryDirectory(prefix="medrag-") as folder:
        paths = [_written(Path(folder) / str(number), upload) for number, upload in enumerate(body.files)]
        try:
            return readers.read(paths, one_person=body.one_person)
        except PatientError as error:
            raise PatientError(str(error), param="files", code=INVALID_PATIENT.get(error.code, error.code)) from None


def _written(folder: Path, upload: Upload) -> Path:
    folder.mkdir()
    path = folder / _file_name(upload.name)
    path.write_bytes(upload.content)
    return path


def _file_name(name: str) -> str:
    """A name that every file system takes, as near to the one given as may be; its suffix says the format."""
    plain = "".join(each if each.isprintable() else "_" for each in name.replace("\\", "/"))
    path = PurePath(plain)
    suffix = "".join(path.suffixes[-2:])[-SUFFIX_CHARACTERS:]
    stem = path.name.removesuffix(suffix).encode()[:NAME_BYTES].decode(errors="ignore")
    return f"{stem.lstrip('.') or 'file'}{suffix}"
