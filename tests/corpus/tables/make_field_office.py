"""Makes field_office.xlsx as openpyxl writes it: run once with openpyxl installed; the file is kept.

    python tests/corpus/tables/make_field_office.py

It has what people's workbooks have: a title above the header, merged cells down and across, real date
cells, numbers as text, a formula that nobody has computed, an error value, and a sheet of something else.
"""

from __future__ import annotations

import importlib
from datetime import datetime
from pathlib import Path

book = importlib.import_module("openpyxl").Workbook()  # only needed to make the file anew
sites = book.active
sites.title = "Sites"
sites["A1"] = "Field office list, September"
sites.merge_cells("A1:H1")
sites.append([])
sites.append(
    ["Site ID", "Organisation", "Facility name", "Facility type", "Latitude", "Longitude", "Accuracy_m", "Valid until"]
)
sites.append(
    ["S-1", "Example Relief", "Clinic", "clinic", 35.3358811, 40.1408412, 25, datetime.fromisoformat("2017-12-31")]
)
sites.append(["S-2", None, "School", "school", "35,3411", "40,1502", "0,1 km", "2017-12-31T00:00+03:00"])
sites.append(["S-3", None, "Mill", "warehouse", "=E4+0.01", 40.16, None, None])
sites.append(["S-4", None, "Pump", "water", "#N/A", 40.17, None, None])
sites["E7"].data_type = "e"
sites.append([None] * 8)
sites.append(
    ["S-5", "Other Relief", "Store", "warehouse", 35.35, 40.18, 500, datetime.fromisoformat("2017-12-31T18:00")]
)
sites.merge_cells("B4:B7")

movements = book.create_sheet("Movements")
movements.append(
    ["Movement ID", "Organisation", "Mode", "Point", "Coordinates", "Arrival", "Departure", "Time zone", "Armed escort"]
)
movements.append(
    [
        "M-1",
        "Example Relief",
        "road",
        1,
        "35.3358811, 40.1408412",
        None,
        datetime.fromisoformat("2017-09-16T08:00"),
        "+03:00",
        "no",
    ]
)
movements.append(
    [
        "M-1",
        None,
        None,
        2,
        "35.0200123, 40.4500456",
        datetime.fromisoformat("2017-09-16T10:00"),
        datetime.fromisoformat("2017-09-16T12:30"),
        "+03:00",
        None,
    ]
)
movements.append([None, None, None, 3, "N35 20.153 E040 08.450", 42994.625, None, "+03:00", None])

book.create_sheet("Petty cash").append(["Item", "Price"])
book["Petty cash"].append(["tea", 3])
book.save(Path(__file__).parent / "field_office.xlsx")
