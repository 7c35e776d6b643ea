"""Disclosed values → products. One file per output; each is imported only when it is asked for."""
