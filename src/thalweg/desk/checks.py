"""Which statements the desk takes, and from whom: a rule for each kind, decided by the state alone.

`screen` comes before the log: what nobody may say, or is not in its form, is refused and leaves no trace but in the
server's own log. `check` comes after: whatever an officer may say goes on record, and so does the desk's refusal.
"""

from __future__ import annotations

import re
from typing import Final

from thalweg.desk.case_checks import AHEAD_S, CaseChecks
from thalweg.desk.letters import require_fit
from thalweg.desk.no import No, Subjects, no_chain, no_party
from thalweg.desk.source_checks import SourceChecks
from thalweg.drafts.outlines import hollow
from thalweg.formats.event import Body, Erasure, Statement
from thalweg.model.characters import unfit, unfit_id
from thalweg.model.declarations import Declaration, Kind, LineStatus, Standing, Zone
from thalweg.model.errors import ThalwegError
from thalweg.model.events import (
    DESK,
    SECRETARIAT,
    Acknowledged,
    Answer,
    ByDesk,
    ChannelJoined,
    ChannelLeft,
    ChannelOpened,
    ChannelStated,
    Committed,
    ConsentStated,
    CrossingLogged,
    CustodyAnswered,
    CustodyOffered,
    DecisionStated,
    Declared,
    Delivered,
    Disseminated,
    DuplicateJudged,
    EmergencySent,
    LineAnswered,
    LineChecked,
    LineJudged,
    LineProposed,
    MessageSent,
    OfficerAdded,
    OfficerEnded,
    Outcome,
    OutcomeStated,
    ParticipationStated,
    PartyNamed,
    ProposalAnswered,
    Proposed,
    QuietGuaranteed,
    QuietProposed,
    ReadBack,
    Relayed,
    Released,
    Revalidated,
    Role,
    Said,
    TermsSet,
    TheatreSet,
    Verified,
    WatchEnded,
    WatchTaken,
    Withdrawn,
)
from thalweg.model.instants import Instant
from thalweg.model.levels import Level
from thalweg.model.shapes import edge_without_course
from thalweg.model.sourced import ClaimConfirmed, ClaimWithdrawn, SourceEntered, SourceShared
from thalweg.policy.tell import Policy
from thalweg.state.agreements import Agreement, AgreementState, Matter, answer_to
from thalweg.state.picture import Chain
from thalweg.state.picture import Standing as ChainStanding
from thalweg.state.world import World

LONGEST_PARTY: Final = 64
SHORTEST_BEAT_S: Final = 60

_OFFICER = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")  # as docs/spec/entry.md has authors


class NotAllowed(ThalwegError):
    """An officer may not say this for that party. Nothing went on record."""


def screen(body: Body | ByDesk, officer: str, world: World) -> Said:
    """The body as something that this officer may say at all. `NotAllowed` otherwise; `InputError` for its letters."""
    if isinstance(body, Statement | Erasure | ByDesk):
        raise NotAllowed("not-a-statement", "This kind of entry is not one that an officer sends to the desk.")
    require_fit(body)
    membership = world.membership
    match body:
        case TheatreSet() | PartyNamed():
            if not membership.holds(officer, Role.SECRETARIAT, ""):
                raise NotAllowed("not-secretariat", "Only the secretariat sets the theatre's rules and enters parties.")
            return body
        case OfficerAdded() | OfficerEnded():
            admin = body.by != SECRETARIAT and membership.holds(officer, Role.ADMIN, body.by)
            if not admin and not (body.by == SECRETARIAT and membership.holds(officer, Role.SECRETARIAT, "")):
                raise NotAllowed("not-admin", "Only a party's admin, or the secretariat, adds and ends officers.")
            if admin and (body.scope != body.by or body.role not in (Role.WATCH, Role.ADMIN)):
                raise NotAllowed("not-admin", "A party's admin adds and ends officers of that party only.")
            return body
        case _:
            if not membership.speaks_for(officer, body.by):
                raise NotAllowed("not-for-party", f"You are not on the rolls of {body.by}.")
            if body.by == SECRETARIAT and not isinstance(body, _NEUTRAL):
                raise NotAllowed("secretariat-neutral", "The secretariat runs the channel and declares nothing itself.")
            return body


