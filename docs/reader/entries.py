"""Entries of the log and what the open ones say (PROTOCOL.md, section 4)."""

import re
from dataclasses import dataclass, field
from typing import Any, Optional

import keys
from account import Member
from encoding import Refused, binary, fields, integer, label, parse_strict, sha256, string, u32

SEALED, OPEN = 0, 1
MAX_TOKEN = 93_000
MAX_JSON = 65_536
HISTORY_LEN = 140
ROLES = ("member", "admin", "owner")  # the place is the byte in the roster hash
ZERO_HASH = bytes(32)
ZERO_SIGNATURE = bytes(64)


@dataclass(frozen=True)
class Entry:
    """One entry: its class, and the payload as it came. Of a purged entry only E is left."""

    kind: int
    payload: bytes
    kept: Optional[bytes] = None

    def hash(self):
        """E"""
        return self.kept or sha256(label("entry hash"), bytes([self.kind]), self.payload)

    def check(self):
        """The outside: what can be said without any key."""
        if self.kind == SEALED and self.kept is None:
            token = re.fullmatch(rb"[A-Za-z0-9_-]+={0,2}", self.payload)
            if not token or len(self.payload) % 4 or len(self.payload) > MAX_TOKEN:
                raise Refused("encoding", "not the text of a token")
        elif self.kind == OPEN:
            length = int.from_bytes(self.payload[:4], "big")
            if len(self.payload) != 4 + length + 128 or length > MAX_JSON:
                raise Refused("encoding", "an open entry of another length than it says")
        elif self.kind != SEALED:
            raise Refused("encoding", "an entry of no known class")


@dataclass(frozen=True)
class Open:
    """An open entry taken apart. Who signed it is verified separately: that takes the roster."""

    json: bytes = field(repr=False)
    identity_signature: bytes
    second_signature: bytes
    room: bytes
    epoch: int
    sender: bytes
    prev_open: bytes
    kind: str
    content: Any

    def require_identity(self, signing):
        if not keys.verify(signing, "entry", self.json, self.identity_signature):
            raise Refused("signature", "the sender did not sign it")

    def require_second(self, signing):
        if not keys.verify(signing, "entry", self.json, self.second_signature):
            raise Refused("second signature", "the second signature does not hold")

    def require_no_second(self):
        if self.second_signature != ZERO_SIGNATURE:
            raise Refused("second signature", "a second signature where none belongs")


def parse_open(payload):
    Entry(OPEN, payload).check()
    json, signatures = payload[4:-128], payload[-128:]
    it = fields(parse_strict(json), "room", "epoch", "sender", "prev_open", "kind", "content")
    kind = string(it["kind"])
    return Open(
        json=json,
        identity_signature=signatures[:64],
        second_signature=signatures[64:],
        room=binary(it["room"], 16),
        epoch=integer(it["epoch"], 0, 2**32 - 1),
        sender=binary(it["sender"], 20),
        prev_open=binary(it["prev_open"], 32),
        kind=kind,
        content=CONTENT.get(kind, lambda content: content)(it["content"]),
    )


@dataclass(frozen=True)
class Header:
    commitment: bytes
    join_key: bytes
    locator: bytes
    roster: bytes
    author: Member
    settings: dict
    seen: tuple
    history: Optional[str]


def parse_head(value):
    it = fields(value, "seq", "hash")
    return integer(it["seq"]), binary(it["hash"], 32)


def parse_settings(value):
    it = fields(value, "history_for_newcomers", "admins_may_delete")
    if any(type(setting) is not bool for setting in it.values()):
        raise Refused("json", "not true or false")
    return it


def parse_role(value):
    if value not in ROLES:
        raise Refused("json", "not a role")
    return value


def _header(value):
    required = ("commitment", "join_key", "locator", "roster", "author", "settings", "seen")
    it = fields(value, *required, optional=("history",))
    return Header(
        commitment=binary(it["commitment"], 32),
        join_key=binary(it["join_key"], 32),
        locator=binary(it["locator"], 16),
        roster=binary(it["roster"], 32),
        author=Member.parse(it["author"]),
        settings=parse_settings(it["settings"]),
        seen=parse_head(it["seen"]),
        history=string(it["history"]) if "history" in it else None,
    )


def _user(key):
    return lambda value: binary(fields(value, key)[key], 20)


def _member(value):
    return Member.parse(fields(value, "member")["member"])


def _role(value):
    it = fields(value, "member", "role")
    return binary(it["member"], 20), parse_role(it["role"])


def _purge(value):
    it = fields(value, "seq", "entry")
    return integer(it["seq"]), binary(it["entry"], 32)


def _wrap(value):
    it = fields(value, "recipient", "sealed")
    return binary(it["recipient"], 20), binary(it["sealed"])


CONTENT = {
    "header": _header,
    "join": _member,
    "leave": fields,
    "remove": _user("member"),
    "ban": _user("user"),
    "unban": _user("user"),
    "role": _role,
    "settings": lambda value: parse_settings(fields(value, "settings")["settings"]),
    "purge": _purge,
    "identity": _member,
    "resume": lambda value: parse_head(fields(value, "head")["head"]),
    "wrap": _wrap,
}


def verify_header(entry, secret=None):
    """What a header proves by itself, and, where its secret is known, that it is that secret's."""
    header = entry.content
    _introduces(entry, header.author)
    entry.require_second(header.join_key)
    if secret is not None and not secret.is_of(header):
        raise Refused("commitment", "the header is not of this room key")


def verify_join(entry, join_key):
    """What a join proves by itself, under the join key of its epoch."""
    _introduces(entry, entry.content)
    entry.require_second(join_key)


def verify_statement(entry, signing):
    """What any other open entry proves, given its sender's key on the roster."""
    entry.require_identity(signing)
    if entry.kind == "identity":
        entry.require_second(entry.content.signing)
    elif entry.kind in CONTENT:
        entry.require_no_second()


def _introduces(entry, member):
    if member.user != entry.sender:
        raise Refused("keys", "the keys are another's than the sender's")
    member.check()
    entry.require_identity(member.signing)
