"""Coordinates as people write them, place names, river banks, and what is odd about a position.

What other rooms use: `coordinates`, `gazetteer`, `regions`, `banks`, `basemap`, `describe`, `flags`.
`grids`, `ground`, `names` and `suggestions` are their insides.
"""
