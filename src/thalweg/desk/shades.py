"""Which declarations meet somebody's coarse region (D13).

A party that may see less than a footprint of a chain is warned by the chain's coarse region, never by the chain. This
index finds the pairs: the widest region told of every chain that anybody sees so ("the shade"), against all
declarations as they are. It costs nothing while every channel shows everything: the index is made when the first
shade is cast.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from thalweg.engine import Cancelled, Declared, Online
from thalweg.model.declarations import Cancellation, Declaration
from thalweg.model.declarations import Standing as Claim
from thalweg.model.findings import FindingType
from thalweg.model.levels import Level
from thalweg.model.theatre import Between, Margin, Relation, Rule, Selector, Theatre
from thalweg.policy.tell import Meeting, Policy
from thalweg.policy.terms import others
from thalweg.policy.view import view
from thalweg.state.packed import passing
from thalweg.state.picture import Chain, Standing
from thalweg.state.world import World

_EXACT, _SHADE = "exact", "shade"
_MEETS = Rule(
    "meets", Selector(), Selector(), Relation.RESTRICTED, Margin(0.0, None, 0.0), between=Between.OTHERS, conditions="-"
)
_BELOW_FOOTPRINT = (Level.COARSE, Level.EXISTS, Level.NOTHING)


class Shades:
    """The index over one world."""

    def __init__(self, world: World, policy: Policy) -> None:
        self._world = world
        self._policy = policy
        self._index: Online | None = None
        self._chains: dict[str, str] = {}  # version in the index -> chain key

    def cast_by(self, chain: Chain) -> bool:
        """Whether any other party sees less than its footprint; one on no channel with its notifier sees nothing."""
        return any(
            self._policy.level(chain, party) in _BELOW_FOOTPRINT for party in others(self._world, chain.notifier)
        )

    def met_by(self, mine: Declaration, party: str) -> list[Meeting]:
        """Every chain of another party whose shade this declaration meets, as its own party may be told."""
        if self._index is None:
            return []
        found = self._pairs(self._as(mine, _EXACT))
        return [meeting for key in found if (meeting := self._meeting(mine, party, self._world.picture.chains[key]))]

    def near(self, mine: Declaration, party: str) -> list[tuple[Chain, Level]]:
        """The chains whose regions this declaration's own coarse region meets, and at what level its party sees them:
        below footprint, and in no other way."""
        if self._index is None:
            return []
        region = view(mine, Level.COARSE, self._policy.grid, _EXACT).declaration
        if region is None:
            raise AssertionError("a declaration has a region")
        found = []
        for key in self._pairs(self._as(region, _EXACT)):
            chain = self._world.picture.chains[key]
            at = self._policy.level(chain, party)
            if chain.notifier != party and at in _BELOW_FOOTPRINT:
                found.append((chain, Level.COARSE if at is Level.COARSE else Level.EXISTS))
        return found

    def meeting_with(self, chain: Chain) -> list[Meeting]:
        """Every declaration of another party that meets the shade of this chain, as that party may be told."""
        if not self.cast_by(chain):
            return []
        self._cast()
        meetings = []
        # Under ids of their own: what is in the index already is compared with nothing.
        for key in self._pairs(*self._shades(chain, "probe/")):
            other = self._world.picture.chains[key]
            mine = self._world.picture.declaration(other.version)
            meeting = self._meeting(mine, other.notifier, chain)
            if meeting is not None:
                meetings.append(meeting)
        return meetings

    def taken(self, chain: Chain) -> None:
        """A version is in force."""
        if self._index is None and not self.cast_by(chain):
            return
        index = self._cast()
        self._enter(index, chain)

    @property
    def casts(self) -> bool:
        """Whether anything is in the index; if not, nobody sees less than a footprint of anything."""
        return self._index is not None

    def lingers(self, chain: Chain) -> bool:
        """Whether a chain whose time is over is told in cells for some time yet: whoever sees no more of it must not
        learn when it ended."""
        if not self.cast_by(chain):
            return False
        return max(self._policy.shown_until_s(chain).values()) > self._world.latest.epoch_s

    def standing(self) -> Iterator[Chain]:
        """Every chain in force, and those that linger."""
        for chain in passing(self._world.picture.chains):
            if chain.standing is Standing.IN_FORCE or (chain.standing is Standing.ENDED and self.lingers(chain)):
                yield chain

    def ended(self, chain: Chain, *, lingers: bool = False) -> None:
        """A chain is over; its region is too, unless it lingers."""
        if self._index is not None:
            regions = () if lingers else (f"{_SHADE}/coarse/{chain.key}", f"{_SHADE}/exists/{chain.key}")
            for name in (f"{_EXACT}/{chain.key}", *regions):
                self._index.feed(Cancelled(Cancellation(name, name.partition("/")[0])))

    def changed(self) -> None:
        """Terms changed: the index is made anew when it is next needed."""
        self._index = None
        self._chains.clear()
        if any(self.cast_by(chain) for chain in self.standing()):
            self._cast()

    def _meeting(self, mine: Declaration, party: str, theirs: Chain) -> Meeting | None:
        if party not in others(self._world, theirs.notifier):
            return None
        at = self._policy.level(theirs, party)
        if at not in _BELOW_FOOTPRINT:
            return None
        # Exactly what the party will be shown decides: the coarse region at coarse, the wider one at exists.
        found = self._policy.findings(mine, theirs, Level.COARSE if at is Level.COARSE else Level.EXISTS, party)
        if not found:
            return None
        told = tuple(each for each in found if each.type is FindingType.CONFLICT) if at is Level.COARSE else ()
        return Meeting(mine.version_id, theirs, at, told)

    def _pairs(self, *probes: Declaration) -> list[str]:
        index = self._cast()
        findings = [finding for probe in probes for finding in index.compare(probe).findings]
        versions = {version for finding in findings for version in finding.versions}
        return sorted({self._chains[version] for version in versions if version in self._chains})

    def _cast(self) -> Online:
        if self._index is None:
            self._index = Online(self._theatre())
            for chain in self.standing():
                self._enter(self._index, chain)
        return self._index

    def _enter(self, index: Online, chain: Chain) -> None:
        declaration = self._world.picture.declaration(chain.version)
        entered = [self._as(declaration, _EXACT, chain.key)] if chain.standing is Standing.IN_FORCE else []
        if self.cast_by(chain):
            entered += self._shades(chain)
        for each in entered:
            index.feed(Declared(each))
            self._chains[each.version_id] = chain.key

    def _shades(self, chain: Chain, prefix: str = "") -> list[Declaration]:
        """The regions told of a chain at `coarse` and at `exists`: neither contains the other."""
        made = []
        for level in (Level.COARSE, Level.EXISTS):
            shown = self._policy.view(chain, level, _SHADE).declaration
            if shown is None:
                raise AssertionError("a chain has a region")
            made.append(self._as(shown, _SHADE, f"{prefix}{level.value}/{chain.key}", chain.revision))
        return made

    @staticmethod
    def _as(declaration: Declaration, name: str, key: str = "probe", revision: int | None = None) -> Declaration:
        return replace(
            declaration,
            party=name,
            declaration_id=f"{name}/{key}",
            revision=declaration.revision if revision is None else revision,
            replaces="",
            standing=Claim.DECLARED,
            sides=None,
        )

    def _theatre(self) -> Theatre:
        whole = self._world.membership.theatre
        return replace(whole, rules=(_MEETS,), parties=(), coordinated=())
