"""Who is in the room: the roster and its rules (PROTOCOL.md, section 5)."""

from dataclasses import dataclass

import entries
import transcript
from account import Member
from encoding import Refused, fields, label, sha256

ROLES = ("member", "admin", "owner")  # the place is the byte in the roster hash


@dataclass(frozen=True)
class Line:
    keys: Member
    role: str


def parse_members(value):
    """The list of members that the server hands out with an epoch: unproven until its hash is the header's `roster`."""
    lines = []
    for member in value:
        role = member.get("role")
        if role not in ROLES:
            raise Refused("json", "not a role")
        lines.append(Line(Member.parse(member.get("keys")), role))
    return lines


class Roster:
    """The members in the order of their seniority, and what a rotation would have to keep to."""

    def __init__(self, lines):
        self.lines = sorted(lines, key=lambda line: line.keys.user)
        self.rotation_due = False
        self.settings = None
        users = {line.keys.user for line in lines}
        names = {line.keys.username for line in lines}
        if not len(users) == len(names) == len(lines):
            raise Refused("roster", "two members with one user id or one username")

    def find(self, user):
        return next((line for line in self.lines if line.keys.user == user), None)

    def require(self, user):
        line = self.find(user)
        if line is None:
            raise Refused("not a member", "not a member")
        return line

    def hash(self):
        return sha256(
            label("roster"),
            *(
                line.keys.user
                + line.keys.signing
                + line.keys.agreement
                + bytes([ROLES.index(line.role), len(line.keys.username)])
                + line.keys.username.encode()
                for line in sorted(self.lines, key=lambda line: line.keys.user)
            ),
        )

    def apply(self, entry, join_key):
        """One open entry of the epoch behind its header. Raises and changes nothing if it breaks a rule."""
        if entry.kind == "header":
            raise Refused("roster", "a second header")
        if entry.kind == "join":
            return self._join(entry, join_key)
        sender = self.require(entry.sender)
        entry.require_identity(sender.keys.signing)
        if entry.kind in entries.CONTENT:
            entry.require_no_join()
        if entry.kind == "leave":
            self._leave(sender)
        elif entry.kind == "wrap":
            self.require(entry.content[0])
        return None

    def _join(self, entry, join_key):
        entries.verify_join(entry, join_key)
        if self.rotation_due:
            raise Refused("rotation due", "someone joins with a key that someone who left knows")
        if self.find(entry.sender):
            raise Refused("already a member", "someone joins who is a member")
        if any(line.keys.username == entry.content.username for line in self.lines):
            raise Refused("roster", "the username is another member's")
        self.lines.append(Line(entry.content, "member"))

    def _leave(self, line):
        self.lines.remove(line)
        self.rotation_due = True
        if self.lines and not any(line.role == "owner" for line in self.lines):
            self.lines[0] = Line(self.lines[0].keys, "owner")

    def check_next_header(self, entry):
        """The rules for who may start the next epoch, and with what."""
        header = entry.content
        author = self.require(entry.sender)
        if author.keys != header.author:
            raise Refused("roster", "the author has other keys or another name here")
        leads = author.role != "member"
        if not self.rotation_due and not leads:
            raise Refused("not allowed", "only an admin or the owner may start an epoch by choice")
        if header.settings != self.settings and not leads:
            raise Refused("not allowed", "only an admin or the owner may change the settings")
        if header.roster != self.hash():
            raise Refused("roster", "the header was made for other members")

    def next_epoch(self, header):
        """The roster with which the epoch of a verified header starts."""
        roster = Roster(self.lines)
        roster.settings = header.settings
        return roster


def start(entry, members):
    """The roster of an epoch whose predecessor is unknown: the list that the server gave, once the header proves it."""
    roster = Roster(members)
    if roster.hash() != entry.content.roster:
        raise Refused("roster", "the list of members is not the header's")
    if roster.require(entry.sender).keys != entry.content.author:
        raise Refused("roster", "the author has other keys or another name in the list")
    return roster.next_epoch(entry.content)


def found(entry):
    """The roster of a new room: its author alone, as owner."""
    header = entry.content
    if entry.prev_open != entries.ZERO_HASH or header.seen != (0, transcript.start(entry.room)):
        raise Refused("chain", "the first header of a room does not start at nothing")
    if header.history is not None:
        raise Refused("roster", "there is no history before the first epoch")
    return start(entry, [Line(header.author, "owner")])
