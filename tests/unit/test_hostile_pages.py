"""R43: pages made to break, to deceive or to keep busy whoever reads them.

They end in an article or in a refusal with a code, soon, and within bounds.
"""

from __future__ import annotations

import io
import time
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from thalweg.model.errors import InputError
from thalweg.model.theatre import Party
from thalweg.places.gazetteer import Gazetteer, Kind, MemoryShelf, Place
from thalweg.sources.article import Article, normal
from thalweg.sources.carried import article_data, article_of
from thalweg.sources.claims import draft
from thalweg.sources.lineage import lineage
from thalweg.sources.reading import LIMIT_BYTES, read
from thalweg.wiring.pages import page_bytes, read_page

PROSE = (
    "The mission said on Friday that the road to the depot was closed, and that it had told the people of the town. "
    "It was not known who had closed it, and the ferry went to the other bank as it always does."
)
RUSSIAN = (
    "Представитель миссии заявил в пятницу, что дорога к складу закрыта и что об этом было сообщено жителям города. "
    "Кто закрыл дорогу, не известно, и паром ходил на другой берег, как это было всегда."
)
ARABIC = (
    "قال المتحدث باسم البعثة يوم الجمعة إن الطريق إلى المستودع مغلق وإنه أبلغ سكان المدينة بذلك من قبل. "
    "ولم يعرف من الذي أغلق الطريق في هذا اليوم، وقد ذهبت العبارة إلى الضفة الأخرى على عادتها."
)
TURKISH = (
    "Misyon cuma günü deponun yolunun kapalı olduğunu ve bu durumun kasaba halkına bildirildiğini söyledi. "
    "Yolu kimin kapattığı bilinmiyor ve feribot bir kez daha öbür kıyıya gitti, ancak bu çok uzun sürdü."
)


def page(body: str, head: str = "", *, tag: str = "p") -> str:
    return f"<html><head>{head}</head><body><article><h1>H</h1><{tag}>{body}</{tag}></article></body></html>"


def refused(data: bytes, reader: Callable[[bytes], Article] = read) -> str:
    with pytest.raises(InputError) as caught:
        reader(data)
    assert caught.value.sentence
    return caught.value.code


# --- letters ---


@pytest.mark.parametrize(
    ("words", "encoding"),
    [
        (RUSSIAN, "windows-1251"),
        (ARABIC, "windows-1256"),
        (RUSSIAN, "koi8-r"),
        (TURKISH, "iso-8859-9"),
        (PROSE, "latin1"),
    ],
)
def test_a_declared_encoding_is_used(words: str, encoding: str) -> None:
    written = page(words, f'<meta http-equiv="Content-Type" content="text/html; charset={encoding}">')
    python = {"latin1": "cp1252", "iso-8859-9": "cp1254"}.get(encoding, encoding)
    found = read(written.encode(python))
    assert found.text == words
    assert found.flags == ()


@pytest.mark.parametrize(
    ("words", "encoding"),
    [(RUSSIAN, "cp1251"), (ARABIC, "cp1256"), (TURKISH, "cp1254"), (PROSE + " “So it was.”", "cp1252")],
)
def test_an_encoding_that_nobody_declares_is_guessed_only_by_words_that_are_known_and_flagged(
    words: str, encoding: str
) -> None:
    found = read(f"A headline\n\n{words}".encode(encoding, "replace"))
    assert found.text == words
    assert [each.code for each in found.flags] == ["source-encoding-guessed"]


def test_letters_that_make_no_words_are_refused() -> None:
    assert refused(b"A headline\n\n" + b"\xc1\xd2\xe3\xf4 " * 200) == "source-encoding"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16"])
def test_a_page_in_utf_16_is_a_page_with_or_without_its_mark(encoding: str) -> None:
    found = read(page(RUSSIAN).encode(encoding))
    assert (found.medium, found.text) == ("html", RUSSIAN)


