"""How several workers (``pytest -n 2``) share the tests: each file goes to one worker, and so do all files of a group.

xdist's own groups are a mark that pytest 9.2 hides from it (https://github.com/pytest-dev/pytest-xdist/issues/1386).
"""

from __future__ import annotations

from xdist.scheduler import LoadFileScheduling

GROUPS = {
    "tests/eval/scoring/test_judge.py": "vllm",
    "tests/generation/test_vllm.py": "vllm",
    "tests/server/test_run.py": "vllm",
    "tests/eval/running/test_distributed.py": "ray",
    "tests/index/test_ray_embedding.py": "ray",
}
"""Files whose tests share what a machine should run once: the vLLM, a Ray cluster. They come first: they wait most."""


def file_of(nodeid: str) -> str:
    """The file that a test is in, as the groups name it."""
    return nodeid.partition("::")[0]


class Sharing(LoadFileScheduling):
    """Gives out whole files, and whole groups of them."""

    def _split_scope(self, nodeid: str) -> str:
        return GROUPS.get(file_of(nodeid), file_of(nodeid))
