"""Nothing changes unseen: every case is judged and read as the golden files say."""

from __future__ import annotations

import pytest

from tests.golden.freeze import FILES, HERE, available, frozen


@pytest.mark.parametrize("name", FILES)
def test_nothing_changed_unseen(name: str) -> None:
    if not available(name):
        pytest.skip(f"the cases of {name} are not at hand")
    expected = (HERE / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    changed = [f"- {a}\n+ {b}" for a, b in zip(expected, frozen(name), strict=True) if a != b]
    assert not changed, (
        f"python -m tests.golden.freeze, then look at its diff; the first of {len(changed)}: " + "\n".join(changed[:10])
    )
