"""``POST /v1/feedback``: a clinician's verdict on one statement, kept for training.

The caller sends back the advice and the patient; both are checked against the audit trail, so that only what this
service really said can be judged. What is kept is de-identified first.
"""

from __future__ import annotations

import asyncio
import secrets
from typing import Any, Self

from fastapi import APIRouter, Request
from pydantic import Field, model_validator

from medrag.errors import InputError
from medrag.generation import prompts
from medrag.generation.modes import MODES
from medrag.knowledge import Knowledge
from medrag.patient.privacy.deidentify import Identity, deidentify, deidentify_patient, shift_of
from medrag.server.guard.access import caller, require_clinician
from medrag.server.guard.audit import Trail, case_hash, passage_hash, text_hash
from medrag.server.routes.requests import Extension, patient_of
from medrag.server.routes.schemas import FeedbackAnswer, described
from medrag.server.routes.stored_patients import StoredPatients
from medrag.storage import chain, reviews
from medrag.storage.reviews import Edit, Review, Verdict
from medrag.types import Advice, Case


class FeedbackRequest(Extension):
    """The body: the advice as it came, the patient and filters as they were sent, and the verdict."""

    advice: Advice
    statement: int = Field(ge=1, description="Number of the statement, from 1.")
    verdict: Verdict
    edited: str | None = Field(default=None, min_length=1, max_length=4000, description="With `edit`: the new words.")
    comment: str | None = Field(default=None, min_length=1, max_length=4000, description="The reason, in free words.")

    @model_validator(mode="after")
    def _edit_has_words(self) -> Self:
        if (self.verdict == "edit") != (self.edited is not None):
            raise ValueError("`edited` belongs to the verdict `edit`")
        return self


def routes(knowledge: Knowledge, trail: Trail | None) -> APIRouter:
    """The route; without a trail there is nothing to judge."""
    router = APIRouter()
    secret = secrets.token_bytes(32)

    @router.post("/v1/feedback", responses=described(FeedbackAnswer))
    async def feedback(body: FeedbackRequest, request: Request) -> dict[str, Any]:
        """Keeps the verdict."""
        if trail is None:
            raise InputError("this service keeps no feedback", code="not_found")
        require_clinician(request)
        sender = StoredPatients(trail, request, knowledge), caller(request)
        await asyncio.to_thread(_keep, body, knowledge, trail, *sender, secret)
        return {"object": "feedback", "advice": body.advice.id, "statement": body.statement, "verdict": body.verdict}

    return router


def _keep(  # noqa: PLR0913 (a request and what it is judged by)
    body: FeedbackRequest, knowledge: Knowledge, trail: Trail, stored: StoredPatients, who: str, secret: bytes
) -> None:
    case = Case(question=body.advice.question, patient=patient_of(body, stored, knowledge, ""), filters=body.filters)
    if body.statement > len(body.advice.statements):
        raise InputError("the advice has no statement of this number", param="statement")
    _require_recorded(body.advice, case, chain.find(trail.database, body.advice.id))
    review = _review(body, case, who, secret, knowledge)
    trail.append(
        {"event": "feedback", "who": who, "about": review.advice, "statement": body.statement, "verdict": body.verdict}
    )
    reviews.add(trail.database, review)


def _require_recorded(advice: Advice, case: Case, record: chain.Record | None) -> None:
    """Refuses what is not as the trail has it."""
    if record is None:
        raise InputError("the audit trail has no advice of this id", param="advice.id", code="advice_not_found")
    said = [text_hash(each.text) for each in advice.statements]
    spans = [[[one.passage_id, one.start, one.end] for one in each.citations] for each in advice.statements]
    same = {
        "advice.statements": [each["text_sha256"] for each in record["released"]] == said
        and [each["spans"] for each in record["released"]] == spans,
        "advice.evidence": [each["sha256"] for each in record["passages"]] == list(map(passage_hash, advice.evidence)),
        "patient": record["case_sha256"] == case_hash(case),
    }
    for param, holds in same.items():
        if not holds:
            raise InputError(f"{param} is not what the answer was made from; send it back unchanged", param=param)


def _review(body: FeedbackRequest, case: Case, who: str, secret: bytes, knowledge: Knowledge) -> Review:
    advice, grounding = body.advice, body.advice.provenance.grounding
    identity = Identity(shift_days=shift_of(case_hash(case), secret))
    hidden = _hidden(case, identity, knowledge)
    edit = None
    if body.edited is not None:
        statement = advice.statements[body.statement - 1]
        marks = "".join(f"[{number}]" for number in dict.fromkeys(each.number for each in statement.citations))
        edit = Edit(
            prompt=tuple(prompts.messages(hidden, advice.evidence, MODES["cite"], knowledge)),
            original=f"{statement.text} {marks}",
            edited=f"{deidentify(body.edited.strip(), identity, knowledge)} {marks}",
        )
    return Review(
        who=who,
        advice=advice.id,
        statement=body.statement,
        verdict=body.verdict,
        grounding=grounding,
        prompt=tuple(prompts.messages(hidden, advice.evidence, MODES[grounding], knowledge)),
        answer=MODES[grounding].written(advice.statements, advice.evidence),
        evidence=tuple(each.passage.id for each in advice.evidence),
        model=advice.provenance.model,
        edit=edit,
        comment=deidentify(body.comment.strip(), identity, knowledge) if body.comment else None,
    )


def _hidden(case: Case, identity: Identity, knowledge: Knowledge) -> Case:
    """The case as the model saw it, de-identified."""
    known = deidentify_patient(case.patient, identity, knowledge) if case.patient else None
    return case.model_copy(update={"question": deidentify(case.question, identity, knowledge), "patient": known})