@pytest.mark.parametrize("name", ["utf-7", "punycode", "unicode_escape", "idna", "rot13", "zlib", "undefined", "mbcs"])
def test_a_declared_encoding_that_is_a_program_is_none(name: str) -> None:
    data = f'<html><meta charset="{name}"><p>{PROSE}'.encode()
    assert refused(data) == "source-encoding"


def test_a_few_broken_letters_are_told_and_many_are_refused() -> None:
    body = page(PROSE * 10, '<meta charset="utf-8">').encode()
    found = read(body.replace(b"ferry", b"f\xffrry", 1))
    assert [each.code for each in found.flags] == ["source-letters-lost"]
    assert refused(body.replace(b"th", b"\xff\xfe")) == "source-encoding"


def test_half_letters_and_towers_of_marks_are_cut() -> None:
    began = time.monotonic()
    head = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "A \\ud800 day"}</script>'
    tower = "e" + "\u0315\u0300" * 40_000
    found = read(page(f"{PROSE} {tower}", head).replace("<h1>H</h1>", "").encode())
    assert found.headline == "A \ufffd day"
    assert len(found.text) < len(PROSE) + 40
    assert found.text.isprintable()
    assert normal("a\ud800") == "a\ufffd"
    assert time.monotonic() - began < 5


# --- boxes ---


def boxed(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as box:
        for name, data in members.items():
            box.writestr(name.replace("__", "/"), data)
    return made.getvalue()


def test_a_complete_save_in_a_zip_is_its_page_and_not_its_frames() -> None:
    saved = page(PROSE).replace("<html>", "<!-- saved from url=(0034)https://courier.example/2031/road -->\n<html>")
    data = boxed(
        **{"Road.html": saved.encode(), "Road_files__frame.html": b"<html><p>Buy now!", "Road_files__a.js": b"x"}
    )
    found = read(data)
    assert (found.medium, found.text) == ("saved page", PROSE)
    assert found.url == "https://courier.example/2031/road"


def test_a_statement_of_a_word_processor_is_read_without_what_was_struck() -> None:
    w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body = f"<w:p><w:r><w:t>{PROSE}</w:t></w:r><w:del><w:r><w:delText>SECRET</w:delText></w:r></w:del></w:p>"
    document = f"<?xml version='1.0'?><w:document {w}><w:body>{body}</w:body></w:document>"
    found = read(boxed(word__document=b"", **{"word/document.xml": document.encode()}))
    assert (found.medium, found.text) == ("docx", PROSE)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (boxed(**{"a.html": b"<p>" + b"0" * 60_000_000}), "source-too-large"),
        (boxed(**{"word/document.xml": b" " * 40_000_000}), "source-too-large"),
        (boxed(**{"word/document.xml": b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]><x>&a;</x>"}), "source-unreadable"),
        (boxed(**{"inner.zip": boxed(**{"a.html": b"<p>" + b"0" * 1000})}), "source-packed"),
        (boxed(**{"a.html": b"<p>x", "b.html": b"<p>y"}), "source-packed"),
        (boxed(**{f"f{n}.txt": b"" for n in range(3_100)}), "source-too-large"),
        (b"PK\x03\x04" + b"\x00" * 400, "source-unreadable"),
        (boxed(**{"a.html": b"<p>" + PROSE.encode()})[:-60], "source-unreadable"),
        (zlib.compress(b"x", wbits=31), "source-packed"),
    ],
    ids=["page", "document", "entities", "box in a box", "two pages", "files", "damaged", "cut off", "gzip"],
)
def test_a_bomb_in_a_box_is_refused_before_it_is_unpacked(data: bytes, code: str) -> None:
    began = time.monotonic()
    assert refused(data) == code
    assert time.monotonic() - began < 3


def test_a_saved_page_is_the_part_it_was_saved_from_in_the_letters_that_its_part_declares() -> None:
    frame = "Content-Type: text/html\r\nContent-Location: https://ads.example/\r\n\r\n<p>Buy now!\r\n"
    own = "Content-Type: text/html; charset=windows-1251\r\nContent-Location: https://c.example/a\r\n\r\n"
    head = (
        "MIME-Version: 1.0\r\nSnapshot-Content-Location: https://c.example/a\r\n"
        'Content-Type: multipart/related; boundary="B"\r\n\r\n'
    )
    data = f"{head}--B\r\n{frame}--B\r\n{own}".encode() + page(RUSSIAN).encode("cp1251") + b"\r\n--B--\r\n"
    assert read(data).text == RUSSIAN


def test_parts_in_parts_end_in_a_refusal() -> None:
    nested = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(3_000))
    assert refused(b"MIME-Version: 1.0\r\n" + nested) == "source-unreadable"
    many = b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\n\r\n" * 100_000
    assert refused(many) == "source-unreadable"


