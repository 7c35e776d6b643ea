"""Everything declared that a party knew of, version by version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from thalweg.model.declarations import Declaration, Kind, Medium
from thalweg.model.dossier import Value
from thalweg.model.events import Declared, LineProposed, Notice, NoticeKind, QuietProposed, Refused, Taken, Withdrawn
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.policy.held import Entered


@dataclass(slots=True)
class Version:
    """One version of something declared, as the party came to know it."""

    subject: str
    of: str
    version: str
    declaration: Declaration
    level: Level
    at: Instant
    entries: tuple[int, ...]
    late: bool = False
    kind_shown: bool = True
    not_cited: int = 0
    refused: bool = False
    until: Instant | None = None
    ended: tuple[int, ...] = ()

    @property
    def title(self) -> str:
        """As far as its reader is shown it."""
        return self.declaration.title if self.level is Level.FULL else ""

    @property
    def about(self) -> dict[str, Value]:
        """Whose it is and what, for a fact about it."""
        return {"of": self.of, "kind": self.kind, "title": self.title}

    @property
    def kind(self) -> str:
        """A word of the catalogues for what is declared, as far as its reader is shown it."""
        declaration = self.declaration
        if not self.kind_shown or self.level is Level.EXISTS:
            return ""
        if declaration.zone is not None:
            return declaration.zone.value
        match declaration.kind:
            case Kind.STATIC_SITE:
                return "site"
            case Kind.OPERATION | Kind.MOVEMENT:
                medium = "" if declaration.medium is Medium.UNSTATED else f"_{declaration.medium.value}"
                return f"{declaration.kind.value}{medium}"
            case _:
                return declaration.kind.value


def versions(party: str, held: Sequence[Entered]) -> list[Version]:
    """Everything declared that the party knew of, version by version, and until when each stood."""
    known = _Known()
    by_event = {each.event: each for each in held}
    for entry in held:
        body = entry.body
        match body:
            case Declared() if body.by == party:
                known.add(_own(party, body.declaration, entry))
            case Withdrawn() if body.by == party and isinstance(entry.answer, Taken):
                known.end(body.chain if body.chain in known.newest else f"{party}/{body.chain}", entry)
            case Notice() if body.of != party and body.version:
                # Only the first notice that shows it: by that, and no later one, its time is told.
                newest = known.newest.get(body.subject)
                shown = _shown(body, entry, by_event.get(body.statement))
                if shown is not None and (newest is None or newest.version != body.version):
                    known.add(shown)
            case Notice(what=NoticeKind.CANCELLED | NoticeKind.REVOKED):
                known.end(body.subject, entry)
            case _:
                pass
    return known.versions


@dataclass(slots=True)
class _Known:
    """Versions as they came to be known."""

    versions: list[Version] = field(default_factory=list)
    newest: dict[str, Version] = field(default_factory=dict)  # by subject, of what was not refused

    def add(self, version: Version) -> None:
        self.versions.append(version)
        if version.refused:
            return
        before = self.newest.get(version.subject)
        if before is not None and before.until is None and before.version != version.version:
            before.until, before.ended = version.at, version.entries
        self.newest[version.subject] = version

    def end(self, subject: str, entry: Entered) -> None:
        version = self.newest.get(subject)
        if version is not None and version.until is None:
            version.until, version.ended = entry.at, entry.rests_on


def _own(party: str, declaration: Declaration, entry: Entered) -> Version:
    answer = entry.answer
    return Version(
        f"{party}/{declaration.declaration_id}", party, declaration.version_id, declaration, Level.FULL, entry.at,
        entry.rests_on, late=isinstance(answer, Taken) and answer.late,
        not_cited=len(answer.not_cited) if isinstance(answer, Taken) else 0, refused=isinstance(answer, Refused),
    )  # fmt: skip


def _shown(notice: Notice, entry: Entered, stated: Entered | None) -> Version | None:
    """What a notice shows of another's declaration, coarsened or as it was stated."""
    entries, declaration = entry.rests_on, notice.view
    if declaration is None and stated is not None:
        entries, declaration = (*stated.rests_on, *entries), _declared_in(stated)
    if declaration is None:
        return None
    return Version(
        notice.subject, notice.of, notice.version, declaration, notice.level, notice.at, tuple(sorted(set(entries))),
        late=notice.facts.get("late") == "1",
        kind_shown=notice.level.at_least(Level.FOOTPRINT) or "kind" in notice.facts,
    )  # fmt: skip


def _declared_in(entry: Entered) -> Declaration | None:
    match entry.body:
        case Declared(declaration=declaration):
            return declaration
        case QuietProposed(window=declaration):
            return declaration
        case LineProposed(line=declaration):
            return declaration
        case _:
            return None
