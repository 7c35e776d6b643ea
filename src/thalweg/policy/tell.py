"""What each party is told when something was said: the one place where the truth becomes notices (D7, D8, D13).

Every function here is given the state *after* the statement took effect and returns notices whose numbers the desk
fills in. Three rules hold in all of them:

- A notice to a party rests on what that party may be shown of each chain (`terms.level`), on its own declarations, and
  on nothing else. Below footprint it rests on the coarse region, which is one for all recipients and versions.
- A conflict discloses at least `exists` to both sides.
- Whoever spoke is told by the desk's answer, made of the notices to it, and sees them as everyone else sees theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from thalweg.engine.batch import batch
from thalweg.engine.explain import Describe
from thalweg.model.declarations import Declaration, Kind
from thalweg.model.events import Notice, NoticeKind
from thalweg.model.findings import Finding
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.policy.alias import Aliases
from thalweg.policy.coarse import Coarse, Grid, coarsen, widen
from thalweg.policy.terms import audience, away, chosen, consented, level
from thalweg.policy.view import View, in_cells, terms, view
from thalweg.state.exchange import NoticeState
from thalweg.state.picture import Chain, OpenFinding, Standing
from thalweg.state.recorded import notice_in
from thalweg.state.world import World

EMERGENCY, WARNING, CAUTION, INFORMATION = "emergency", "warning", "caution", "information"
SEVERITIES = (EMERGENCY, WARNING, CAUTION, INFORMATION)
_GONE = (NoticeKind.REVOKED, NoticeKind.CANCELLED)
_WARN = (NoticeKind.WARNING, NoticeKind.REPLACED, NoticeKind.RELEASED)  # those that show a chain, and may warn


@dataclass(frozen=True, slots=True)
class Meeting:
    """One declaration of `mine` and one chain of another party that its region, as far as shown, meets.

    `findings` are those told to `mine`'s party; empty where all that is told is with whom to talk.
    """

    mine: str  # version
    theirs: Chain
    level: Level
    findings: tuple[Finding, ...] = ()


class Policy:
    """Policy over one world: its aliases, its grid, and the coarse regions as they were told."""

    def __init__(self, world: World, aliases: Aliases, describe: Describe | None = None) -> None:
        self._world = world
        self._aliases = aliases
        self._describe = describe
        self._levels: dict[tuple[str, str], Level] = {}
        self._levels_at = -1  # the size of the world that they hold for
        self._coarse: dict[str, tuple[int, Coarse]] = {}  # chain -> how many versions are in it

    @property
    def grid(self) -> Grid:
        """The grid of the theatre in force."""
        return Grid.of(self._world.membership.theatre)

    # --- what a party may see of a chain ---

    def level(self, chain: Chain, recipient: str) -> Level:
        """See `terms.level`."""
        # Asked again and again while one statement is decided; everything that it depends on comes with an entry.
        if self._levels_at != self._world.size:
            self._levels.clear()
            self._levels_at = self._world.size
        known = self._levels.get((chain.key, recipient))
        if known is None:
            known = self._levels[chain.key, recipient] = level(self._world, chain, recipient)
        return known

    def view(self, chain: Chain, at: Level, recipient: str) -> View:
        """The chain's newest version as the recipient sees it at that level."""
        declaration = self._world.picture.declaration(chain.version)
        held = self.coarse(chain) if at in (Level.COARSE, Level.EXISTS) else None
        return view(declaration, at, self.grid, self._aliases.of(recipient, chain.key), held=held)

    def coarse(self, chain: Chain) -> Coarse:
        """The coarse region told of a chain, folded over its versions, one for all recipients."""
        known = self._coarse.get(chain.key)
        done, held = known if known is not None else (0, None)
        for version, index in chain.versions[done:]:
            # By the grid in force when it was taken, so that a fold from the beginning gives the same region.
            grid = Grid.of(self._world.membership.theatre_at(index))
            held = coarsen(self._world.picture.declaration(version), grid, held=held)
        if held is None:
            raise AssertionError("a chain has a version")
        self._coarse[chain.key] = (len(chain.versions), held)
        return held

    def shown_until_s(self, chain: Chain) -> dict[Level, float]:
        """Until when the chain is told at each of the levels that rest on cells, in seconds since the epoch: never
        before it is over, and the same for all that lies in these cells."""
        coarse = self.coarse(chain)
        return {
            at: max(patch.window.end_s for patch in shown.patches)
            for at, shown in ((Level.COARSE, coarse), (Level.EXISTS, widen(coarse)))
        }

    def notice_id(self, to: str, n: int) -> str:
        """The id of the n-th notice to a party. Fifty bits are few enough to be read aloud; the rare one that is taken
        is passed over."""
        tries = 0
        while (made := self._aliases.notice(to, n, tries)) in self._world.exchange.notices:
            tries += 1
        return made

    def subject(self, chain: Chain, at: Level, recipient: str) -> str:
        """The id under which the recipient knows the chain."""
        return chain.key if at is Level.FULL else self._aliases.of(recipient, chain.key)

    def version(self, chain: Chain, at: Level, recipient: str) -> str:
        """The id under which the recipient knows, and cites, its newest version."""
        return chain.version if at is Level.FULL else self._aliases.of(recipient, chain.version)

    def resolve(self, party: str, name: str) -> str:
        """The chain key, version or finding that a party means by an id it was given; empty if it was given none
        such. Its own ids, and those of what it is shown in full, mean themselves."""
        digest = self._aliases.digest(party, name)
        if digest:
            return self._world.picture.named(digest)
        own = self._world.picture.key(party, name)
        if own in self._world.picture.chains:
            return own
        chain = self._world.picture.chains.get(name) or self._world.picture.chain_of(name)
        if chain is None:
            return ""
        known = chain.notifier == party or chain.key in self._world.exchange.known.get(party, {})
        return name if known else ""

    def finding_cited(self, party: str, finding: Finding) -> str:
        """By what a statement of a party names a finding that it was told of. Others are given that statement: the id
        of what is shown in full is a hash of both sides, by which whoever is shown less of one could test guesses at
        the rest, so it stands under an alias, which the desk alone can read. Of what rests on a view the id is made of
        an alias already."""
        full = all(self._world.picture.chain_of(each) is not None for each in finding.versions)
        return self._aliases.of(party, finding.id) if full else finding.id

    def finding_meant(self, party: str, name: str) -> str | None:
        """The true finding that a party means by the id of one that it was told of and that stands, or by what cites
        it. Empty where what it was told rests on a view, and none need stand behind it; None for every other id,
        wherever it came from."""
        picture = self._world.picture
        name = picture.named(self._aliases.digest(party, name)) or name
        known = (each for row in self._world.history.of(party).found.values() for each in row if each[0] == name)
        told = next(known, None)
        if told is None:
            return None
        chains = [picture.chain_of(version) for version in told[1:3]]
        mine = next((each for each in chains if each is not None and each.notifier == party), None)
        if mine is None or mine.version not in told[1:3] or mine.standing is not Standing.IN_FORCE:
            return None
        if all(each is not None for each in chains):
            return name if name in picture.open else None
        meant = (each.finding for each in picture.findings_of(mine.version) if name in self._seen_as(each, mine))
        return next(meant, "")

    def finding_as_known(self, party: str, name: str) -> str:
        """The id that a party was told a true finding under; empty where it is shown one side in cells, or less."""
        finding = self._world.picture.open.get(name)
        chains = () if finding is None else tuple(map(self._world.picture.chain_of, finding.versions))
        levels = [self.level(each, party) for each in chains if each is not None]
        if finding is None or len(levels) < len(chains):
            return ""
        if all(at is Level.FULL for at in levels):
            return name
        mine = next((each for each in chains if each is not None and each.notifier == party), None)
        return "" if mine is None else next(iter(self._seen_as(finding, mine)), "")

    def _seen_as(self, finding: OpenFinding, mine: Chain) -> tuple[str, ...]:
        """The ids under which the notifier of `mine`, one side of a true finding, is told of it: by footprint."""
        first, second = finding.versions
        theirs = self._world.picture.chain_of(second if first == mine.version else first)
        at = Level.NOTHING if theirs is None else self.level(theirs, mine.notifier)
        if theirs is None or not at.at_least(Level.FOOTPRINT):
            return ()
        declaration = self._world.picture.declaration(mine.version)
        found = self.findings(declaration, theirs, at, mine.notifier)
        return tuple(each.id for each in found if each.rule == finding.rule)

    def known_to(self, party: str, holder: str, subject: str) -> str:
        """What a party knows the thing by that `holder` was told of under `subject`. A subject that is no chain (a
        channel, an emergency) is itself."""
        chain = self.told_of(holder, subject)
        return subject if chain is None else self.subject(chain, self.level(chain, party), party)

    def told_of(self, holder: str, subject: str) -> Chain | None:
        """The chain that a notice to `holder` is about by its subject."""
        digest = self._aliases.digest(holder, subject)
        return self._world.picture.chains.get(self._world.picture.named(digest) if digest else subject)

    # --- meetings ---

    def findings(self, mine: Declaration, theirs: Chain, at: Level, party: str) -> tuple[Finding, ...]:
        """What `party` is told of its own declaration and another's chain at that level, coarse or footprint."""
        shown = self.view(theirs, at, party)
        if shown.declaration is None:
            return ()
        theatre = terms(shown, self._world.membership.theatre)
        found = batch((shown.declaration, mine), theatre, describe=self._describe)
        if shown.coarse is None:
            return found
        name = self._world.membership.name(theirs.notifier)
        return tuple(in_cells(each, mine, name, shown.kind) for each in found)

    # --- notices ---

    def shown(self, what: NoticeKind, chain: Chain, recipient: str, at: Level, now: Instant) -> Notice:
        """A notice that shows a chain at a level."""
        shown = self.view(chain, at, recipient) if at is not Level.FULL else None
        kind = chain.kind if shown is None else shown.kind
        return Notice(
            to=recipient,
            n=0,
            what=what,
            at=now,
            level=at,
            of=chain.notifier,
            subject=self.subject(chain, at, recipient),
            version=self.version(chain, at, recipient),
            statement=chain.event if at is Level.FULL else "",
            view=None if shown is None else shown.declaration,
            severity=INFORMATION,
            facts=self._facts(chain, at, kind),
        )

    @staticmethod
    def _facts(chain: Chain, at: Level, kind: Kind | None) -> dict[str, str]:
        facts = {}
        if kind is not None:
            facts["kind"] = kind.value
        if at is Level.FULL and chain.late:
            facts["late"] = "1"
        return facts

    def declared(
        self, chain: Chain, now: Instant, true: Sequence[Finding], shades: Sequence[Meeting], *, quick: bool = False
    ) -> list[Notice]:
        """A new version of a chain is in force: to everyone that may see it, and to both sides of every conflict.

        `true` are the engine's findings about it. `shades` are the meetings that rest on coarse regions: of the
        chain's own version with what its notifier sees coarsely, and of others' with this chain's coarse region.
        `quick`: said while an emergency is on; its notices are of that severity.
        """
        told: dict[str, list[Finding]] = {}
        for finding in true:
            other = self._other(finding, chain)
            if other is None or other.notifier == chain.notifier:
                self._tell(told, chain.notifier, [finding] if other is not None else [])
                continue
            self._tell(told, chain.notifier, self.as_seen(chain, other, chain.notifier, finding))
            self._tell(told, other.notifier, self.as_seen(other, chain, other.notifier, finding))
        talk: dict[str, set[str]] = {}
        for meeting in shades:
            mine = self._world.picture.chain_of(meeting.mine)
            party = chain.notifier if mine is None else mine.notifier
            if meeting.findings:
                self._tell(told, party, meeting.findings)
            else:
                talk.setdefault(party, set()).add(meeting.theirs.notifier)
        notices = []
        for recipient in sorted({*audience(self._world, chain), *told, *talk} - {chain.notifier}):
            notice = self._declared_to(chain, recipient, now, told.get(recipient, []), talk.get(recipient, set()))
            if notice is not None:
                notices.append(replace(notice, severity=EMERGENCY) if quick else notice)
        own, partners = told.get(chain.notifier, []), talk.get(chain.notifier, set())
        if own or partners:
            notices.append(self.warned(self._own(NoticeKind.WARNING, chain, now), own, partners))
        return notices

    def _declared_to(
        self, chain: Chain, recipient: str, now: Instant, findings: list[Finding], talk: set[str]
    ) -> Notice | None:
        at = self.level(chain, recipient)
        if at is Level.NOTHING:
            if not findings and not talk:
                return None
            at = Level.EXISTS
        known = self._world.exchange.known.get(recipient, {}).get(self.subject(chain, at, recipient))
        what = NoticeKind.REPLACED if known else NoticeKind.DECLARED
        notice = self.shown(what, chain, recipient, at, now)
        return self.warned(notice, findings, talk)

    def _own(self, what: NoticeKind, chain: Chain, now: Instant) -> Notice:
        return self.shown(what, chain, chain.notifier, Level.FULL, now)

    def warned(self, notice: Notice, findings: Iterable[Finding], talk: set[str]) -> Notice:
        """The notice with what it warns of, if anything, and owed."""
        findings = list(findings)
        if not findings and not talk:
            return replace(notice, owed=True)
        unique = {finding.id: finding for finding in findings}
        ordered = tuple(sorted(unique.values(), key=_urgency))
        worst = ordered[0].severity if ordered else CAUTION
        return replace(
            notice,
            what=NoticeKind.WARNING if notice.what is NoticeKind.DECLARED else notice.what,
            findings=ordered,
            severity=worst,
            talk_to=tuple(sorted(talk)),
            owed=True,
        )

    def as_seen(self, mine: Chain, theirs: Chain, party: str, finding: Finding | None = None) -> tuple[Finding, ...]:
        """A true finding between two chains as the party may see it, given what it may see of the other one; found out
        anew unless it is given. Below footprint the coarse regions speak instead (`shades`), so nothing is told."""
        at = self.level(theirs, party)
        if at is Level.FULL and finding is not None:
            return (finding,)
        if at.at_least(Level.FOOTPRINT):
            return self.findings(self._world.picture.declaration(mine.version), theirs, at, party)
        return ()

    def _other(self, finding: Finding, chain: Chain) -> Chain | None:
        first, second = finding.versions
        return self._world.picture.chain_of(second if first == chain.version else first)

    @staticmethod
    def _tell(told: dict[str, list[Finding]], party: str, findings: Iterable[Finding]) -> None:
        found = list(findings)
        if found:
            told.setdefault(party, []).extend(found)

    def holders(self, chain: Chain) -> tuple[tuple[str, Level], ...]:
        """Who holds a copy of some version of the chain, at the most they were shown; sorted (R35)."""
        found: dict[str, Level] = {}
        for party, subjects in self.known_as(chain).items():
            if party == chain.notifier:
                continue
            for subject in subjects:
                for each in self._world.exchange.known[party][subject]:
                    notice = self._world.exchange.notices[each]
                    if notice.version and notice.level.rank > found.get(party, Level.NOTHING).rank:
                        found[party] = notice.level
        return tuple(sorted(found.items()))

    def copies(self, chain: Chain, before: Mapping[str, Level] | None = None) -> tuple[tuple[str, Level], ...]:
        """The `holders` that its notifier may know of (R35), at the most they were shown by its terms: not those that
        see nothing of it and were told because they have something in its cells, which would tell where theirs is.
        `before`: what each saw until a change of which nobody was told yet."""
        found: dict[str, Level] = {}
        for party, subjects in self.known_as(chain).items():
            if party == chain.notifier:
                continue
            met = self.only_met(chain, party, None if before is None else before.get(party, Level.NOTHING))
            for each in (name for subject in subjects for name in self._world.exchange.known[party][subject]):
                notice = self._world.exchange.notices[each]
                if notice.version and each not in met and notice.level.rank > found.get(party, Level.NOTHING).rank:
                    found[party] = notice.level
        return tuple(sorted(found.items()))

    def only_met(self, chain: Chain, party: str, seen: Level | None = None) -> frozenset[str]:
        """The notices that showed a party something of a chain because of a conflict alone: at `exists`, and while it
        was shown nothing by the terms. That follows from what it was told next: what is shown no more was shown by
        them, and what is shown from then on, or is shown nothing of now, was not. Of a party that is away: from a
        notice that tells of no conflict. `seen`: what it sees, where that is another level than now."""
        met: set[str] = set()
        since: set[str] = set()
        for each in self._world.exchange.known.get(party, {}).get(self._aliases.of(party, chain.key), ()):
            notice = self._world.exchange.notices[each]
            if notice.what is NoticeKind.REVOKED:
                since.clear()
            elif notice.what is NoticeKind.RELEASED:
                met |= since
                since.clear()
            elif notice.version and notice.level is Level.EXISTS:
                since.add(each)
        if away(self._world, party):
            shown = any(self._world.exchange.notices[each].severity == INFORMATION for each in since)
        else:
            shown = (self.level(chain, party) if seen is None else seen) is not Level.NOTHING
        return frozenset(met if shown else met | since)

    def awaited(self, chain: Chain, notice: NoticeState, now: Instant) -> bool:
        """Whether its notifier knows of an answer that is owed to a notice of a chain: what a conflict alone made known
        later took its place, and is to be as if it had not."""
        if notice.outstanding or not notice.owed or notice.answered:
            return notice.outstanding
        met = self.only_met(chain, notice.to)
        if notice.id in met or not any(self._world.exchange.notices[each].index > notice.index for each in met):
            return False
        if notice.level.at_least(Level.FOOTPRINT):
            return chain.standing is Standing.IN_FORCE
        until_s = self.shown_until_s(chain).get(notice.level, 0.0)
        return chain.standing in (Standing.IN_FORCE, Standing.ENDED) and until_s > now.epoch_s

    def as_notifier_knows(self, notice: NoticeState) -> tuple[NoticeKind, str]:
        """What a notice is, and how severe, as far as the notifier of what it shows may know (D13): the recipient may
        have been warned of a conflict with something of its own that the notifier sees in cells, or not at all."""
        if notice.severity == INFORMATION or notice.what not in _WARN:
            return notice.what, notice.severity
        chain = self.told_of(notice.to, notice.subject)
        if chain is None:
            return notice.what, notice.severity
        quick = notice.what is not NoticeKind.RELEASED and self._world.picture.declaration(chain.version).emergency
        found = [
            finding
            for finding in notice_in(self._world.load(notice.index)).findings
            if any(self._sees(notice.of, version, notice.to) for version in finding.versions)
        ]
        least = EMERGENCY if quick else INFORMATION
        if not found:
            return NoticeKind.DECLARED if notice.what is NoticeKind.WARNING else notice.what, least
        return notice.what, EMERGENCY if quick else min(found, key=_urgency).severity

    def _sees(self, party: str, version: str, of: str) -> bool:
        """Whether a party sees a version of another's at footprint or above."""
        chain = self._world.picture.chain_of(version)
        return chain is not None and chain.notifier == of and self.level(chain, party).at_least(Level.FOOTPRINT)

    def known_as(self, chain: Chain) -> dict[str, tuple[str, ...]]:
        """The ids under which each party was told something of the chain."""
        known = self._world.exchange.known
        found = {
            party: tuple(
                subject for subject in (chain.key, self._aliases.of(party, chain.key)) if subject in known[party]
            )
            for party in sorted(known)
        }
        return {party: subjects for party, subjects in found.items() if subjects}

    def over(self, what: NoticeKind, chain: Chain, now: Instant, words: str = "") -> list[Notice]:
        """A chain was cancelled by its notifier, or is no longer shared: to everyone who holds it, under each id that
        they know it by."""
        notices = []
        known = self.known_as(chain)
        held = [(party, at, subject) for party, at in self.holders(chain) for subject in known[party]]
        for party, at, subject in held:
            full = subject == chain.key
            at = Level.EXISTS if at is Level.FULL and not full else at
            notices.append(
                Notice(
                    to=party,
                    n=0,
                    what=what,
                    at=now,
                    level=at,
                    of=chain.notifier,
                    subject=subject,
                    statement="",
                    severity=INFORMATION,
                    words=words if full else "",
                    facts={"kind": chain.kind.value} if at.at_least(Level.FOOTPRINT) else {},
                    owed=what is NoticeKind.CANCELLED,
                )
            )
        return notices

    def changed(self, chain: Chain, now: Instant, before: dict[str, Level]) -> list[Notice]:
        """The notifier changed what others are shown: those who now see more are shown it, those who see less are told
        so. Whoever is away is shown nothing new, and told of what is taken back of what it holds. `before`: what each
        saw until now (`levels`)."""
        notices = []
        for party in sorted({*audience(self._world, chain), *before}):
            was, now_at = before.get(party, Level.NOTHING), chosen(self._world, chain, party)
            gone = away(self._world, party)
            if now_at.rank > was.rank and not gone:
                notices.append(replace(self.shown(NoticeKind.RELEASED, chain, party, now_at, now), owed=True))
            elif now_at.rank < was.rank:
                subjects = self._held_above(chain, party, now_at) if gone else [self.subject(chain, was, party)]
                notices += [
                    Notice(
                        to=party, n=0, what=NoticeKind.REVOKED, at=now, level=now_at, of=chain.notifier,
                        subject=subject, severity=INFORMATION, facts={"level": now_at.value},
                    )
                    for subject in subjects
                ]  # fmt: skip
        return notices

    def _held_above(self, chain: Chain, party: str, at: Level) -> list[str]:
        """The ids under which a party was shown more of a chain than that, which was not taken back, nor is due to a
        conflict alone."""
        met, found = self.only_met(chain, party), []
        for subject in self.known_as(chain).get(party, ()):
            states = [self._world.exchange.notices[each] for each in self._world.exchange.known[party][subject]]
            shown = [each for each in states if (each.version and each.id not in met) or each.what in _GONE]
            if shown and shown[-1].what not in _GONE and shown[-1].level.rank > at.rank:
                found.append(subject)
        return found

    def levels(self, chain: Chain) -> dict[str, Level]:
        """What each party that could be shown the chain is shown now, or would be if it were not away."""
        return {party: chosen(self._world, chain, party) for party in audience(self._world, chain)}

    def consented(self, chain: Chain) -> bool:
        """See `terms.consented`."""
        return consented(self._world, chain)


def _urgency(finding: Finding) -> tuple[int, int, float, str]:
    certainty = ("certain", "likely", "possible").index(finding.certainty.value)
    severity = SEVERITIES.index(finding.severity) if finding.severity in SEVERITIES else len(SEVERITIES)
    return severity, certainty, finding.first.epoch_s if finding.first else float("-inf"), finding.id