# --- pages ---


@pytest.mark.parametrize(
    "hidden",
    [
        "<p style='display: none'>SECRET word of nobody</p>",
        "<p hidden>SECRET word of nobody</p>",
        "<div style='color:red;font-size:0'>SECRET word of nobody</div>",
        "<script>document.write('SECRET')</script>",
        "<noscript>SECRET</noscript>",
        "<template><p>SECRET</p></template>",
        "<svg><text>SECRET</text></svg>",
        "<iframe srcdoc='SECRET'>SECRET</iframe>",
        "<!-- SECRET -->",
        "<p onclick='SECRET()'>And so it was on that day in the town.</p>",
    ],
)
def test_what_a_reader_of_the_page_does_not_see_is_no_statement(hidden: str) -> None:
    assert "SECRET" not in read(page(f"{PROSE}</p>{hidden}<p>{PROSE} It is so.").encode()).text


def test_a_form_that_wraps_a_whole_page_does_not_hide_it() -> None:
    body = (
        f"<html><body><form id='aspnetForm'><h1>H</h1><p>{PROSE * 6}</p></form><form>Search SECRET</form></body></html>"
    )
    found = read(body.encode())
    assert PROSE in found.text
    assert "SECRET" not in found.text


# --- PDF ---


def pdf(*objects: bytes) -> bytes:
    made, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1) + b"".join(
        b"%010d 00000 n \n" % at for at in places
    )
    return made + table + b"trailer <</Size %d /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(places) + 1, len(made))


CATALOGUE = b"<</Type /Catalog /Pages 2 0 R>>"
SHEETS = [b"<</Type /Page /MediaBox [0 0 9 %d]>>" % number for number in range(9, 109)]
KIDS = b" ".join(b"%d 0 R" % number for number in range(3, 103))
PDFS = {
    "pages that hold themselves": pdf(CATALOGUE, b"<</Type /Pages /Kids [2 0 R] /Count 1>>"),
    "a reference to itself": pdf(CATALOGUE, b"2 0 R"),
    "two that refer to each other": pdf(CATALOGUE, b"3 0 R", b"2 0 R"),
    "a hundred pages": pdf(CATALOGUE, b"<</Type /Pages /Kids [%s] /Count 100>>" % KIDS, *SHEETS),
    "arrays in arrays": pdf(CATALOGUE, b"[" * 20_000 + b"]" * 20_000),
}


@pytest.mark.parametrize("name", PDFS)
def test_a_pdf_that_goes_in_circles_ends_with_its_process(name: str) -> None:
    """The library that reads PDF never comes back from some of these."""
    began = time.monotonic()
    code = refused(PDFS[name], lambda each: read_page(each, seconds=3))
    assert code in ("source-unreadable", "source-empty", "source-too-long")
    assert time.monotonic() - began < 12


