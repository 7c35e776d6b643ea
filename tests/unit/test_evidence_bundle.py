"""A dossier with every entry that it cites in one file: verified offline, refused with the reason once anything in it
is changed, and with what another reader may not have withheld (R39, D7)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.desk_world import Room, circle
from tests.dossier_world import NAMES, Told
from thalweg.cli.verify import verify
from thalweg.ledger.errors import LedgerError, Malformed
from thalweg.ledger.receipt import Bundle, Document, Withheld
from thalweg.ledger.trust import write_trust
from thalweg.ledger.verify import verify_bundle
from thalweg.model.cases import AccountGiven, Evidence, EvidenceLaid, IncidentReported, Particulars
from thalweg.model.declarations import Kind
from thalweg.model.dossier import Asked
from thalweg.model.events import Committed, Notice, Taken, Term, TermsSet
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.policy.dossier.made import dossier
from thalweg.policy.evidence import proved
from thalweg.policy.held import of_log
from thalweg.policy.mailbox import Mailboxes
from thalweg.policy.redaction import redacted
from thalweg.reports.dossier.check import check, counted, read
from thalweg.reports.dossier.digest import MEDIA_TYPE, encode


@pytest.fixture(scope="module")
def told() -> Told:
    return Told()


@pytest.fixture(scope="module")
def bundle(told: Told) -> Bundle:
    return told.evidence("alpha")[1]


def refusal(told: Told, bundle: Bundle) -> LedgerError:
    data = bundle.encode()
    with pytest.raises(LedgerError) as refused:
        check(data, verify_bundle(data, told.trust))
    return refused.value


def test_the_dossier_follows_from_the_entries_and_it_is_said(told: Told, bundle: Bundle) -> None:
    data = bundle.encode()
    (sentence,) = check(data, verify_bundle(data, told.trust))
    assert "made again from them it is the same, byte for byte" in sentence
    assert told.reference in sentence
    assert bundle.documents[0].sha256 in sentence
    assert encode(read(data, verify_bundle(data, told.trust))) == bundle.documents[0].data


def test_a_bundle_of_the_second_version_reads_back_as_it_was(bundle: Bundle) -> None:
    assert Bundle.parse(bundle.encode()) == bundle
    assert json.loads(bundle.encode())["v"] == "thalweg/bundle/v2"
    assert json.loads(replace(bundle, documents=()).encode())["v"] == "thalweg/bundle/v1"


def test_one_byte_of_the_dossier_changed_is_refused(told: Told, bundle: Bundle) -> None:
    (document,) = bundle.documents
    changed = document.data.replace(b"Explosion", b"Explosivn")
    assert refusal(told, replace(bundle, documents=(replace(document, data=changed),))).code == "bundle.document"
    forged = Document.of(document.name, document.media, changed)  # with the hash made anew
    assert refusal(told, replace(bundle, documents=(forged,))).code == "dossier.differs"


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value["answers"][0].update(known="no"),
        lambda value: value["answers"].pop(),
        lambda value: value["accounts"].pop(),
        lambda value: value["timeline"].pop(0),
        lambda value: value.update(known_at="2017-09-19T00:00:00Z"),
        lambda value: value["keys"].pop(),
        lambda value: value["entries"].pop(),
        lambda value: value.update(party="bravo"),
        lambda value: value["withheld"].append({"what": "notice", "count": 1}),
        lambda value: value.update(extra="word"),
        lambda value: value.pop("incident"),
        lambda value: value.update(margins=3),
    ],
)
def test_a_dossier_that_says_anything_else_is_refused(
    told: Told, bundle: Bundle, change: Callable[[dict[str, object]], object]
) -> None:
    value = json.loads(bundle.documents[0].data)
    change(value)
    data = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    forged = Document.of("dossier.json", MEDIA_TYPE, data)
    assert refusal(told, replace(bundle, documents=(forged,))).code == "dossier.differs"


def test_a_dossier_of_a_time_past_proves_what_had_reached_its_party(told: Told) -> None:
    """R40: each notice in it with the receipt by which it came; another time, another entry, or none, is refused."""
    made, past = told.evidence("alpha", past=True)
    value = json.loads(past.documents[0].data)
    at = {each.index: each for each in told.records("alpha")}
    assert made.value.reached
    for row in made.value.reached:
        assert isinstance(at[row.notice].body, Notice)
        assert {*row.entries} <= {each["index"] for each in value["entries"]}
    (sentence,) = check(past.encode(), verify_bundle(past.encode(), told.trust))
    assert "as it had reached it by" in sentence

    def forged(change: Callable[[list[dict[str, Any]]], object]) -> LedgerError:
        again = json.loads(past.documents[0].data)
        change(again["reached"])
        data = json.dumps(again, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        return refusal(told, replace(past, documents=(Document.of("dossier.json", MEDIA_TYPE, data),)))

    for change in (
        lambda rows: rows[0].update(at="2017-09-15T00:00:00Z"),
        lambda rows: rows[0].update(entries=[]),
        lambda rows: rows[0].update(entries=[rows[0]["notice"]]),
        lambda rows: rows[0].update(notice=10**6),
    ):
        error = forged(change)
        assert error.code == "dossier.reached"
        assert "had reached alpha at" in error.sentence
        assert "the entries that it names do not show it" in error.sentence
    assert forged(lambda rows: rows.pop()).code == "dossier.differs"


def test_what_had_not_reached_a_party_is_not_in_its_dossier_of_a_time_past(told: Told) -> None:
    """R40: alpha signed for the warning and nothing else; what it was told of bravo's answers is of today."""
    now, past = (told.dossier("alpha"), told.evidence("alpha", past=True)[0])
    heard = {each.by for each in past.value.accounts}
    assert {each.by for each in now.value.accounts} == {"alpha", "bravo"}
    assert heard == {"alpha"}
    assert "unread" in {each.key for each in past.value.cannot}
    assert "unread" not in {each.key for each in now.value.cannot}
    warned = next(each for each in past.value.answers if each.asked is Asked.WARNED)
    assert [each.key for each in warned.facts] == ["warned"]


