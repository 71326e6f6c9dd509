"""Room secrets and what follows from them; wraps (PROTOCOL.md, sections 3 and 4.6)."""

import base64

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

import keys
from encoding import Refused, from_base64, hmac_sha256, kdf, label, u32

WRAP_LEN = 80


class RoomSecret:
    """The secret of one epoch and everything that comes out of it."""

    def __init__(self, secret):
        self.secret = secret
        self.locator = kdf(secret, "room locator", 16)
        self.join_seed = kdf(secret, "room join")
        self.join_key = keys.public_signing(self.join_seed)
        self.message_key = kdf(secret, "room message")
        self.commitment = kdf(secret, "room commitment")
        self.history_key = kdf(secret, "room history")

    @classmethod
    def parse(cls, typed):
        """From the room key or the invite link, as people paste it."""
        text = "".join(typed.rsplit("#", 1)[-1].split())
        if text.endswith("="):
            text = text[:-1]
        try:
            return cls(from_base64(text, 32))
        except Refused as refusal:
            raise Refused("room key", f"not the text of a room key: {refusal}") from None

    def text(self):
        return base64.urlsafe_b64encode(self.secret).decode()

    def context(self, room, epoch):
        return context(room, epoch, self.commitment)

    def is_of(self, header):
        """Whether this is the secret of the epoch that a header's content opens."""
        return (self.commitment, self.join_key, self.locator) == (
            header.commitment,
            header.join_key,
            header.locator,
        )

    def previous(self, history):
        """The secret of the epoch before, out of a header's `history`."""
        secret = keys.open_token(self.history_key, history)
        if len(secret) != 32:
            raise Refused("token", "not a secret of 32 bytes")
        return RoomSecret(secret)


def context(room, epoch, commitment):
    """ctx"""
    return room + u32(epoch) + commitment


def unwrap(ctx, sender, recipient, private, sealed):
    """Opens what a member wrapped for `recipient`, whose X25519 private key is given: HPKE (RFC 9180), base mode."""
    if len(sealed) != WRAP_LEN:
        raise Refused("wrap", "not 80 bytes")
    encapsulated, ciphertext = sealed[:32], sealed[32:]
    own = X25519PrivateKey.from_private_bytes(private)
    try:
        shared = own.exchange(X25519PublicKey.from_public_bytes(encapsulated))
        both = encapsulated + own.public_key().public_bytes_raw()
        key, nonce = _schedule(shared, both, label("wrap") + ctx + sender + recipient)
        secret = ChaCha20Poly1305(key).decrypt(nonce, ciphertext, b"")
    except (ValueError, InvalidTag):
        raise Refused("wrap", "does not open") from None
    if kdf(secret, "room commitment") != ctx[20:]:
        raise Refused("commitment", "another secret than the header's")
    return RoomSecret(secret)


def _schedule(shared, both_publics, info):
    """RFC 9180, sections 4.1 and 5.1: from the Diffie-Hellman result to the key and nonce of the first message."""
    kem = b"KEM" + b"\x00\x20"
    suite = b"HPKE" + b"\x00\x20" + b"\x00\x01" + b"\x00\x03"
    key = _extract(kem, b"", b"eae_prk", shared)
    shared_secret = _expand(kem, key, b"shared_secret", both_publics, 32)
    hashes = _extract(suite, b"", b"psk_id_hash", b"") + _extract(suite, b"", b"info_hash", info)
    secret = _extract(suite, shared_secret, b"secret", b"")
    return tuple(
        _expand(suite, secret, name, b"\0" + hashes, length) for name, length in [(b"key", 32), (b"base_nonce", 12)]
    )


def _extract(suite, salt, name, secret):
    return hmac_sha256(salt or bytes(32), b"HPKE-v1" + suite + name + secret)


def _expand(suite, key, name, info, length):
    labelled = length.to_bytes(2, "big") + b"HPKE-v1" + suite + name + info
    return hmac_sha256(key, labelled + b"\1")[:length]
