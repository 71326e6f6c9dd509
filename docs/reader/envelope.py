"""What members seal: messages, receipts and signals (PROTOCOL.md, section 6)."""

import unicodedata
from dataclasses import dataclass, field
from typing import Any

import keys
from encoding import Refused, binary, fields, integer, label, parse_strict, sha256, string, unframe
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
    head, body = unframe(VERSIONS[what], 65, keys.open_token(message_key, token))
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
        sender=binary(it["sender"], 20),
        device=binary(it["device"], 16),
        n=integer(it["n"], 1),
        prev=binary(it["prev"], 32),
        seen=parse_head(it["seen"]),
        id=binary(it["id"], 16),
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
        entry=binary(it["entry"], 32),
        author=binary(it["author"], 20),
        device=binary(it["device"], 16),
        n=integer(it["n"], 1),
        body=binary(it["body"], 32),
    )


CONTENT = {"text": _text, "room_profile": _room_profile, "member_profile": _member_profile, "deletion": _deletion}


@dataclass(frozen=True)
class Receipt:
    sender: bytes
    read: tuple


def parse_receipt(body):
    it = fields(parse_strict(body), "sender", "read")
    return Receipt(binary(it["sender"], 20), parse_head(it["read"]))


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
        sender=binary(it["sender"], 20),
        run=binary(it["run"], 16),
        count=integer(it["count"], 1),
        at=integer(it["at"]),
        kind=kind,
        content=fields(it["content"]) if kind == "typing" else it["content"],
    )
