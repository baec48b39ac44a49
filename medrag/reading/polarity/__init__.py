"""Whether advice gives a drug, warns against it, stops it or only mentions it."""

from medrag.reading.polarity.cues import Polarity, cues
from medrag.reading.polarity.judging import polarity_of

__all__ = ["Polarity", "cues", "polarity_of"]
