"""Stores of the log, each native: memory, SQLite, PostgreSQL. Their promise: `thalweg.ledger.promise`."""
