"""BM25 over stemmed English words and pairs of Chinese characters, through bm25s."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from medrag.reading.stems import stemmed

if TYPE_CHECKING:
    from bm25s import BM25  # type: ignore[import-untyped]

DATA, INDICES, INDPTR = "bm25.data.npy", "bm25.indices.npy", "bm25.indptr.npy"
VOCABULARY, PARAMETERS = "bm25.vocabulary.json", "bm25.parameters.json"
FILES = (DATA, INDICES, INDPTR, VOCABULARY, PARAMETERS)

# A word may hold digits and inner hyphens' parts stand alone: "beta-blocker" -> beta, blocker; "HbA1c" stays whole.
# A run of Chinese characters is one piece, which is cut into pairs.
_HAN = r"\u3400-\u4dbf\u4e00-\u9fff"
_WORD = re.compile(rf"[{_HAN}]+|[^\W{_HAN}]+")
_CHINESE = re.compile(rf"[{_HAN}]")

# Function words only. Short lists of stop words from elsewhere drop words that carry meaning in a question of
# treatment ("no", "not", "without", "before", "after"), so that these are kept.
_FUNCTION_WORDS = (
    "a about all also am an and any are as at be because been being both but by can could did do does doing "
    "each few for from further had has have having he her here hers him his how i if in into is it its itself "
    "just me more most my of on or other our ours own same she should so some such than that the their them "
    "then there these they this those through to too very was we were what when where which while who whom why "
    "will with would you your"
)
STOP_WORDS = frozenset(_FUNCTION_WORDS.split())


class Tokeniser:
    """Words in lower case, without stop words, stemmed by Snowball's English stemmer; Chinese as overlapping pairs.

    Pairs find as much as jieba's words do (docs/results-chinese.md), and need no dictionary.
    Not bm25s's own: that one numbers words through a set, so that two builds of one corpus differ.
    """

    def __call__(self, text: str) -> list[str]:
        """The stems of ``text``, in order and with repeats."""
        found = [word for word in _WORD.findall(text.lower()) if word not in STOP_WORDS]
        words = [piece for word in found for piece in (_pairs(word) if _CHINESE.match(word) else (word,))]
        return stemmed(words)


def _pairs(run: str) -> list[str]:
    return [run[place : place + 2] for place in range(max(1, len(run) - 1))]


class Lexical:
    """The BM25 side of an index."""

    def __init__(self, bm25: BM25, tokenise: Tokeniser) -> None:
        self._bm25 = bm25
        self._tokenise = tokenise

    def scores(self, query: str) -> NDArray[np.float32]:
        """BM25 of every row for ``query``, shape ``(rows,)``; zero where no word is shared."""
        known = [word for word in self._tokenise(query) if word in self._bm25.vocab_dict]
        if not known:
            return np.zeros(self._bm25.scores["num_docs"], dtype=np.float32)
        return np.asarray(self._bm25.get_scores(known), dtype=np.float32)


def open_lexical(paths: dict[str, Path]) -> Lexical:
    """The scores written by ``LexicalWriter``, memory-mapped, given where each of FILES lies now."""
    from bm25s import BM25

    return Lexical(BM25.load(paths[DATA].parent, mmap=True, **_names(paths)), Tokeniser())


def _names(paths: dict[str, Path]) -> dict[str, Any]:
    """bm25s's arguments for these files and for silence."""
    keywords = ("data_name", "indices_name", "indptr_name", "vocab_name", "params_name")
    return {key: paths[name].name for key, name in zip(keywords, FILES, strict=True)} | {"show_progress": False}
