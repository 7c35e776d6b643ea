"""Files that pages are made with: under names with their digest, so that a browser keeps them for good.

Everything is read once, when the application is made, and served from memory, compressed. Islands are built by Vite,
which gives them such names itself; a page without them works too.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from thalweg.server.problems import Refusal

FOLDER: Final = Path(__file__).parent / "static"
ISLANDS: Final = "islands"
_MEDIA: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".geojson": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".pbf": "application/x-protobuf",
    ".webmanifest": "application/manifest+json",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
}
_PACKED: Final = frozenset((".png", ".woff2", ".ico"))  # compressed in themselves
_URL: Final = re.compile(rb"url\(\"?([a-zA-Z0-9_./-]+)\"?\)")

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Asset:
    media: str
    plain: bytes
    packs: bool


class Assets:
    """`url("room.css")` is where a file is had. Files of islands keep their names."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._urls: dict[str, str] = {}
        self._held: dict[str, Asset] = {}
        self._packed: dict[str, bytes] = {}
        self._manifest: dict[str, Any] = {}
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        for path in sorted(files, key=lambda each: each.suffix == ".css"):  # what names others comes after them
            name = path.relative_to(folder).as_posix()
            if path.name == "manifest.json" and ".vite" in path.parts:
                self._manifest = json.loads(path.read_text("utf-8"))
            elif path.suffix in _MEDIA and ".vite" not in path.parts:
                self._keep(name, path.suffix, path.read_bytes())

    def url(self, name: str) -> str:
        """The address of a file, by its name in the folder."""
        return self._urls[name]

    def island(self, name: str) -> tuple[str, tuple[str, ...]] | None:
        """The module script of an island, and its style sheets; None where islands are not built, or not this one."""
        chunks = self._manifest.values()
        found = next((each for each in chunks if each.get("isEntry") and each.get("name") == name), None)
        if found is None:
            return None
        styles = tuple(f"/static/{ISLANDS}/{each}" for each in found.get("css", ()))
        return f"/static/{ISLANDS}/{found['file']}", styles

    def ahead(self, name: str) -> tuple[str, ...]:
        """The modules that an island asks for one after the other, so that a page can ask for all of them at once."""
        found: dict[str, None] = {}

        def follow(key: str) -> None:
            chunk = self._manifest.get(key, {})
            for each in (*chunk.get("imports", ()), *chunk.get("dynamicImports", ())):
                address = f"/static/{ISLANDS}/{self._manifest[each]['file']}"
                if address not in found:
                    found[address] = None
                    follow(each)

        for key, chunk in self._manifest.items():
            if chunk.get("isEntry") and chunk.get("name") == name:
                found[f"/static/{ISLANDS}/{chunk['file']}"] = None
                follow(key)
        return tuple(found)

    def get(self, name: str) -> Asset | None:
        """By the path after `/static/`."""
        return self._held.get(name)

    def packed(self, name: str) -> bytes:
        """Compressed, when it is first asked for."""
        if name not in self._packed:
            self._packed[name] = gzip.compress(self._held[name].plain, 9, mtime=0)
        return self._packed[name]

    def pack(self) -> None:
        """Compress everything now."""
        for name, asset in self._held.items():
            if asset.packs:
                self.packed(name)

    def _keep(self, name: str, suffix: str, data: bytes) -> None:
        if suffix == ".css" and not name.startswith(f"{ISLANDS}/"):
            data = _URL.sub(lambda match: b"url(" + self._urls[match[1].decode()].encode() + b")", data)
        served = name
        if not name.startswith(f"{ISLANDS}/"):
            stem, _, end = name.rpartition(".")
            served = f"{stem}.{hashlib.sha256(data).hexdigest()[:10]}.{end}"
        self._held[served] = Asset(_MEDIA[suffix], data, suffix not in _PACKED)
        self._urls[name] = f"/static/{served}"


@router.get("/static/{path:path}")
def static(request: Request, path: str) -> Response:
    """A file that pages are made with."""
    assets: Assets = request.app.state.pages.assets
    found = assets.get(path)
    if found is None:
        raise Refusal("not-found", "There is no such file.")
    headers = {"cache-control": "public, max-age=31536000, immutable", "vary": "accept-encoding"}
    if found.packs and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(assets.packed(path), headers={**headers, "content-encoding": "gzip"}, media_type=found.media)
    return Response(found.plain, headers=headers, media_type=found.media)