def test_one_entry_left_out_is_refused(told: Told, bundle: Bundle) -> None:
    """Whatever the dossier cites must be there."""
    cited = {each["index"] for each in json.loads(bundle.documents[0].data)["entries"]}
    assert cited == {each.index for each in bundle.entries}
    for index in sorted(cited)[::5]:
        entries = tuple(each for each in bundle.entries if each.index != index)
        assert refusal(told, replace(bundle, entries=entries)).code in ("dossier.differs", "bundle.payload")


def test_what_is_refused_is_refused_with_its_reason_in_words(told: Told, bundle: Bundle) -> None:
    """R39: one byte, one entry, one part of the key history."""
    at = next(number for number, each in enumerate(bundle.entries) if b'"at":1' in each.entry)
    entry = bundle.entries[at]
    changed = replace(entry, entry=entry.entry.replace(b'"at":1', b'"at":2', 1))
    entries = (*bundle.entries[:at], changed, *bundle.entries[at + 1 :])
    byte = refusal(told, replace(bundle, entries=entries))
    assert byte.sentence == f"The proof does not place this entry at {entry.index}."
    last = bundle.entries[-1].index
    absent = refusal(told, replace(bundle, entries=bundle.entries[:-1]))
    assert absent.sentence.endswith(f"It rests on entry {last}, which is not in the bundle.")
    keys = [
        refusal(told, replace(bundle, keys=(*bundle.keys[:number], *bundle.keys[number + 1 :]))).sentence
        for number in range(len(bundle.keys))
    ]
    assert keys[0] == "The log does not begin with the entry that is trusted."
    assert any("has no key" in each for each in keys)
    assert all("key" in each or "trusted" in each for each in keys), keys
    (document,) = bundle.documents
    value = json.loads(document.data)
    value["accounts"].pop()
    data = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    forged = Document.of(document.name, document.media, data)
    assert refusal(told, replace(bundle, documents=(forged,))).sentence.endswith("It differs in: accounts.")


