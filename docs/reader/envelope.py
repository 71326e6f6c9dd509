"""Sealed messages (PROTOCOL.md, sections 6.1 to 6.3)."""

import unicodedata
from dataclasses import dataclass, field
from typing import Any

import keys
from encoding import Refused, fields, from_base64, integer, label, parse_strict, sha256, string, unpad
from entries import parse_head

MESSAGE = 1
KNOWN_LIMIT = {"text": 16_384, "room_profile": 200, "member_profile": 100}


@dataclass(frozen=True)
class Message:
    """A body and its signature. Whose it is, is verified separately: that takes the roster."""

    sender: bytes
    device: bytes
    n: int
    prev: bytes
    seen: tuple
    id: bytes
    at: int
    kind: str
    content: Any
    body_hash: bytes
    signature: bytes = field(repr=False)

    def is_signed_by(self, signing):
        return keys.verify(signing, "message", self.body_hash, self.signature)


def open_message(message_key, ctx, token):
    """Opens a token with the key and context of its epoch."""
    plain = keys.open_token(message_key, token)
    if plain[:1] != bytes([MESSAGE]):
        raise Refused("version", "not a message")
    head, body = unpad(plain, 65)
    return parse_body(body, sha256(label("body"), ctx, body), head[1:])


def parse_body(body, body_hash=b"", signature=b""):
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
        body_hash=body_hash,
        signature=signature,
    )


def _text(value):
    string(fields(value, "text")["text"], 1, KNOWN_LIMIT["text"])
    return value


def _room_profile(value):
    _one_line(string(fields(value, "name")["name"], 1, KNOWN_LIMIT["room_profile"]))
    return value


def _member_profile(value):
    _one_line(string(fields(value, "display_name")["display_name"], 0, KNOWN_LIMIT["member_profile"]))
    return value


def _one_line(text):
    if any(unicodedata.category(character) == "Cc" for character in text):
        raise Refused("json", "a control character in a name")


CONTENT = {"text": _text, "room_profile": _room_profile, "member_profile": _member_profile}