def test_a_stream_that_fills_the_machine_and_a_page_that_takes_for_ever_end_with_their_process() -> None:
    """The bounds of sizes do not catch these: the child's memory and clock do."""
    bomb = zlib.compress(b" " * 700_000_000, 1)
    stream = b"<</Length %d /Filter /FlateDecode>>\nstream\n%s\nendstream" % (len(bomb), bomb)
    sheet = b"<</Type /Page /MediaBox [0 0 9 9] /Contents 4 0 R>>"
    data = pdf(CATALOGUE, b"<</Type /Pages /Kids [3 0 R] /Count 1>>", sheet, stream)
    began = time.monotonic()
    code = refused(data, lambda each: read_page(each, seconds=10, memory=600 * 2**20))
    assert code in ("source-too-large", "source-too-long", "source-unreadable")
    assert time.monotonic() - began < 20
    slow = pdf(CATALOGUE, b"<</Type /Pages /Kids [3 0 R] /Count 1>>", sheet, b"<<>>\nstream\n" + b"(a) Tj " * 900_000)
    assert refused(slow, lambda each: read_page(each, seconds=1)) in (
        "source-too-long",
        "source-unreadable",
        "source-empty",
    )


# --- sizes ---


def test_fifty_megabytes_of_comments_are_refused_before_they_are_read(tmp_path: Path) -> None:
    huge = tmp_path / "comments.html"
    with huge.open("wb") as stream:
        stream.write(page(PROSE).encode())
        stream.truncate(50 * 1024 * 1024)
    with pytest.raises(InputError) as caught:
        page_bytes(huge)
    assert caught.value.code == "source-too-large"
    assert refused(b"<html><p>" + b"x" * LIMIT_BYTES, read_page) == "source-too-large"


def test_nineteen_thousand_comments_below_an_article_are_left_out() -> None:
    one = "<div class='comment'><p>You people never learn, lol!! I don't believe you.</p></div>"
    body = page(PROSE).replace("</body>", f"<div id='comments'>{one * 19_000}</div></body>")
    found = read_page(body.encode())
    assert found.text == PROSE
    assert len(found.left_out) >= 1


def test_what_the_child_reads_is_what_is_read_here() -> None:
    data = page(f"{PROSE}</p><p>{PROSE} It is so.", '<meta property="article:published_time" content="2031-03-11">')
    here, there = read(data.encode(), outlet="The Courier"), read_page(data.encode(), outlet="The Courier")
    assert here == there
    assert article_of(article_data(here)) == here
    assert refused(b"%PDF-1.7 broken", read_page) == "source-unreadable"


# --- words that rules look at, many times over ---

PIECES = [
    *["A", "Mr. ", ". ", '"', '" ', "“a” ", "1,234 ", "(Aa) ", "[a] ", "On a ", "said ", "said, ", "told The Aa "],
    *["according to ", "Monday ", "in Aa-", "1,in Aa-", "said in Aa-", "- ", "\u00a0", "...", "he ", "Aa Aa, a aa, "],
    *["quoted by The ", "one hundred ", "It said that it said that ", "Aa's ", "of ", "10 km ", "12/12/", "@"],
]


@pytest.mark.parametrize("size", [1_900, 150_000])
def test_words_repeated_for_ever_do_not_keep_the_rules_busy(size: int) -> None:
    places = Gazetteer(MemoryShelf([Place("ex:1", "Salheva", "", 68.24, -47.88, Kind.SETTLEMENT)]))
    guard = (Party("GUARD", "River Guard", aliases=("the Guard",)),)
    for piece in PIECES:
        began = time.monotonic()
        body = (piece * (size // len(piece) + 1))[:size]
        with suppress(InputError):
            found = read(f"H\n\nThe Guard said that {body} said Aa.".encode(), published=date(2031, 3, 11))
            draft(replace(found, language="en"), places, parties=guard)
        assert time.monotonic() - began < 6, piece


def test_two_texts_of_one_word_are_compared_soon() -> None:
    began = time.monotonic()
    texts = [read(f"H\n\n{'aa ' * 60_000}".encode()), read(f"H\n\n{'aa ' * 55_000}bb cc".encode())]
    assert lineage(texts).sources
    assert time.monotonic() - began < 10
