"""The replay from its first process to the last bundle: `perform`, then everybody's proof, each verified offline."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from thalweg import wiring
from thalweg.cli.replay import deir_ez_zor, incidents
from thalweg.cli.replay.play import Beat, Play
from thalweg.cli.replay.stage import ReplayFailed, Stage, offline, stage, without_network
from thalweg.ledger.trust import read_trust
from thalweg.ledger.verify import verify_bundle
from thalweg.model.errors import InputError
from thalweg.model.events import SECRETARIAT
from thalweg.model.instants import Instant
from thalweg.reports.story import Agreement, Line, Story, agree, between, statements, story

_TRIES = 5
_AT_ONCE = 2  # processes that verify
_AGAIN = "made again from them it is the same, byte for byte"


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a replay: each party's story out of its own bundle, and what the bundles have in common."""

    folder: Path
    beats: tuple[Beat, ...]
    stories: dict[str, Story]
    agreement: Agreement
    dossiers: dict[str, str]  # the name of the files of each dossier -> its incident
    seconds: float


def replay(out: Callable[[str], None], keep: Path | None = None) -> Told:
    """Play it, and hold everybody's bundle against the others'. ReplayFailed if anything is not as it should be."""
    began_s = wiring.monotonic()
    with folder_of(keep) as folder, stage(folder, Instant.of(datetime.fromisoformat(deir_ez_zor.BEGINS))) as built:
        out("EXERCISE. Deir ez-Zor, autumn 2017, through a live desk: what was published keeps its words; what was")
        out("drawn is marked; that it went over one channel, and every answer, is hypothetical.")
        out(f"The desk: a process of its own at {built.url}; its clock is told, and begins at {deir_ez_zor.BEGINS}.")
        built.enter(SECRETARIAT, *deir_ez_zor.PARTIES)
        chair = built.hands[SECRETARIAT]
        chair.author = chair.ask("join", link=built.invitation, login="chair")["author"]
        play = Play(built, out)
        deir_ez_zor.perform(play)
        play.answer_all()
        bundles = _bundles(built)
        out("")
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            checked = pool.map(lambda name: _verified(name, bundles[name], built), bundles)
            stories = {name: _proved(name, said, bundles[name], built, out) for name, said in checked}
        agreement = agree({name: file.read_bytes() for name, file in bundles.items()})
        if agreement.contradictions:
            raise ReplayFailed("replay-contradiction", " ".join(agreement.contradictions))
        out(
            f"One log of {agreement.size} entries, seen alike by all: {agreement.shared} entries are held by two or"
            " more, and are the same in each. No contradiction."
        )
        out("")
        for line in compared(play.beats, stories):
            out(line)
        out("")
        dossiers = _dossiers(play, out)
        told = Told(folder, tuple(play.beats), stories, agreement, dossiers, wiring.monotonic() - began_s)
    if keep is not None:
        out(
            f"Kept in {keep}: the desk, the officers' folders, the bundles ({', '.join(sorted(bundles))}), and the "
            f"dossiers ({', '.join(dossiers)}: .pdf, .html, .bundle)."
        )
    return told


@contextmanager
def folder_of(keep: Path | None) -> Iterator[Path]:
    """`keep`, which must be new or empty; else a folder that goes when the context ends."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="thalweg-replay-") as made:
            yield Path(made)
        return
    keep.mkdir(parents=True, exist_ok=True)
    if any(keep.iterdir()):
        raise InputError("folder-not-empty", f"{keep} is not empty: name a new folder.")
    yield keep.absolute()


def _bundles(built: Stage) -> dict[str, Path]:
    """Everybody's bundle, all under one head of the log: the clock of a live desk may add to it in between."""
    hands = [each for each in built.hands.values() if each.author]
    for _ in range(_TRIES):
        files = {hand.name: built.folder / f"{hand.name}.bundle" for hand in hands}
        for hand in hands:
            hand.tell("bundle", file=str(files[hand.name]))
        if len({hand.heard()["size"] for hand in hands}) == 1:
            return files
    raise ReplayFailed("replay-heads", "The log did not stand still for long enough to take everybody's bundle.")


