"""Thalweg: declare, be warned, acknowledge, agree, and prove who knew what when."""

__version__ = "0.1.0"
