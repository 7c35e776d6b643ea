"""A file by a browser without a script: read, shown row by row, and each row declared by the form."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Collection, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.serving import Answer, Serving, serving
from thalweg.model.levels import Level
from thalweg.server import multipart
from thalweg.server.problems import Refusal

CSV = (
    "id,kind,party,title,latitude,longitude\n"
    "w-1,static_site,alpha,Well <b>one</b>,35.30,40.20\n"
    "w-2,static_site,bravo,Not ours,35.31,40.21\n"
    "w-3,static_site,alpha,Nowhere,north,\n"
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("files")) as server:
        server.parties("alpha", "bravo", level=Level.FULL)
        yield server


def upload(server: Serving, data: bytes, name: str = "sites.csv", who: str = "alpha-1") -> Answer:
    headers = {**server.bearing(who), "accept": "text/html"}
    return server.client.post("/declare/file", files={"file": (name, data)}, headers=headers)


def fields(text: str, form: str) -> dict[str, str]:
    found = re.search(form, text, re.DOTALL)
    assert found is not None
    pairs = re.findall(r'name="([^"]+)" value="([^"]*)"', found[0])
    return {name: value.replace("&#34;", '"').replace("&lt;", "<").replace("&gt;", ">") for name, value in pairs}


def test_every_row_is_shown_and_what_could_not_be_read_first(desk: Serving) -> None:
    """R2, R3: nothing is declared by reading."""
    page = upload(desk, CSV.encode()).text
    assert page.index("Not read, and so not declared") < page.index("Rows that were read")
    assert "Well &lt;b&gt;one" in page
    assert "names <bdi>bravo</bdi> as its party" in page
    assert page.count('name="do" value="load"') == 1
    assert desk.get("alpha-1", "/v1/declarations").json()["declarations"] == []


def test_columns_that_are_not_understood_are_named_before_the_rows(desk: Serving) -> None:
    """A misspelt column looks like one that somebody added; what it says is tested by nobody."""
    page = upload(
        desk, CSV.replace("title,", "bufer_m,weather,").replace("Well <b>one</b>,", "5 km,fair,").encode()
    ).text
    assert page.index("the column “bufer_m”") < page.index("Rows that were read") < page.index("columns “weather”")
    assert "looks like “buffer m”" in page


def test_rows_that_another_row_ends_are_named(desk: Serving) -> None:
    """What is in the file and not among the rows is nowhere else."""
    text = "id,kind,party,action,latitude,longitude\nw-7,static_site,alpha,,35.30,40.20\nw-7,,alpha,cancel,,\n"
    page = upload(desk, text.encode()).text
    assert "sites.csv: row 2" in page
    assert "Cancelled" in page


def test_a_row_is_opened_in_the_form_confirmed_and_declared(desk: Serving) -> None:
    """R4: each position is read back, wherever it came from."""
    headers = {**desk.bearing("alpha-1"), "accept": "text/html"}
    row = fields(upload(desk, CSV.encode()).text, r'<form method="post" action="/declare" class="inline">.*?</form>')
    opened = desk.client.post("/declare", data=row, headers=headers).text
    assert 'value="35.300000, 40.200000"' in opened
    sent = fields(opened, r'<form method="post" action="/declare" id="send".*?</form>')
    tokens = re.findall(r'name="sure" value="([^"]+)"', opened)
    data = {
        **{name: text for name, text in sent.items() if not name.startswith("level-")},
        "do": "send",
        "sure": tokens,
    }
    answer = desk.client.post("/declare", data=data, headers=headers, follow_redirects=False)
    assert answer.status_code == 303
    assert "declared already" in upload(desk, CSV.encode()).text


@pytest.mark.parametrize("data", [b"", b"\x00\xff" * 50, b"PK\x03\x04broken", b"<kml>", b'{"type":'])
def test_a_file_that_is_none_is_said_to_be_none(desk: Serving, data: bytes) -> None:
    answer = upload(desk, data, "x.bin")
    assert answer.status_code in (200, 422)
    assert answer.status_code == 422 or "Not read, and so not declared" in answer.text


def test_a_form_without_a_file_is_sent_back(desk: Serving) -> None:
    headers = {**desk.bearing("alpha-1"), "accept": "text/html"}
    assert desk.client.post("/declare/file", data={"file": "x"}, headers=headers).status_code == 422


def many(count: int, odd: Collection[int] = ()) -> bytes:
    lines = ["id,kind,party,title,latitude,longitude"]
    for n in range(count):
        where = "35.2,40" if n in odd else f"{35.00012 + n % 20 / 100:.5f},{40.00034 + n // 20 / 10:.5f}"
        lines.append(f"m-{n},static_site,alpha,Well {n},{where}")
    return "\n".join(lines).encode()


def test_rows_in_which_nothing_is_odd_are_declared_together_once_they_were_looked_at(desk: Serving) -> None:
    """R3, R4: one statement a row, nothing odd among them, and the same file goes on where it was left."""
    data = many(30, odd=(7,))
    headers = {**desk.bearing("alpha-1"), "accept": "text/html"}
    shown = upload(desk, data).text
    ticks = re.findall(r'<input type="checkbox" name="row" value="([^"]+)"', shown)
    assert len(ticks) == 29, "the row with a flag has no tick"
    assert "<svg" in shown
    assert shown.count("<bdi>", shown.index("<tbody>")) > 60, "each has its reference"
    sha = hashlib.sha256(data).hexdigest()
    path = f"/declare/file/{sha}/send"
    before = len(desk.get("alpha-1", "/v1/declarations?limit=200").json()["declarations"])
    form = {"once": "the form of thirty", "row": ticks[:20]}
    unseen = desk.client.post(path, data=form, headers=headers, follow_redirects=False)
    assert unseen.status_code == 422, "not before somebody says that they looked"
    for _ in range(2):  # sent twice, it is said once
        sent = desk.client.post(path, data={**form, "sure": "yes"}, headers=headers, follow_redirects=False)
        assert sent.headers["location"] == f"/declare/file/{sha}#rows"
    held = desk.get("alpha-1", "/v1/declarations?limit=200").json()["declarations"]
    assert len(held) == before + 20
    again = upload(desk, data).text
    assert again.count('<input type="checkbox" name="row"') == 9
    assert "declared: 20 of 30" in re.sub("<[^>]+>", "", again)
    assert desk.client.get(f"/declare/file/{sha}", headers=headers).status_code == 200
    other = {**desk.bearing("bravo-1"), "accept": "text/html"}
    assert desk.client.get(f"/declare/file/{sha}", headers=other).status_code == 404


def outlines(party: str) -> bytes:
    """Rows: an outline and a remark that are longer than an entry's text may be, and one without either."""
    lines = ["id,kind,party,title,coordinates,remarks"]
    for number, (corners, remark) in enumerate(((900, ""), (12, "x" * 16_001), (12, ""))):
        turns = [2 * math.pi * corner / corners for corner in (*range(corners), 0)]
        ring = ", ".join(f"{40.5 + number / 2 + math.cos(t) / 9:.7f} {35 + math.sin(t) / 9:.7f}" for t in turns)
        lines.append(f'{party}-o-{number},static_site,{party},Outline {number},"POLYGON(({ring}))",{remark}')
    return "\n".join(lines).encode()