def _verified(name: str, file: Path, built: Stage) -> tuple[str, str]:
    """Verified in another process, without a network; the first line that it says."""
    said = offline(file, built.hands[name].folder / "trust.json")
    if said.returncode:
        raise ReplayFailed("replay-unverified", f"The bundle of {name} does not verify: {said.stdout}{said.stderr}")
    return name, said.stdout.partition("\n")[0]


def _proved(name: str, said: str, file: Path, built: Stage, out: Callable[[str], None]) -> Story:
    """Read, after it was verified."""
    data = file.read_bytes()
    verdict = verify_bundle(data, read_trust((built.hands[name].folder / "trust.json").read_bytes()))
    read = story(data, verdict)
    own = sum(line.ours for line in read.lines)
    out(f"{name:<12} {said} {own} said, {len(read.lines) - own} told.")
    return read


def _dossiers(play: Play, out: Callable[[str], None]) -> dict[str, str]:
    """The dossiers, each made of one party's bundle alone and without a network, on paper and as a page, in English and
    Arabic; and the proof of each, verified."""
    made = {f"dossier-{name}": (party, title) for name, (party, title) in incidents.DOSSIERS.items()}
    by_title = {title: reference for reference, title in play.incidents.items()}
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        said = pool.map(lambda name: _dossier(play.stage, name, made[name][0], by_title[made[name][1]]), made)
        lines = list(said)
    out("Three dossiers, each made of one party's bundle alone, without a network, in English and Arabic:")
    for (name, (party, title)), line in zip(made.items(), lines, strict=True):
        out(f"{party:<12} {name}: {title}. {line}")
    return {name: by_title[title] for name, (_, title) in made.items()}


def _dossier(built: Stage, name: str, party: str, reference: str) -> str:
    home, file = built.hands[party].folder, built.folder / name
    words = ["dossier", reference, "--offline", "--home", str(home), "--language", "en,ar"]
    for form in ("pdf", "html", "bundle"):
        words += [f"--{form}", f"{file}.{form}"]
    done = without_network(*words)
    if done.returncode:
        raise ReplayFailed("replay-dossier", f"There is no {name} of {party}: {done.stdout}{done.stderr}")
    said = offline(Path(f"{file}.bundle"), home / "trust.json")
    if said.returncode or _AGAIN not in said.stdout:
        raise ReplayFailed("replay-unverified", f"{name} of {party} does not verify: {said.stdout}{said.stderr}")
    return said.stdout.partition("\n")[0]


def compared(beats: list[Beat], stories: dict[str, Story]) -> Iterator[str]:
    """The same events, as each party's bundle has them: a row a beat, a column a party."""
    parties = [name for name in stories if name != SECRETARIAT]
    said = statements(stories.values())
    yield "The same events, each column read from that party's bundle alone (— : not in it):"
    yield f"{'':<13}{'':<44}" + "".join(f"{name:<13}" for name in parties)
    for beat in beats:
        stop = next((index for index in said if index > beat.index), 1 << 60)
        cells = {name: cell(between(stories[name], beat.index, stop)) for name in parties}
        if any(each != "—" for name, each in cells.items() if name != beat.who):
            at = beat.at.as_datetime().strftime("%d %b %H:%M")
            yield f"{at:<13}{f'{beat.who} {beat.what}'[:42]:<44}" + "".join(
                f"{each[:12]:<13}" for each in cells.values()
            )


def cell(lines: tuple[Line, ...]) -> str:
    """What a party's bundle has of one event, in a word or two."""
    own = [each for each in lines if each.ours]
    told = [each for each in lines if not each.ours and each.what not in ("acknowledged", "channel")]
    shown = [each for each in told if each.level is not None]
    if shown:
        level = max((each.level for each in shown if each.level is not None), key=lambda each: each.rank)
        warned = "! " if any(each.what == "warning" for each in shown) else ""
        return f"{warned}{'cells ' if level.value == 'coarse' else ''}{level.value}"
    if own:
        return "said !" if any(each.what == "warning" for each in told) else "said"
    return told[0].what.replace("_", " ") if told else "—"
