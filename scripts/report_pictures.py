"""Take the pictures of the HTML report that README.md shows, in a real browser.

    python scripts/report_pictures.py docs/pictures

Needs Chromium (apt-get install chromium). The bundled scenarios are checked as of a fixed time; for each picture the
report is cut down to one part of the page, so that the picture is small and its text can be read.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# Picture, scenario, time of the check, what of <main> to keep, width and height of the window.
PICTURES = (
    ("map", "wildfire", "2026-08-11T06:00Z", "figure.mapbox", (1000, 700)),
    ("finding", "wildfire", "2026-08-11T06:00Z", "#finding-1", (1000, 1000)),
)


def main(folder: str) -> None:
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("needs a Chromium: apt-get install chromium")
    for name, scenario, at, kept, (width, height) in PICTURES:
        with tempfile.TemporaryDirectory() as place:
            report, page = Path(place) / "report.html", Path(place) / "part.html"
            subprocess.run(
                [sys.executable, "-m", "thalweg", "demo", scenario, "--at", at, "--output", str(report)],
                stderr=subprocess.DEVNULL,
                check=False,  # findings are exit status 1
            )
            page.write_text(only(report.read_text("utf-8"), kept), "utf-8")
            subprocess.run(
                [
                    browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                    f"--user-data-dir={place}/profile", f"--window-size={width},{height}",
                    f"--screenshot={Path(folder).absolute() / name}.png", page.as_uri(),
                ],
                capture_output=True,
                check=True,
            )  # fmt: skip


def only(report: str, kept: str) -> str:
    """The report with one part of it shown. Its own policy would refuse the added style, and is taken out."""
    open_to_style = re.sub(r"<meta[^>]*Content-Security-Policy[^>]*>", "", report)
    style = f"body>header,body>footer,main>*:not({kept}){{display:none!important}}main{{padding-top:0!important}}"
    return open_to_style.replace("</head>", f"<style>{style}</style></head>")


if __name__ == "__main__":
    main(*sys.argv[1:])
