"""Entries of the log and what the open ones say (PROTOCOL.md, section 4)."""

from dataclasses import dataclass, field
from typing import Any, Optional

import keys
from account import Member
from encoding import Refused, fields, from_base64, integer, label, parse_strict, sha256, string, u32

SEALED, OPEN = 0, 1
MAX_TOKEN = 93_000
ZERO_HASH = bytes(32)
ZERO_SIGNATURE = bytes(64)
HISTORY_LEN = 140


@dataclass(frozen=True)
class Entry:
    """One entry: its class, and the payload as it came."""

    kind: int
    payload: bytes

    def hash(self):
        """E"""
        return sha256(label("entry hash"), bytes([self.kind]), self.payload)

    def token(self):
        text = self.payload.decode("ascii", "replace")
        if not 1 <= len(text) <= MAX_TOKEN or len(text) % 4:
            raise Refused("token", "not as long as a token can be")
        return text


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


@dataclass(frozen=True)
class Open:
    """An open entry taken apart. Who signed it is verified separately: that takes the roster."""

    json: bytes = field(repr=False)
    identity_signature: bytes
    join_signature: bytes
    room: bytes
    epoch: int
    sender: bytes
    prev_open: bytes
    kind: str
    content: Any

    def require_identity(self, signing):
        keys.require_signature(signing, "entry", self.json, self.identity_signature, "the sender")

    def require_join(self, join_key):
        keys.require_signature(join_key, "entry", self.json, self.join_signature, "the room key")

    def require_no_join(self):
        if self.join_signature != ZERO_SIGNATURE:
            raise Refused("signature", "a second signature where none belongs")


def parse_open(payload):
    if len(payload) < 4:
        raise Refused("encoding", "an open entry that is cut off")
    length = int.from_bytes(payload[:4], "big")
    if len(payload) != 4 + length + 128:
        raise Refused("encoding", "an open entry of another length than it says")
    json, signatures = payload[4 : 4 + length], payload[4 + length :]
    it = fields(parse_strict(json), "room", "epoch", "sender", "prev_open", "kind", "content")
    kind = string(it["kind"])
    parse_content = CONTENT.get(kind, lambda content: content)
    return Open(
        json=json,
        identity_signature=signatures[:64],
        join_signature=signatures[64:],
        room=from_base64(it["room"], 16),
        epoch=integer(it["epoch"], 0, 2**32 - 1),
        sender=from_base64(it["sender"], 20),
        prev_open=from_base64(it["prev_open"], 32),
        kind=kind,
        content=parse_content(it["content"]),
    )


def build_open(json, identity_signature, join_signature=ZERO_SIGNATURE):
    """The payload of an open entry."""
    return u32(len(json)) + json + identity_signature + join_signature


def parse_head(value):
    it = fields(value, "seq", "hash")
    return integer(it["seq"]), from_base64(it["hash"], 32)


def _settings(value):
    it = fields(value, "history_for_newcomers")
    if type(it["history_for_newcomers"]) is not bool:
        raise Refused("json", "not true or false")
    return it


def _header(value):
    it = fields(
        value,
        "commitment",
        "join_key",
        "locator",
        "roster",
        "author",
        "settings",
        "seen",
        optional=("history",),
    )
    return Header(
        commitment=from_base64(it["commitment"], 32),
        join_key=from_base64(it["join_key"], 32),
        locator=from_base64(it["locator"], 16),
        roster=from_base64(it["roster"], 32),
        author=Member.parse(it["author"]),
        settings=_settings(it["settings"]),
        seen=parse_head(it["seen"]),
        history=string(it["history"], HISTORY_LEN, HISTORY_LEN) if "history" in it else None,
    )


def _join(value):
    return Member.parse(fields(value, "member")["member"])


def _leave(value):
    return fields(value)


def _wrap(value):
    it = fields(value, "recipient", "sealed")
    return from_base64(it["recipient"], 20), from_base64(it["sealed"], 80)


CONTENT = {"header": _header, "join": _join, "leave": _leave, "wrap": _wrap}


def verify_header(entry, secret=None):
    """What a header proves by itself, and, where its secret is known, that it is that secret's."""
    header = entry.content
    if header.author.user != entry.sender:
        raise Refused("identity", "the author is another than the sender")
    entry.require_identity(header.author.signing)
    entry.require_join(header.join_key)
    if secret is not None and not secret.is_of(header):
        raise Refused("commitment", "the header is not of this room key")


def verify_join(entry, join_key):
    """What a join proves by itself, under the join key of its epoch."""
    if entry.content.user != entry.sender:
        raise Refused("identity", "the joiner is another than the sender")
    entry.require_identity(entry.content.signing)
    entry.require_join(join_key)
