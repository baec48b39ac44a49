"""Guidelines written for the purpose, made into documents by the tools that hospitals use, and read again."""
