"""Other programs asked the same question. Each module has `find(world, meter, **options) -> pairs`.

The question: which pairs of polygons in the plane intersect (touching counts), with time windows that
overlap (half-open) and altitude bands that overlap (closed)? Row numbers, each pair once.

Phases: `load` puts the input into the peer's own form and `fetch` brings the pairs back into numpy; neither
is counted. `index` and `join` are.
"""
