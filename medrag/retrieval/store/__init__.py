"""An index on disk or in Milvus: passages, vectors, BM25 scores and the manifest that ties them together."""
