"""What members seal: messages, receipts and signals (PROTOCOL.md, section 6)."""

import unicodedata
from dataclasses import dataclass, field
from typing import Any

import keys
from encoding import Refused, fields, from_base64, integer, label, parse_strict, sha256, string, unpad
from entries import parse_head

VERSIONS = {"body": 1, "signal": 2, "slot": 4}  # 3 is a vault item's
PURPOSES = {"body": "message", "signal": "signal", "slot": "slot"}


@dataclass(frozen=True)
class Sealed:
    """What came out of a token. Whose it is, is verified separately: that takes the roster."""

    what: str
    body: bytes = field(repr=False)
    hash: bytes
    signature: bytes = field(repr=False)

    def is_signed_by(self, signing):
        return keys.verify(signing, PURPOSES[self.what], self.hash, self.signature)


def open_sealed(what, message_key, ctx, token):
    """Opens a token with the key and context of its epoch. `what` names the hash: body, signal or slot."""
    plain = keys.open_token(message_key, token)
    if plain[:1] != bytes([VERSIONS[what]]):
        raise Refused("version", f"not a {what}")
    head, body = unpad(plain, 65)
    return Sealed(what, body, sha256(label(what), ctx, body), head[1:])


@dataclass(frozen=True)
class Message:
    sender: bytes
    device: bytes
    n: int
    prev: bytes
    seen: tuple
    id: bytes
    at: int
    kind: str
    content: Any


def parse_message(body):
    it = fields(parse_strict(body), "sender", "device", "n", "prev", "seen", "id", "at", "kind", "content")
    kind = string(it["kind"])
    return Message(
        sender=from_base64(it["sender"], 20),
        device=from_base64(it["device"], 16),
        n=integer(it["n"], 1),
        prev=from_base64(it["prev"], 32),
        seen=parse_head(it["seen"]),
        id=from_base64(it["id"], 16),
        at=integer(it["at"]),
        kind=kind,
        content=CONTENT.get(kind, lambda content: content)(it["content"]),
    )


@dataclass(frozen=True)
class Deletion:
    """Which message is taken back, and its place in its device's chain."""

    seq: int
    entry: bytes
    author: bytes
    device: bytes
    n: int
    body: bytes


def _text(value):
    return string(fields(value, "text")["text"], 1, 16_384)


def _room_profile(value):
    return _one_line(string(fields(value, "name")["name"], 1, 200))


def _member_profile(value):
    return _one_line(string(fields(value, "display_name")["display_name"], 0, 100))


def _one_line(text):
    if any(unicodedata.category(character) == "Cc" for character in text):
        raise Refused("json", "a control character in a name")
    return text


def _deletion(value):
    it = fields(value, "seq", "entry", "author", "device", "n", "body")
    return Deletion(
        seq=integer(it["seq"], 1),
        entry=from_base64(it["entry"], 32),
        author=from_base64(it["author"], 20),
        device=from_base64(it["device"], 16),
        n=integer(it["n"], 1),
        body=from_base64(it["body"], 32),
    )


CONTENT = {"text": _text, "room_profile": _room_profile, "member_profile": _member_profile, "deletion": _deletion}


@dataclass(frozen=True)
class Receipt:
    sender: bytes
    read: tuple


def parse_receipt(body):
    it = fields(parse_strict(body), "sender", "read")
    return Receipt(from_base64(it["sender"], 20), parse_head(it["read"]))


@dataclass(frozen=True)
class Signal:
    sender: bytes
    run: bytes
    count: int
    at: int
    kind: str
    content: Any


def parse_signal(body):
    it = fields(parse_strict(body), "sender", "run", "count", "at", "kind", "content")
    kind = string(it["kind"])
    return Signal(
        sender=from_base64(it["sender"], 20),
        run=from_base64(it["run"], 16),
        count=integer(it["count"]),
        at=integer(it["at"]),
        kind=kind,
        content=fields(it["content"]) if kind == "typing" else it["content"],
    )
