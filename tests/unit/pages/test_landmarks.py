"""What a page gives the map to say where something is, and how its sentences keep their pieces whole."""

from __future__ import annotations

import gzip
import json
import re

import pytest
from markupsafe import Markup

from thalweg.reports.messages.catalogue import LANGUAGES
from thalweg.server.pages import landmarks as pages_landmarks
from thalweg.server.pages.landmarks import landmarks
from thalweg.server.pages.reader import Reader
from thalweg.server.pages.words import words
from thalweg.server.pages.written import Written

AROUND = (39.2, 34.1, 41.9, 36.3)
ARABIC = re.compile("[\u0621-\u064a]")


def test_towns_and_rivers_are_named_as_the_reader_writes_them() -> None:
    given = landmarks(AROUND, "ar")
    names = [name for name, _, _ in given["towns"]]
    assert names[:2] == ["الرقة", "دير الزور"], "the most populous first"
    assert sum(ARABIC.search(name) is not None for name in names) > 0.8 * len(names)
    assert given["names"]["Al Furat"] == given["names"]["Euphrates"] == "الفرات"
    assert landmarks(AROUND, "fr")["names"]["Euphrates"] == "Euphrate", "and not as it stands after “de”"
    assert landmarks(AROUND, "en")["names"]["Dicle"] == "Tigris"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_place_is_said_as_the_messages_say_it_and_weighs_little(language: str) -> None:
    given = landmarks(AROUND, language)
    assert {"{place}", "{distance_m}", "{bearing_deg}"} <= set(re.findall(r"\{\w+\}", given["from"]["off"]))
    assert len(set(given["from"]["compass"])) == 16
    assert 50 < len(given["towns"]) <= 300
    assert len(gzip.compress(json.dumps(given, ensure_ascii=False).encode())) < 6000


def test_towns_lie_where_they_are_and_a_continent_has_only_the_largest() -> None:
    found = {name: (lon, lat) for name, lon, lat in landmarks(AROUND, "en")["towns"]}
    assert found["Deir ez-Zor"] == pytest.approx((40.141, 35.336), abs=0.01)
    wide = landmarks((-10.0, 35.0, 45.0, 60.0), "en")["towns"]
    assert len(wide) == 300
    assert "London" in {name for name, _, _ in wide}
    assert landmarks((-140.2, -40.1, -130.2, -35.2), "en")["towns"] == ()
    assert pages_landmarks._towns.cache_info().currsize <= 64


def test_a_sentence_keeps_its_times_and_ids_in_one_piece_and_escapes_the_rest() -> None:
    """Broken over two lines, the halves of a date change places in a text from right to left."""
    written = Written(words("en"), Reader())
    assert written.whole("from 2018-02-07 20:10Z to 2018-02-07 20:40:05Z <b>") == Markup(
        'from <span class="whole">2018-02-07 20:10Z</span> to <span class="whole">2018-02-07 20:40:05Z</span> &lt;b&gt;'
    )
    assert written.whole("Notice n-3kq7migu23, finding f-253510ff….") == Markup(
        'Notice <span class="whole">n-3kq7migu23</span>, finding <span class="whole">f-253510ff…</span>.'
    )
    assert "[U+202E]" in written.whole("x\u202e 2018-02-07")
