"""One file a version, never edited once released: a store written by any version must open."""
