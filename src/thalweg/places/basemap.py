"""The basemap that the package carries, for reports and pages: GeoJSON, longitude first, WGS84.

Sources and licences: data/README.md and NOTICE.
"""

from __future__ import annotations

import gzip
import json
from functools import cache
from importlib import resources
from typing import Any

LAYERS = ("countries", "borders", "lakes", "places_ne", "rivers_ne", "rivers_wdbii")


@cache
def layer(name: str) -> dict[str, Any]:
    """A layer as a GeoJSON FeatureCollection. It is shared: do not change it.

    The layers are cut to the region of the reference scenario (about 35 to 44 E, 31 to 38 N); elsewhere
    there is no basemap. Raises KeyError for a name not in `LAYERS`.
    """
    if name not in LAYERS:
        raise KeyError(name)
    return dict(packaged_json(f"basemap/{name}.geojson.gz"))


def packaged_json(path: str) -> Any:  # noqa: ANN401  parsed JSON has no narrower type here
    """The parsed content of a gzipped JSON file under places/data."""
    found = resources.files("thalweg.places").joinpath("data")
    for part in path.split("/"):
        found = found.joinpath(part)
    return json.loads(gzip.decompress(found.read_bytes()))
