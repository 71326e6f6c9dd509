"""How bytes, numbers and JSON are written (PROTOCOL.md, sections 1, 1.1 and 1.3)."""

import base64
import hashlib
import hmac
import json
import re

MAX_JSON = 65_536
MAX_DEPTH = 16
MAX_INTEGER = 2**53 - 1


class Refused(Exception):
    """What was read is not what the protocol allows. `reason` is one of the words listed in docs/vectors/README.md."""

    def __init__(self, reason, what):
        super().__init__(what)
        self.reason = reason


def u32(number):
    return number.to_bytes(4, "big")


def u64(number):
    return number.to_bytes(8, "big")


def label(name):
    """L(name)"""
    return b"securechat v1 " + name.encode() + b"\0"


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def hmac_sha256(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


def kdf(secret, name, length=32):
    """KDF(secret, name): HKDF needs one round only, since 32 bytes are one block of SHA-256."""
    extracted = hmac_sha256(b"securechat v1", secret)
    return hmac_sha256(extracted, name.encode() + b"\1")[:length]


def to_base64(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def from_base64(text, length=None):
    """Unpadded URL-safe base64 in its one canonical form."""
    if not isinstance(text, str) or not re.fullmatch(r"[A-Za-z0-9_-]*", text):
        raise Refused("encoding", "not base64url")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise Refused("encoding", "not base64url") from None
    if to_base64(data) != text:
        raise Refused("encoding", "base64url in another than the canonical form")
    if length is not None and len(data) != length:
        raise Refused("encoding", f"{len(data)} bytes where {length} belong")
    return data


def binary(value, length=None):
    """Bytes in JSON."""
    try:
        return from_base64(value, length)
    except Refused as refusal:
        raise Refused("json", str(refusal)) from None


def parse_strict(data):
    """Strict JSON: what is signed must read the same to everyone."""
    if len(data) > MAX_JSON:
        raise Refused("json", "too long")
    try:
        text = data.decode("utf-8")
        check_depth(text)
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_no_number,
            parse_constant=_no_number,
        )
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # fails on a lone surrogate
    except (ValueError, RecursionError) as error:
        raise Refused("json", f"not strict JSON: {error}") from None
    return value


def check_depth(text):
    """Counts brackets outside of strings, so that no parser ever descends deeper than is allowed."""
    depth = 0
    for token in re.findall(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', text, re.DOTALL):
        if token in "[{":
            depth += 1
        elif token in "]}":
            depth -= 1
        if depth > MAX_DEPTH:
            raise ValueError("nested too deeply")


def _object(pairs):
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key twice")
    return dict(pairs)


def _integer(digits):
    if digits == "-0" or len(digits) > 17 or abs(int(digits)) > MAX_INTEGER:
        raise ValueError("a number outside of the range")
    return int(digits)


def _no_number(text):
    raise ValueError(f"{text} is not an integer")


def fields(value, *required, optional=()):
    """The value as an object that has exactly these keys."""
    if not isinstance(value, dict):
        raise Refused("json", "not an object")
    missing = set(required) - set(value)
    unknown = set(value) - set(required) - set(optional)
    if missing or unknown:
        raise Refused("json", f"keys missing {sorted(missing)}, unknown {sorted(unknown)}")
    return value


def items(value):
    if not isinstance(value, list):
        raise Refused("json", "not a list")
    return value


def integer(value, least=0, most=MAX_INTEGER):
    # In Python True and False are integers too.
    if type(value) is not int or not least <= value <= most:
        raise Refused("json", "not an integer in its range")
    return value


def string(value, least=0, most=MAX_JSON):
    """A text of so many bytes."""
    if not isinstance(value, str) or not least <= len(value.encode()) <= most:
        raise Refused("json", "not a text in its bounds")
    return value


def padded_len(length):
    """Above 4096 this is Padmé: the larger, the coarser, at most 12 % more."""
    for step in (512, 1024, 2048, 4096):
        if length <= step:
            return step
    exponent = length.bit_length() - 1
    unit = 1 << (exponent - exponent.bit_length())
    return -(-length // unit) * unit


def unframe(version, head, plain):
    """What `unpad` gives, of a plaintext that starts with this version."""
    if plain and plain[0] != version:
        raise Refused("version", f"a plaintext of version {plain[0]} where {version} belongs")
    return unpad(plain, head)


def unpad(plain, head):
    """Splits pad(head ‖ body length ‖ body) into head and body."""
    if len(plain) < head + 4:
        raise Refused("padding", "too short")
    end = head + 4 + int.from_bytes(plain[head : head + 4], "big")
    if len(plain) != padded_len(end) or any(plain[end:]):
        raise Refused("padding", "not padded as it should be")
    return plain[:head], plain[head + 4 : end]