_NEUTRAL = (
    ChannelOpened,
    ChannelStated,
    LineChecked,
    LineAnswered,
    MessageSent,
    Delivered,
    Acknowledged,
    ParticipationStated,
    WatchTaken,
    WatchEnded,
    Relayed,
)


class Checks:
    """The rules, over one world. Each gives the chains and other things that the statement is about, or a `No`."""

    def __init__(self, world: World, policy: Policy) -> None:
        self._world = world
        self._policy = policy
        self._cases = CaseChecks(world, policy)
        self._sources = SourceChecks(world)

    def check(self, said: Said, now: Instant) -> Subjects | No:
        """Everything but the conflicts, which come after."""
        match said:
            case TheatreSet() | WatchTaken() | WatchEnded() | OfficerAdded() | OfficerEnded() | PartyNamed():
                return self._membership(said)
            case ParticipationStated():
                if said.party not in self._world.membership.parties:
                    return no_party(said.party)
                return _since_ahead(said.since, now) or ()
            case ChannelStated() if ahead := _since_ahead(said.since, now):
                return ahead
            case ChannelOpened() | ChannelJoined() | ChannelLeft() | ChannelStated() | TermsSet():
                return self._channel(said)
            case LineChecked() | LineAnswered() | MessageSent() | DecisionStated():
                return self._on_channel(said)
            case Declared():
                return self._declared(said, now)
            case Withdrawn() | Revalidated() | Released() | ConsentStated() | CustodyOffered():
                return self._own_chain(said, now)
            case Verified() | CrossingLogged():
                return self._known_chain(said)
            case DuplicateJudged():
                return self._duplicate(said)
            case Delivered() | Acknowledged() | ReadBack() | Disseminated() | Relayed():
                return self._notices(said)
            case EmergencySent():
                unknown = [each for each in said.to if each not in self._world.membership.parties]
                return no_party(unknown[0]) if unknown else ()
            case Committed():
                return self._committed(said, now)
            case OutcomeStated():
                return self._outcome(said)
            case Proposed() | QuietProposed() | LineProposed():
                return self._proposed(said, now)
            case ProposalAnswered() | QuietGuaranteed() | LineJudged() | CustodyAnswered():
                return self._answer(said, now)
            case SourceEntered() | SourceShared() | ClaimConfirmed() | ClaimWithdrawn():
                return self._sources.check(said, now)
            case _:
                return self._cases.check(said, now)

    # --- membership ---

    def _membership(
        self, said: TheatreSet | WatchTaken | WatchEnded | OfficerAdded | OfficerEnded | PartyNamed
    ) -> Subjects | No:
        membership = self._world.membership
        match said:
            case TheatreSet():
                try:
                    theatre = self._world.membership.reading(said)
                except ThalwegError as error:
                    return No(error.code, error.sentence)
                if theatre.exercise != membership.theatre.exercise and self._in_use():
                    return No(
                        "exercise-mixed",
                        "An exercise and a live theatre never mix: something has been declared or said here already, so"
                        " open another desk for the other.",
                    )
            case PartyNamed():
                if not said.party or "/" in said.party or said.party != said.party.strip() or said.party == SECRETARIAT:
                    return No("party-id", "A party's id is a short name without spaces around it and without a slash.")
                if len(said.party) > LONGEST_PARTY or not said.party.isprintable():
                    return No("party-id", f"A party's id has up to {LONGEST_PARTY} characters, all of them visible.")
                if self._is_within(said.member_of, said.party):
                    return No("party-circle", f"{said.member_of} belongs to {said.party} already.")
                if said.member_of and said.member_of not in membership.parties:
                    return no_party(said.member_of)
            case OfficerAdded():
                if _OFFICER.fullmatch(said.officer) is None or said.officer == DESK:
                    return No(
                        "officer-id",
                        "An officer's id has up to 64 small letters, digits, dots, hyphens; it is no person's name.",
                    )
                if (said.role.value, _scope(said)) in membership.roles(said.officer):
                    return No("officer-known", f"{said.officer} has that role already.")
                if said.role is not Role.SECRETARIAT and said.scope not in (
                    *membership.parties, *self._world.channels.channels,
                ):  # fmt: skip
                    return no_party(said.scope)
            case OfficerEnded():
                if (said.role.value, _scope(said)) not in membership.roles(said.officer):
                    return No("officer-unknown", f"{said.officer} does not have that role.")
            case WatchTaken() | WatchEnded():
                pass
        return ()

    def _in_use(self) -> bool:
        """Whether anything was said here that would be taken for live, or for an exercise."""
        world = self._world
        return bool(
            world.picture.chains
            or world.exchange.emergencies
            or world.agreements.agreements
            or world.cases.incidents
            or world.sourced.sources
            or any(channel.log for channel in world.channels.channels.values())
        )

    def _is_within(self, party: str, whole: str) -> bool:
        """Whether a party is another, or belongs to it by way of any others."""
        seen = set()
        while party and party not in seen:
            if party == whole:
                return True
            seen.add(party)
            record = self._world.membership.parties.get(party)
            party = record.member_of if record is not None else ""
        return False

    # --- channels ---

    def _channel(self, said: ChannelOpened | ChannelJoined | ChannelLeft | ChannelStated | TermsSet) -> Subjects | No:
        channels = self._world.channels.channels
        if isinstance(said, ChannelOpened):
            unknown = [each for each in said.parties if each not in self._world.membership.parties]
            if unknown:
                return no_party(unknown[0])
            if said.channel in channels or not said.channel:
                return No("channel-known", "There is a channel of that id already; give it another.")
            if not said.channel.isprintable():
                return No("channel-id", "The characters of a channel's id are all visible.")
            if len(set(said.parties)) < 2:
                return No("channel-parties", "A channel is between two parties or more.")
            if said.by != SECRETARIAT and said.by not in said.parties:
                return No(
                    "channel-parties", "Whoever opens a channel is on it; only the secretariat opens it for others."
                )
            if said.line_check_s and said.line_check_s < SHORTEST_BEAT_S:
                return No(
                    "line-check-beat", f"The beat of line checks is {SHORTEST_BEAT_S} seconds or more, or 0 for none."
                )
            return ()
        channel = channels.get(said.channel)
        if channel is None or (said.by not in channel.invited and said.by != SECRETARIAT):
            return No("channel-unknown", "You are on no channel of that id.")
        if isinstance(said, ChannelJoined):
            return No("channel-joined", "You are on that channel already.") if said.by in channel.joined else ()
        if said.by not in channel.joined:
            return No("channel-not-joined", "You have not joined that channel.")
        if isinstance(said, TermsSet) and said.to and said.to not in channel.invited:
            return No("terms-party", f"{said.to!r} is not a party of that channel: terms are for those who are on it.")
        return ()

    def _on_channel(self, said: LineChecked | LineAnswered | MessageSent | DecisionStated) -> Subjects | No:
        channel = self._world.channels.channels.get(said.channel)
        if channel is None or (said.by not in channel.joined and said.by != SECRETARIAT):
            return No("channel-unknown", "You are on no channel of that id.")
        if isinstance(said, LineAnswered):
            check = channel.checks.get(said.check)
            if check is None:
                return No("line-check-over", "That line check was answered, or ran out of time; send one of your own.")
            if check[0] == said.by:
                return No("line-check-own", "A line check is answered by the other side.")
        if isinstance(said, DecisionStated) and not channel.room:
            return No("channel-no-room", "Decisions are kept by joint operation rooms; this is a plain channel.")
        return ()

    # --- declarations ---

    def _declared(self, said: Declared, now: Instant) -> Subjects | No:
        declaration, picture = said.declaration, self._world.picture
        wrong = self._declarable(declaration, said.by)
        if wrong is not None:
            return wrong
        key = picture.key(said.by, declaration.declaration_id)
        chain = picture.chains.get(key)
        if chain is not None and chain.notifier != said.by:
            return No("not-notifier", "That declaration has gone over to another party; only its notifier changes it.")
        if picture.chain_of(declaration.version_id) is not None:
            return No("version-known", "Exactly this version was declared before. To say it again, raise its revision.")
        if chain is not None and declaration.revision <= chain.revision:
            return No(
                "revision-old",
                f"Revision {chain.revision} of {declaration.declaration_id} is on record; a new version needs a higher"
                f" one than that, not {declaration.revision}.",
            )
        replaced = declaration.replaces and picture.chains.get(picture.key(said.by, declaration.replaces))
        if replaced and replaced.notifier != said.by:
            return No("not-notifier", "What it replaces has gone over to another party; only its notifier ends it.")
        for each in (chain, replaced):
            if each and self._agreed_line(each):
                return _AGREED
            if each and self._guaranteed(each):
                return No("quiet-guaranteed", "All its sides change a quiet window: propose it anew, or cancel it.")
        for release in said.releases:
            if release.to not in self._world.membership.parties:
                return no_party(release.to)
        ended = _all_over(declaration, now)
        if ended and declaration.kind in (Kind.OPERATION, Kind.MOVEMENT):
            return No("already-over", "The time of this declaration is over; there is nobody left to warn.")
        return (key,)

    def _declarable(self, declaration: Declaration, by: str) -> No | None:
        if declaration.party != by:
            return No("declaration-party", f"The declaration is one of {declaration.party}, and you speak for {by}.")
        if reason := unfit_id(declaration.declaration_id):
            return No("declaration-id", reason)
        known = self._world.picture.key(by, declaration.declaration_id) in self._world.picture.chains
        if not known and unfit(declaration.declaration_id) is not None:  # what is on record under one can be ended
            return No("declaration-id", "The characters of a declaration's id are all visible.")
        if declaration.standing is not Standing.DECLARED:
            return No(
                "declaration-standing", "What is reported or rumoured is a claim about others, not a declaration."
            )
        record = self._world.membership.parties.get(by)
        exempt = declaration.kind in (Kind.STATIC_SITE, Kind.NEGATIVE) or declaration.emergency
        if record is None:
            return no_party(by)
        if not record.taking_part and not exempt:
            return No(
                "party-not-taking-part", "Your party has withdrawn or is suspended; say first that it takes part."
            )
        if any(segment.status is LineStatus.AGREED for segment in declaration.segments):
            return No("line-agreed-alone", "A line is agreed by all its sides: propose it, and let them accept.")
        return _misdrawn(declaration)

    def _own_chain(
        self, said: Withdrawn | Revalidated | Released | ConsentStated | CustodyOffered, now: Instant
    ) -> Subjects | No:
        key = self._policy.resolve(said.by, said.chain)
        chain = self._world.picture.chains.get(key)
        if chain is None or (chain.notifier != said.by and key not in self._known_to(said.by)):
            return no_chain(said.chain)
        if chain.notifier != said.by:
            return No("not-notifier", "Only its notifier changes a declaration.")
        if chain.standing is not ChainStanding.IN_FORCE and not (isinstance(said, ConsentStated) and not said.given):
            return No("chain-over", f"{said.chain} is {chain.standing.value.replace('_', ' ')} already.")
        match said:
            case Revalidated():
                if said.valid_until <= now:
                    return No("validity-past", "What is vouched for only until the past is not vouched for.")
            case CustodyOffered():
                if said.to not in self._world.membership.parties:
                    return no_party(said.to)
                if said.to == said.by:
                    return No("custody-self", "It is yours: a site is offered to another party.")
                if chain.kind is not Kind.STATIC_SITE:
                    return No("custody-kind", "Only a site goes over from one party to another.")
            case Released():
                for release in said.releases:
                    if release.to not in self._world.membership.parties:
                        return no_party(release.to)
                if any(each.level is not Level.FULL and each.to in self._sides(chain) for each in said.releases):
                    return _KEPT
            case Withdrawn():
                if self._agreed_line(chain):
                    return _AGREED
            case ConsentStated():
                if not said.given and self._sides(chain):
                    return _KEPT
        return (key,)

    def _sides(self, chain: Chain) -> tuple[str, ...]:
        """The other sides of what is in force by several signatures: a line, or a quiet window."""
        if chain.kind not in (Kind.LINE, Kind.RESTRICTED_ZONE) or chain.standing is not ChainStanding.IN_FORCE:
            return ()
        made = self._world.load(chain.index).body
        return made.to if isinstance(made, LineProposed | QuietProposed) else ()

    def _agreed_line(self, chain: Chain) -> bool:
        """Whether it is a line that several sides signed, whatever they agreed that its segments are (R34)."""
        if chain.kind is not Kind.LINE or chain.standing is not ChainStanding.IN_FORCE:
            return False
        return isinstance(self._world.load(chain.index).body, LineProposed)

    def _guaranteed(self, chain: Chain) -> bool:
        """Whether it is a quiet window in force by guarantees of several sides."""
        if chain.zone is not Zone.QUIET_WINDOW or chain.standing is not ChainStanding.IN_FORCE:
            return False
        return isinstance(self._world.load(chain.index).body, QuietProposed)

    def _known_chain(self, said: Verified | CrossingLogged) -> Subjects | No:
        name = said.chain if isinstance(said, Verified) else said.line
        key = self._policy.resolve(said.by, name)
        chain = self._world.picture.chains.get(key)
        if chain is None:
            return no_chain(name)
        if isinstance(said, CrossingLogged) and chain.kind is not Kind.LINE:
            return No("crossing-line", "A crossing is of a line.")
        return (key,)

    def _duplicate(self, said: DuplicateJudged) -> Subjects | No:
        keys = tuple(self._policy.resolve(said.by, each) for each in (said.first, said.second))
        for key, name in zip(keys, (said.first, said.second), strict=True):
            if key not in self._world.picture.chains:
                return no_chain(name)
        return No("duplicate-self", "These are one declaration.") if keys[0] == keys[1] else keys

    # --- exchange ---

    def _notices(self, said: Delivered | Acknowledged | ReadBack | Disseminated | Relayed) -> Subjects | No:
        for each in said.notices if isinstance(said, Delivered) else (said.notice,):
            notice = self._world.exchange.notices.get(each)
            if notice is None or notice.to != said.by:
                return No("notice-unknown", f"{each} is no notice to {said.by}.")
        if isinstance(said, ReadBack) and said == ReadBack(said.by, said.notice):
            return No("readback-empty", "Nothing was read back: say the position, the times, the heights or the name.")
        return ()

    def _committed(self, said: Committed, now: Instant) -> Subjects | No:
        notice = self._world.exchange.notices.get(said.about)
        if notice is not None and notice.to != said.by:
            return _ABOUT_NOTHING
        if self._world.cases.has(said.by, said.about) is not None:
            return No("due-past", "A commitment is for a time to come.") if said.due <= now else ()
        if notice is None and self._world.exchange.emergencies.get(said.about) is None:
            return _ABOUT_NOTHING
        if notice is None and not self._concerned(said.by, said.about):
            return _ABOUT_NOTHING
        return No("due-past", "A commitment is for a time to come.") if said.due <= now else ()

    def _outcome(self, said: OutcomeStated) -> Subjects | No:
        commitment = self._world.exchange.commitments.get(said.commitment)
        if commitment is None or not (commitment.by == said.by or self._concerned(said.by, commitment.about)):
            return No("commitment-unknown", "You know of no such commitment.")
        if commitment.outcome is not None:
            return No("outcome-known", "Its outcome is on record already.")
        emergency = self._world.exchange.emergency_about(commitment.about)
        if emergency is not None and said.by != emergency.by and said.outcome is not Outcome.BROKEN:
            # Khiyam: ten calls in six hours, and each time a stop was promised.
            return No("outcome-own", "Whoever called for help says whether it was kept, and nobody else.")
        return ()

    def _concerned(self, party: str, about: str) -> bool:
        """Whether the party called this emergency, was called by it, has this incident, or is the other side of this
        notice."""
        if self._world.cases.has(party, about) is not None:
            return True
        exchange = self._world.exchange
        emergency = exchange.emergency_about(about)
        if emergency is not None:
            return emergency.by == party or any(exchange.notices[each].to == party for each in emergency.notices)
        notice = exchange.notices.get(about)
        return notice is not None and party in (notice.to, notice.of)

    # --- agreeing ---

    def _proposed(self, said: Proposed | QuietProposed | LineProposed, now: Instant) -> Subjects | No:
        unknown = [each for each in said.to if each not in self._world.membership.parties]
        if unknown:
            return no_party(unknown[0])
        if not said.to or said.by in said.to:
            return No("proposal-to", "A proposal is to others, and to at least one.")
        if said.expires <= now:
            return No("expires-past", "A proposal lapses at a time to come.")
        strangers = [each for each in said.to if each not in self._world.channels.partners(said.by)]
        if strangers:
            return No("no-channel", f"You are on no channel with {strangers[0]}.")
        if isinstance(said, QuietProposed):
            window = said.window
            if window.party != said.by or window.zone is not Zone.QUIET_WINDOW:
                return No("quiet-zone", "A quiet window is proposed as a quiet window of your own party.")
            if any(each.window.start is None or each.window.end is None for each in window.volumes):
                return No("quiet-times", "A quiet window has a beginning and an end: give both.")
            if _all_over(window, now):
                return No("already-over", "The time of this quiet window is over.")
            return _misdrawn(window) or self._newer(window, said.by)
        if isinstance(said, LineProposed):
            if said.line.kind is not Kind.LINE or said.line.party != said.by:
                return No("line-kind", "A line is proposed as a line of your own party.")
            return _misdrawn(said.line) or self._newer(said.line, said.by)
        if said.changed is not None and said.changed.party != said.by and set(said.to) != {said.changed.party}:
            return No("proposal-to", "How another's declaration would read is proposed to that party alone.")
        if said.changed is not None and (lost := _misdrawn(said.changed)):
            return lost
        known = self._world.exchange.notices.get(said.about)
        if known is not None and known.to == said.by:
            return (said.about,)
        finding = self._policy.finding_meant(said.by, said.about)
        if finding is None:
            return No("about-unknown", "A proposal is about a finding or a notice that you were told of.")
        if finding == said.about:
            return No(
                "about-plain",
                "Whoever gets this proposal could tell from the id of the finding what it is not shown: name it"
                " by its “cite”, or the notice that told you of it.",
            )
        return (finding or said.about,)

    def _newer(self, declaration: Declaration, by: str) -> Subjects | No:
        """The chain that what is proposed would begin, or go on with."""
        key = self._world.picture.key(by, declaration.declaration_id)
        chain = self._world.picture.chains.get(key)
        if reason := unfit_id(declaration.declaration_id):
            return No("declaration-id", reason)
        if chain is not None and (chain.notifier != by or declaration.revision <= chain.revision):
            return No(
                "revision-old", f"{declaration.declaration_id} is on record; raise the revision, or change the id."
            )
        return (key,)

    def _answer(
        self, said: ProposalAnswered | QuietGuaranteed | LineJudged | CustodyAnswered, now: Instant
    ) -> Subjects | No:
        agreement = self._world.agreements.agreements.get(answer_to(said))
        # Whoever proposed it may take it back, until it is answered by all: it is declined, by its own side.
        back = agreement is not None and said.by == agreement.by and said.answer is Answer.REJECT
        asked = agreement is not None and (said.by in agreement.to or back)
        if agreement is None or not asked or agreement.matter is not _matter(said):
            return No("proposal-unknown", "Nothing of that id was proposed to you.")
        if isinstance(said, QuietGuaranteed) and said.answer is Answer.REJECT and self.in_force_by(agreement):
            return (agreement.event, *self._brings(agreement))  # a guarantee may be withdrawn; all are told at once
        if agreement.state is not AgreementState.PROPOSED:
            return No("proposal-over", f"It is {agreement.state.value} already.")
        if said.by in agreement.answers:
            return No("proposal-answered", "You have answered it already.")
        if agreement.expires is not None and agreement.expires <= now:
            return No("proposal-over", "It has lapsed: its time was over before it was answered.")
        overtaken = self._overtaken(agreement, said.by, now) if said.answer is Answer.ACCEPT else None
        return overtaken or (agreement.event, *self._brings(agreement))

    def _overtaken(self, agreement: Agreement, by: str, now: Instant) -> No | None:
        """Why what was proposed cannot be any more: something else has come into force since."""
        picture = self._world.picture
        if agreement.matter is Matter.CUSTODY:
            chain = picture.chains[agreement.about]
            if chain.standing is not ChainStanding.IN_FORCE or chain.notifier != agreement.by:
                return No("proposal-over", "The site is over, or has gone over to another party.")
            if picture.key(by, chain.declaration_id) in picture.chains:
                return No("custody-id", "You have a declaration of that id yourself; ask for the site under another.")
            return None
        made = self._world.load(agreement.index).body
        if isinstance(made, QuietProposed | LineProposed):
            declaration = made.window if isinstance(made, QuietProposed) else made.line
            if _all_over(declaration, now):
                return No("proposal-over", "The time of what was proposed is over.")
            if isinstance(self._newer(declaration, made.by), No):
                return No("proposal-over", "A newer version has come into force since; let it be proposed again.")
        return None

    def in_force_by(self, agreement: Agreement) -> bool:
        """Whether the quiet window or line that an agreement brought about is in force, as it was agreed."""
        if agreement.state is not AgreementState.ACCEPTED or agreement.matter not in (Matter.QUIET_WINDOW, Matter.LINE):
            return False
        chain = self._world.picture.chains.get(self._world.picture.key(agreement.by, agreement.about))
        return chain is not None and chain.standing is ChainStanding.IN_FORCE and chain.index == agreement.index

    def _brings(self, agreement: Agreement) -> Subjects:
        match agreement.matter:
            case Matter.CUSTODY:
                return (agreement.about,)
            case Matter.QUIET_WINDOW | Matter.LINE:
                return (self._world.picture.key(agreement.by, agreement.about),)
            case Matter.FIX:
                return ()

    def _known_to(self, party: str) -> frozenset[str]:
        return frozenset(self._world.exchange.known.get(party, ()))


