"""Coming in, and signing, with a passkey in a real browser (its authenticator is Chromium's virtual one)."""

from __future__ import annotations

import json
import re

from tests.browser import room
from tests.serving import soon
from thalweg.ledger.entry import Entry
from thalweg.server.signin import invite


def test_one_joins_by_a_link_signs_in_again_and_signs_what_one_says(desk: room.ServedDesk, browse: room.Browse) -> None:
    """The invitation stands after the #; the passkey that signs is another than the one that opens the door."""
    link = invite(desk.built.doors, party="bravo", role="watch").link
    screen = browse()
    page = screen.page
    room.virtual_passkey(page.context, page)
    page.goto(link)
    page.wait_for_selector("#passkey-login")
    assert not [asked for asked in screen.asked if "thi_" in asked], "the invitation stood in an address"
    screen.fine()
    page.fill("#passkey-login", "nadia")
    page.click("button.passkey")
    page.wait_for_url("**/inbox")
    screen.fine()

    page.click("footer form button, nav form button >> nth=0")
    page.goto(desk.url("/sign-in"))
    page.click("button.passkey")
    page.wait_for_url(re.compile(r"/(inbox|room|)$"))

    page.goto(desk.url("/settings"))
    page.locator("[data-island=passkey] button.passkey").last.click()
    page.wait_for_load_state()
    page.wait_for_selector("text=You sign with your own key")

    desk.declare("alpha-1", soon("meeting-1", "alpha"))
    page.goto(desk.url("/inbox"))
    page.wait_for_selector("[data-item]")
    with page.expect_response("**/v1/statements") as handed_in, page.expect_navigation():
        page.locator("form.answers button").first.click()
    assert handed_in.value.status == 201
    page.wait_for_url("**/inbox*")
    page.wait_for_selector("[data-island=connection][data-state=live]")
    assert not screen.strangers()
    key = json.loads(page.evaluate("async () => JSON.stringify(await (await fetch('/sign-in/keys/signing')).json())"))
    assert len(key["credentials"]) == 1
    head = desk.opened.log.head()
    assert head is not None
    entries = [Entry.parse(desk.opened.log.entry(index)).event for index in range(head.head.size)]
    assert [each.holder for each in entries if each.key == key["key"]] == ["author"]