def test_one_byte_of_an_entry_changed_is_refused(told: Told, bundle: Bundle) -> None:
    first = bundle.entries[5]
    changed = replace(first, entry=first.entry.replace(b'"at":1', b'"at":2', 1))
    assert refusal(told, replace(bundle, entries=(*bundle.entries[:5], changed, *bundle.entries[6:]))).code != ""


def test_one_key_range_left_out_is_refused(told: Told, bundle: Bundle) -> None:
    for number in range(len(bundle.keys)):
        keys = (*bundle.keys[:number], *bundle.keys[number + 1 :])
        assert refusal(told, replace(bundle, keys=keys)).code.startswith(("identity.", "verify.", "dossier."))
    assert refusal(told, replace(bundle, keys=bundle.keys[: len(bundle.keys) // 2])).sentence


def test_any_byte_of_the_file_changed_is_refused_or_reads_as_the_same(told: Told, bundle: Bundle) -> None:
    """Every four-hundredth byte of it; what is signed is not the only thing that is guarded."""
    data = bundle.encode()
    for place in range(7, len(data), max(1, len(data) // 400)):
        changed = bytearray(data)
        changed[place] ^= 0x01
        if bytes(changed) == data:
            continue
        try:
            check(bytes(changed), verify_bundle(bytes(changed), told.trust))
        except LedgerError:
            continue
        # What the bundle proposes to demand, and what its document is called, bind nobody.
        again = Bundle.parse(bytes(changed))
        called = replace(again.documents[0], name="dossier.json")
        assert replace(again, policy=bundle.policy, documents=(called,)) == bundle, place


# --- for another reader ---


@pytest.fixture(scope="module")
def shared(told: Told) -> Bundle:
    """Alpha's file, as bravo may be given it."""
    return for_reader(told, "bravo")


def for_reader(told: Told, reader: str) -> Bundle:
    world = told.room.desk.world
    given, withheld = redacted(world, told.mailboxes(), "alpha", reader, told.indexes("alpha")).value
    cited = {each.index for each in told.dossier("alpha").value.entries}
    hidden = tuple(Withheld.of(told.room.log.prove(index), what) for index, what in withheld.items() if index in cited)
    records = of_log(world, [each for each in given if each in cited], "alpha")
    made = dossier("alpha", records, told.reference, told.room.now, names=NAMES, withheld=counted(hidden))
    made, kept = proved(made, lambda indexes: told.bundle("alpha", indexes))
    document = Document.of("dossier.json", MEDIA_TYPE, encode(made))
    return replace(kept, withheld=hidden, documents=(document,))


def test_what_another_reader_may_not_have_is_withheld_with_its_proof_and_verify_says_so(
    told: Told, shared: Bundle
) -> None:
    data = shared.encode()
    verdict = verify_bundle(data, told.trust)
    assert shared.withheld
    assert "WITHHELD FROM THIS READER" in verdict.sentence()
    assert "notices" in verdict.sentence()
    (sentence,) = check(data, verdict)
    assert f"{len(shared.withheld)} entries are withheld from its reader" in sentence


def test_nothing_that_is_withheld_can_be_read_in_the_file(told: Told, shared: Bundle) -> None:
    plain = b"\n".join([*(each.entry for each in shared.entries), *(each.payload for each in shared.payloads)])
    whole = told.bundle("alpha", told.indexes("alpha"))
    for each in whole.entries:
        if each.index in {item.index for item in shared.withheld}:
            assert each.entry not in plain
            assert base64.b64encode(each.entry) not in shared.encode()
    mailboxes = told.mailboxes()
    for each in shared.entries:
        body = told.room.desk.world.load(each.index).body
        may = mailboxes.may_hold("bravo", each.index)
        assert may or type(body).__name__ in ("Notice", "Taken", "Delivered", "Disseminated"), body


def test_a_withheld_entry_with_another_leaf_place_or_class_is_refused(told: Told, shared: Bundle) -> None:
    first, *rest = shared.withheld
    for changed in (
        replace(first, leaf=bytes(32)),
        replace(first, index=first.index + 1),
        replace(first, path=first.path[:-1]),
        replace(first, what="other" if first.what != "other" else "case"),
    ):
        assert refusal(told, replace(shared, withheld=(changed, *rest))).code != ""
    assert refusal(told, replace(shared, withheld=tuple(rest))).code == "dossier.differs"
    with pytest.raises(Malformed):
        Bundle.parse(shared.encode().replace(b'"what":"notice"', b'"what":"secret"'))


def test_what_is_shown_is_not_said_to_be_withheld(told: Told, bundle: Bundle) -> None:
    proven = bundle.entries[3]
    both = replace(bundle, withheld=(Withheld.of(proven, "other"),))
    assert refusal(told, both).code == "bundle.withheld"


def test_the_holder_itself_is_given_everything(told: Told) -> None:
    assert for_reader(told, "alpha").withheld == ()


def test_verify_on_the_command_line_says_all_of_it(
    told: Told, shared: Bundle, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, trust = tmp_path / "alpha.bundle", tmp_path / "trust.json"
    trust.write_bytes(write_trust(told.trust))
    file.write_bytes(shared.encode())
    assert verify(file, trust=trust) == 0
    out = capsys.readouterr().out
    assert "WITHHELD FROM THIS READER" in out
    assert "made again from them it is the same" in out
    (document,) = shared.documents
    forged = Document.of(document.name, document.media, document.data.replace(b"twice", b"never"))
    file.write_bytes(replace(shared, documents=(forged,)).encode())
    assert verify(file, trust=trust) == 1
    assert "does not follow from the entries" in capsys.readouterr().err


def _classes(charlie_shows_bravo: bool) -> list[str]:
    """What alpha's bundle for bravo gives and withholds of what alpha holds, in its order."""
    room = Room(("alpha", "bravo", "charlie"))
    room.channel("alpha", "bravo", "charlie", level=Level.FULL)
    shown = Level.FULL if charlie_shows_bravo else Level.NOTHING
    assert isinstance(room.say("charlie", TermsSet("charlie", "line", (Term(shown),), "bravo")), Taken)
    room.declare("charlie", circle("post", "charlie", 41.9, 36.9, kind=Kind.STATIC_SITE))
    (post,) = [each for each in room.notices("alpha") if each.of == "charlie" and each.version]
    room.later(60)
    when = Particulars(Instant(room.now.epoch_s - 60), room.now)
    room.say("alpha", IncidentReported("alpha", "Smoke", when, ("bravo",), "Smoke rose."))
    (reference,) = room.desk.world.cases.incidents
    room.say("alpha", EvidenceLaid("alpha", reference, Evidence.DECLARATION, post.subject, "It was near."))
    room.say("bravo", AccountGiven("bravo", reference, "Not ours.", "en", when))
    room.say("bravo", Committed("bravo", reference, "we look", Instant(room.now.epoch_s + 600)))
    mailboxes = Mailboxes(room.desk.world, room.desk.policy)
    indexes = mailboxes.entries("alpha").value
    given, withheld = redacted(room.desk.world, mailboxes, "alpha", "bravo", indexes).value
    kinds = {index: type(room.desk.world.load(index).body).__name__ for index in given}
    return [f"given {kinds[index]}" if index in given else withheld[index] for index in sorted((*given, *withheld))]


def test_what_a_third_party_shows_to_whom_is_not_told_by_what_a_bundle_withholds() -> None:
    """D7: whoever asks for a bundle for another learns nothing of what a third party's terms show that other."""
    told = _classes(charlie_shows_bravo=True)
    assert told == _classes(charlie_shows_bravo=False)
    assert {"given IncidentReported", "given AccountGiven", "given Committed"} <= set(told)
    assert "given EvidenceLaid" not in told
