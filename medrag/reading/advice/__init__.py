"""What advice says beside the drugs it names: what it does to treatments, and which of its words are accounted for."""
