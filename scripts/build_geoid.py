"""Make the geoid grid that the package carries from the EGM96 15-minute grid in GTX form.

    python scripts/build_geoid.py egm96_15.gtx src/thalweg/geometry/egm96.npz

The grid is the NGA's (public domain); Debian's package `proj-data` has it as egm96_15.gtx. Heights are kept in
whole centimetres, each row as differences from its neighbour to the west, which compresses to a third.
"""

import struct
import sys
from pathlib import Path

import numpy as np


def main(source: str, target: str) -> None:
    data = Path(source).read_bytes()
    lat0, lon0, dlat, dlon, rows, columns = struct.unpack(">ddddii", data[:40])
    if (lat0, dlat, dlon, rows, columns) != (-90.0, 0.25, 0.25, 721, 1440):
        sys.exit(f"not the 15-minute global grid: {(lat0, lon0, dlat, dlon, rows, columns)}")
    metres = np.frombuffer(data, ">f4", rows * columns, 40).reshape(rows, columns)
    metres = np.roll(metres, -round((-180.0 - lon0) / dlon), axis=1)  # the first column is 180 degrees west
    centimetres = np.rint(metres.astype(np.float64) * 100.0).astype(np.int16)
    np.savez_compressed(target, west_differences=np.diff(centimetres, axis=1, prepend=np.int16(0)))


if __name__ == "__main__":
    main(*sys.argv[1:])
