"""Fetches answered by gristmill and by DuckDB, and what differs."""
