"""What an answer's text says of its sources."""

from __future__ import annotations

from medrag.rendering import render
from tests.eval.samples import advice, cited
from tests.evidence import GOUT, evidence


def test_a_source_with_a_licence_is_credited() -> None:
    licensed = GOUT.model_copy(update={"licence": "CC-BY-4.0", "attribution": "WHO"})
    for source, credit in ((licensed, "(WHO; CC-BY-4.0)"), (GOUT, None)):
        (item,) = evidence(source)
        said = render(advice(cited(item, 0), evidence=[item]))
        assert "[1] Gout." in said
        assert credit in said if credit else "CC-BY" not in said
