"""Public keys, signatures and tokens (PROTOCOL.md, sections 1 and 1.2)."""

import base64

from cryptography.exceptions import InvalidSignature
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from encoding import Refused, label

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
ORDER = 2**252 + 27742317777372353535851937790883648493


def is_good_point(encoded):
    """Whether 32 bytes are the canonical encoding of an Ed25519 point that is not of small order."""
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if len(encoded) != 32 or y >= P:
        return False
    xx = _x_squared(y)
    on_curve = xx == 0 or pow(xx, (P - 1) // 2, P) == 1
    if not on_curve or (xx == 0 and sign == 1):
        return False
    for _ in range(3):
        y = _double(y)
    return y != 1  # eight times the point is not the neutral one


def _x_squared(y):
    """From the curve's equation -x² + y² = 1 + d·x²·y²."""
    return (y * y - 1) * pow(D * y * y + 1, -1, P) % P


def _double(y):
    """The y of twice a point. The sign of x makes no difference to it."""
    xx = _x_squared(y)
    return (y * y + xx) * pow(2 - y * y + xx, -1, P) % P


def is_good_agreement_key(encoded):
    """Whether 32 bytes are an acceptable X25519 key."""
    if len(encoded) != 32 or int.from_bytes(encoded, "little") >= P:
        return False
    try:
        # Every private key is a multiple of eight: with a key of small order the result is zero, which is refused.
        X25519PrivateKey.from_private_bytes(bytes(32)).exchange(X25519PublicKey.from_public_bytes(encoded))
    except ValueError:
        return False
    return True


def public_signing(seed):
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def public_agreement(private):
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def verify(public, purpose, message, signature):
    """Strict verification: the library takes more keys and points than the protocol does, so they are checked here."""
    strict = (
        len(signature) == 64
        and is_good_point(public)
        and is_good_point(signature[:32])
        and int.from_bytes(signature[32:], "little") < ORDER
    )
    if not strict:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, label(purpose) + message)
    except InvalidSignature:
        return False
    return True


def open_token(key, text):
    """What a Fernet token holds, if it is the one canonical text of its bytes and carries the time 0."""
    try:
        raw = base64.urlsafe_b64decode(text)
    except ValueError:
        raise Refused("token", "not base64url with padding") from None
    if base64.urlsafe_b64encode(raw) != text.encode():
        raise Refused("token", "another text of the token")
    if raw[1:9] != bytes(8):
        raise Refused("token", "the time is not 0")
    try:
        return Fernet(base64.urlsafe_b64encode(key)).decrypt(text.encode())
    except InvalidToken:
        raise Refused("token", "does not open with this key") from None
