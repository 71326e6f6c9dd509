"""Who is in the room: the roster and its rules (PROTOCOL.md, section 5)."""

from dataclasses import dataclass, replace

import transcript
from account import Member
from encoding import Refused, binary, fields, items, label, sha256, u32
from entries import ROLES, ZERO_HASH, parse_role, verify_join, verify_statement

MOST_BANNED = 1_000


@dataclass(frozen=True)
class Line:
    keys: Member
    role: str

    @property
    def rank(self):
        return ROLES.index(self.role)


def parse_start(members, banned):
    """The lists that the server hands out with an epoch: unproven until their hash is the header's `roster`."""
    lines = []
    for value in items(members):
        it = fields(value, "keys", "role")
        lines.append(Line(Member.parse(it["keys"]), parse_role(it["role"])))
    return Roster(lines, frozenset(binary(user, 20) for user in items(banned)))


class Roster:
    """The members in the order of their seniority, who is banned, the settings, and whether a rotation is due."""

    def __init__(self, lines, banned=frozenset(), settings=None):
        self.lines = sorted(lines, key=lambda line: line.keys.user)
        self.banned = set(banned)
        self.settings = settings
        self.rotation_due = False

    def find(self, user):
        return next((line for line in self.lines if line.keys.user == user), None)

    def require(self, user, rank=0):
        line = self.find(user)
        if line is None:
            raise Refused("not a member", "not a member")
        if line.rank < rank:
            raise Refused("not allowed", "the sender's role does not allow this")
        return line

    def may_delete(self, user, author):
        """Whether a member may delete what that author wrote."""
        line = self.find(user)
        return line is not None and (user == author or (line.rank >= 1 and self.settings["admins_may_delete"]))

    def hash(self):
        lines = sorted(self.lines, key=lambda line: line.keys.user)
        return sha256(
            label("roster"),
            u32(len(lines)),
            *(
                line.keys.user
                + line.keys.signing
                + line.keys.agreement
                + bytes([line.rank, len(line.keys.username)])
                + line.keys.username.encode()
                for line in lines
            ),
            u32(len(self.banned)),
            *sorted(self.banned),
        )

    def apply(self, entry, join_key):
        """One open entry of the epoch behind its header. Raises and changes nothing if it breaks a rule."""
        if entry.kind == "header":
            raise Refused("place", "a second header in one epoch")
        if entry.kind == "join":
            verify_join(entry, join_key)
        else:
            verify_statement(entry, self.require(entry.sender).keys.signing)
        if entry.kind in RULES:
            RULES[entry.kind](self, entry.sender, entry.content)

    def _join(self, sender, member):
        if sender in self.banned:
            raise Refused("banned", "a banned user joins")
        if self.rotation_due:
            raise Refused("rotation due", "someone joins with a key that someone who left knows")
        self._admit(Line(member, "member"))

    def _admit(self, line):
        if self.find(line.keys.user):
            raise Refused("already a member", "already a member")
        if any(other.keys.username == line.keys.username for other in self.lines):
            raise Refused("username", "the username is another member's")
        line.keys.check()
        self.lines.append(line)

    def _leave(self, sender, _):
        self._take_out(sender)
        if self.lines and not any(line.role == "owner" for line in self.lines):
            heir = next((line for line in self.lines if line.role == "admin"), self.lines[0])
            self._set(heir, role="owner")

    def _remove(self, sender, user):
        rank = self.require(sender, 1).rank
        if self.require(user).rank >= rank:
            raise Refused("not allowed", "the sender's role is not above the other's")
        self._take_out(user)

    def _ban(self, sender, user):
        rank, line = self.require(sender, 1).rank, self.find(user)
        if line and line.rank >= rank:
            raise Refused("not allowed", "the sender's role is not above the other's")
        if user in self.banned:
            raise Refused("no change", "banned already")
        if len(self.banned) >= MOST_BANNED:
            raise Refused("too many bans", "too many are banned")
        self.banned.add(user)
        if line:
            self._take_out(user)

    def _unban(self, sender, user):
        self.require(sender, 1)
        if user not in self.banned:
            raise Refused("no change", "not banned")
        self.banned.remove(user)

    def _role(self, sender, content):
        user, role = content
        own, line = self.require(sender, 1), self.require(user)
        allowed = (own.role, role) == ("admin", "member") if user == sender else own.role == "owner"
        if not allowed:
            raise Refused("not allowed", "the sender's role does not allow this")
        if line.role == role:
            raise Refused("no change", "the member has this role")
        self._set(line, role=role)
        if role == "owner":
            self._set(own, role="admin")

    def _settings(self, sender, settings):
        self.require(sender, 1)
        if settings == self.settings:
            raise Refused("no change", "the settings are so")
        self.settings = settings

    def _identity(self, sender, member):
        line = self.require(sender)
        if not member.follows(line.keys):
            raise Refused("keys", "these are not the keys that follow the member's")
        member.check()
        self._set(line, keys=member)
        self.rotation_due = True

    def _resume(self, sender, _):
        self.require(sender, 2)

    def _wrap(self, _, content):
        self.require(content[0])

    def _take_out(self, user):
        self.lines.remove(self.find(user))
        self.rotation_due = True

    def _set(self, line, **change):
        self.lines[self.lines.index(line)] = replace(line, **change)

    def follow(self, entry):
        """The roster of the next epoch, if its header, verified by itself, may follow here."""
        header, author = entry.content, self.require(entry.sender)
        if author.keys != header.author:
            raise Refused("keys", "the author has other keys or another name here")
        if not self.rotation_due and author.rank < 1:
            raise Refused("not allowed", "only an admin or the owner may start an epoch by choice")
        if header.settings != self.settings:
            raise Refused("settings", "the header has other settings than the room")
        if header.roster != self.hash():
            raise Refused("roster", "the header was made for other members")
        return Roster(self.lines, self.banned, self.settings)


RULES = {
    "join": Roster._join,
    "leave": Roster._leave,
    "remove": Roster._remove,
    "ban": Roster._ban,
    "unban": Roster._unban,
    "role": Roster._role,
    "settings": Roster._settings,
    "identity": Roster._identity,
    "resume": Roster._resume,
    "wrap": Roster._wrap,
}


def start(entry, claimed):
    """The roster of an epoch whose predecessor is unknown: the lists that the server gave, once the header proves them."""
    if claimed.hash() != entry.content.roster:
        raise Refused("roster", "the list of members is not the header's")
    roster = Roster([], claimed.banned, entry.content.settings)
    for line in claimed.lines:
        roster._admit(line)
    if roster.require(entry.sender).keys != entry.content.author:
        raise Refused("keys", "the author has other keys or another name in the list")
    return roster


def found(entry):
    """The roster of a new room: its author alone, as owner."""
    header = entry.content
    if entry.prev_open != ZERO_HASH or header.seen != (0, transcript.start(entry.room)):
        raise Refused("chain", "the first header of a room does not start at nothing")
    if header.history is not None:
        raise Refused("place", "there is no history before the first epoch")
    return start(entry, Roster([Line(header.author, "owner")]))