def _since_ahead(since: Instant, now: Instant) -> No | None:
    """What is stated holds from when it is taken, and its date says since when its author sees it so: one to come would
    name a state that is in effect already, and is none yet (R22)."""
    if since.epoch_s <= now.epoch_s + AHEAD_S:
        return None
    return No(
        "since-ahead",
        f"The date is {since}, which is to come, and this takes effect at once. State it then; until then, tell the"
        " others in a message.",
    )


def _matter(said: ProposalAnswered | QuietGuaranteed | LineJudged | CustodyAnswered) -> Matter:
    match said:
        case ProposalAnswered():
            return Matter.FIX
        case QuietGuaranteed():
            return Matter.QUIET_WINDOW
        case LineJudged():
            return Matter.LINE
        case CustodyAnswered():
            return Matter.CUSTODY


def _scope(said: OfficerAdded | OfficerEnded) -> str:
    """The scope of the grant: the secretariat's is the whole desk."""
    return "" if said.role is Role.SECRETARIAT else said.scope


def _misdrawn(declaration: Declaration) -> No | None:
    """What nobody could be warned of: an edge between opposite sides of the Earth runs any way round, and of a polygon
    whose holes are as large as its ring there is nothing to meet."""
    shapes = [*(each.shape for each in declaration.volumes), *(each.path for each in declaration.segments)]
    for a, b in filter(None, map(edge_without_course, shapes)):
        return No(
            "edge-antipodal",
            f"An edge runs to the opposite side of the Earth, from longitude {a.lon:g}, latitude {a.lat:g}, to "
            f"longitude {b.lon:g}, latitude {b.lat:g}: every way round is as short. Give a vertex on the way.",
        )
    if any(map(hollow, shapes)):
        return No("hole-whole", "The holes of a polygon leave nothing of it: leave them out, or make them smaller.")
    return None


def _all_over(declaration: Declaration, now: Instant) -> bool:
    return bool(declaration.volumes) and all(
        volume.window.end_s + volume.uncertainty.time_s <= now.epoch_s for volume in declaration.volumes
    )


_ABOUT_NOTHING = No("notice-unknown", "A commitment is about a notice to you, an emergency or an incident.")
_KEPT = No("agreed-kept", "What several sides signed is shown to each of them for as long as it is in force.")
_AGREED = No("line-agreed", "An agreed line is changed only by all its sides: propose the change.")
