"""The file of record systems: what it may say, and what is refused when the service starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from medrag.errors import ConfigurationError
from medrag.server.routes.smart.ehrs import read_ehrs
from medrag.server.run import serve
from medrag.settings import Settings

BASE = "https://ehr.example.org/fhir"
ENTRY = f"{BASE}: {{name: ehr, client_id: medrag"


def test_a_record_system_and_where_it_may_lead(tmp_path: Path) -> None:
    (tmp_path / "smart.yaml").write_text(f"{ENTRY}, authorization: ['https://login.example.org:8443']}}\n")
    (found,) = read_ehrs(tmp_path / "smart.yaml").values()
    assert (found.base, found.scope) == (BASE, "patient/*.rs")
    assert found.origins == {"https://ehr.example.org", "https://login.example.org:8443"}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "must hold"),
        ("[]", "must hold"),
        (f"{BASE}: {{name: ehr}}", "must hold"),
        (f"{ENTRY}, colour: red}}", "must hold"),
        (f"{ENTRY}, client_secret: s, private_key: k.pem, key_id: k}}", "must hold"),
        (f"{ENTRY}, private_key: k.pem}}", "must hold"),
        (f"{ENTRY}, private_key: absent.pem, key_id: k}}", "no private key"),
        (f"{ENTRY}, private_key: smart.yaml, key_id: k, algorithm: RS384}}", "no private key"),
        ("http://ehr.example.org/fhir: {name: ehr, client_id: medrag}", "https"),
        (f"{ENTRY}, authorization: ['http://login.example.org']}}", "https"),
        (f"{ENTRY}}}\nhttps://b.example.org: {{name: ehr, client_id: x}}", "one name"),
    ],
)
def test_what_cannot_be_used_is_refused(tmp_path: Path, content: str, why: str) -> None:
    (tmp_path / "smart.yaml").write_text(content)
    with pytest.raises(ConfigurationError, match=why):
        read_ehrs(tmp_path / "smart.yaml")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_ehrs(tmp_path / "smart.yaml")


def test_users_need_an_address_to_come_back_to(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="public_url"):
        serve(Settings(smart=tmp_path / "smart.yaml", host="0.0.0.0", without_keys=True))