def test_a_long_outline_and_a_long_remark_are_declared(desk: Serving) -> None:
    """R2: an outline beyond the bound of a text stands in the file, which is named by its hash; a remark in parts."""
    data = outlines("alpha")
    headers = {**desk.bearing("alpha-1"), "accept": "text/html"}
    ticks = re.findall(r'<input type="checkbox" name="row" value="([^"]+)"', upload(desk, data).text)
    before = len(desk.get("alpha-1", "/v1/declarations?limit=200").json()["declarations"])
    form = {"once": "rows with outlines", "sure": "yes", "row": ticks}
    path = f"/declare/file/{hashlib.sha256(data).hexdigest()}/send"
    sent = desk.client.post(path, data=form, headers=headers, follow_redirects=False)
    assert (len(ticks), sent.status_code) == (3, 303)
    assert len(desk.get("alpha-1", "/v1/declarations?limit=200").json()["declarations"]) == before + 3
    details = desk.get("alpha-1", "/v1/declarations/alpha/alpha-o-1").json()["declaration"]["details"]
    assert "".join(details[f"remarks, part {part} of 2"] for part in (1, 2)) == "x" * 16_001


def test_a_row_that_was_never_shown_is_not_declared_by_naming_it(desk: Serving) -> None:
    data = many(3, odd=(1,))
    sha = hashlib.sha256(data).hexdigest()
    headers = {**desk.bearing("alpha-1"), "accept": "text/html"}
    upload(desk, data)
    before = len(desk.get("alpha-1", "/v1/declarations?limit=200").json()["declarations"])
    form = {"once": "x" * 12, "sure": "yes", "row": ["v-of-nothing"]}
    assert desk.client.post(f"/declare/file/{sha}/send", data=form, headers=headers).status_code == 200
    assert len(desk.get("alpha-1", "/v1/declarations?limit=200").json()["declarations"]) == before


@given(st.binary(max_size=300), st.text(st.characters(exclude_characters='"\r\n\\/', codec="utf-8"), max_size=20))
def test_a_file_arrives_byte_for_byte(data: bytes, name: str) -> None:
    body = (
        b'--mark\r\nContent-Disposition: form-data; name="csrf"\r\n\r\ntoken\r\n'
        b'--mark\r\nContent-Disposition: form-data; name="file"; filename="' + name.encode() + b'"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n" + data + b"\r\n--mark--\r\n"
    )
    if b"\r\n--mark" in data:
        return
    made = multipart.read(body, 'multipart/form-data; boundary="mark"')
    assert made.fields == {"csrf": "token"}
    assert made.files["file"].data == data
    assert made.files["file"].name == name.replace("%22", '"')


@given(st.binary(max_size=200))
def test_whatever_is_no_such_form_is_refused_whole(data: bytes) -> None:
    with pytest.raises(Refusal):
        multipart.read(data.replace(b"--m--", b""), "multipart/form-data; boundary=m-not-in-it")
