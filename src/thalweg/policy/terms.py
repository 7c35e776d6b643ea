"""At what level one party sees a chain of another, from what the notifier chose and what was consented to (R35)."""

from __future__ import annotations

from thalweg.model.declarations import Kind
from thalweg.model.events import Term
from thalweg.model.levels import Level, highest
from thalweg.state.picture import Chain
from thalweg.state.world import World

_ABOUT_OTHERS = (Kind.STATIC_SITE, Kind.MOVEMENT)


def level(world: World, chain: Chain, recipient: str) -> Level:
    """What the recipient is shown of the chain outside of a conflict, which always shows at least `exists`.

    1. The notifier sees its own.
    2. A party that has withdrawn or is suspended is shown nothing new; neither is anybody where consent is missing.
    3. What the notifier chose for this notice and this recipient goes before any terms.
    4. Else the most that a channel between the two shows by its terms. A joint operation room shows everything unless
       its terms say otherwise, any other channel nothing. A coarse view with a delay is shown so long after the desk
       took the version (R36): the time is that of the newest entry, so that whoever folds the log sees the same.
    """
    if recipient != chain.notifier and away(world, recipient):
        return Level.NOTHING
    return chosen(world, chain, recipient)


def away(world: World, party: str) -> bool:
    """Whether it has withdrawn or is suspended."""
    record = world.membership.parties.get(party)
    return record is None or not record.taking_part


def chosen(world: World, chain: Chain, recipient: str) -> Level:
    """The same of a recipient that is away, if it took part: what it was shown before may be taken back meanwhile."""
    if recipient == chain.notifier:
        return Level.FULL
    if recipient not in world.membership.parties or not consented(world, chain):
        return Level.NOTHING
    own = chain.releases.get(recipient)
    if own is not None:
        return own
    levels: list[Level] = []
    for channel in world.channels.between(chain.notifier, recipient):
        term = channel.term(chain.notifier, recipient, chain.kind.value)
        if term is not None and shown_at_s(chain, term) > world.latest.epoch_s:
            continue
        levels.append(term.level if term is not None else Level.FULL if channel.room else Level.NOTHING)
    return highest(levels)


def shown_at_s(chain: Chain, term: Term) -> float:
    """From when on a term shows the newest version of a chain, in seconds since the epoch."""
    delay_s = term.delay_s if term.level is Level.COARSE else 0
    return chain.received.epoch_s + delay_s if delay_s > 0 else 0.0


def delayed(world: World, chain: Chain) -> tuple[tuple[str, float], ...]:
    """Who is shown the newest version of a chain after a delay, and from when on; sorted."""
    found = set()
    for channel in world.channels.of(chain.notifier):
        for party in channel.joined:
            term = channel.term(chain.notifier, party, chain.kind.value) if party != chain.notifier else None
            at_s = 0.0 if term is None else shown_at_s(chain, term)
            if at_s:
                found.add((party, at_s))
    return tuple(sorted(found))


def consented(world: World, chain: Chain) -> bool:
    """Whether it may be shared at all. The notifier's own signature is its consent; where it passes on the site or the
    journey of somebody else, that one's consent must be on record. Withdrawn consent always holds."""
    if chain.consent is not None:
        return chain.consent
    if chain.kind not in _ABOUT_OTHERS or not chain.organisation:
        return True
    return chain.organisation in (chain.notifier, world.membership.name(chain.notifier))


def audience(world: World, chain: Chain) -> tuple[str, ...]:
    """Every party that could be shown the chain: partners on channels, and those named in releases; sorted."""
    return tuple(sorted({*world.channels.partners(chain.notifier), *chain.releases} - {chain.notifier}))


def others(world: World, notifier: str) -> tuple[str, ...]:
    """Every other party of the theatre that takes part: a conflict is disclosed to all of them, channel or none."""
    return tuple(
        sorted(each.party for each in world.membership.parties.values() if each.taking_part and each.party != notifier)
    )
