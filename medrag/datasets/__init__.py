"""What training, evaluation and the index share about data: the split by document, questions, copied wording."""
