"""Verifiers written by others, run on what this ledger makes."""
