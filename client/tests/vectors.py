"""Writes vectors.json: SecureChat's cryptography computed a second time, from docs/PROTOCOL.md, with Python's `cryptography`.

    python3 client/tests/vectors.py > client/tests/vectors.json

The same in every run: what is random elsewhere (secrets, IVs, HPKE's ephemeral key) is fixed here. vectors.rs opens, verifies and,
where nothing is random, makes the same bytes.
"""

import base64
import hashlib
import hmac
import json

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def b64(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def u32(number):
    return number.to_bytes(4, "big")


def u64(number):
    return number.to_bytes(8, "big")


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def label(name):
    return b"securechat v1 " + name.encode() + b"\0"


def mac(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


def kdf(secret, name, length=32):
    return mac(mac(b"securechat v1", secret), name.encode() + b"\1")[:length]


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def fernet(key, plaintext, iv):
    return Fernet(base64.urlsafe_b64encode(key))._encrypt_from_parts(plaintext, 0, iv).decode()


def padded_len(length):
    for step in (512, 1024, 2048, 4096):
        if length <= step:
            return step
    exponent = length.bit_length() - 1
    unit = 1 << (exponent - exponent.bit_length())
    return -(-length // unit) * unit


def frame(head, body):
    plain = head + u32(len(body)) + body
    return plain.ljust(padded_len(len(plain)), b"\0")


class Account:
    def __init__(self, secret, username):
        self.secret = secret
        self.username = username
        self.signing = Ed25519PrivateKey.from_private_bytes(kdf(secret, "identity signing"))
        self.signing_public = self.signing.public_key().public_bytes_raw()
        self.agreement = X25519PrivateKey.from_private_bytes(kdf(secret, "identity agreement"))
        self.agreement_public = self.agreement.public_key().public_bytes_raw()
        self.user = sha(label("user"), self.signing_public)[:20]

    def sign(self, purpose, message):
        return self.signing.sign(label(purpose) + message)

    def member(self):
        return {
            "user": b64(self.user),
            "username": self.username,
            "signing": b64(self.signing_public),
            "agreement": b64(self.agreement_public),
        }


class Room:
    def __init__(self, secret, room, epoch):
        self.secret = secret
        self.room = room
        self.epoch = epoch
        self.locator = kdf(secret, "room locator", 16)
        self.join = Ed25519PrivateKey.from_private_bytes(kdf(secret, "room join"))
        self.join_public = self.join.public_key().public_bytes_raw()
        self.commitment = kdf(secret, "room commitment")
        self.message_key = kdf(secret, "room message")
        self.history_key = kdf(secret, "room history")
        self.ctx = room + u32(epoch) + self.commitment


def recovery_text(code):
    checksum = int.from_bytes(sha(label("recovery checksum"), code)[:3], "big") >> 4
    number = int.from_bytes(code, "big") << 20 | checksum
    text = "".join(ALPHABET[number >> (5 * place) & 31] for place in reversed(range(36)))
    return "-".join(text[at : at + 4] for at in range(0, 36, 4))


def entry(account, room, prev_open, kind, content, joined):
    body = compact(
        {
            "room": b64(room.room),
            "epoch": room.epoch,
            "sender": b64(account.user),
            "prev_open": b64(prev_open),
            "kind": kind,
            "content": content,
        }
    )
    join = room.join.sign(label("entry") + body) if joined else bytes(64)
    return u32(len(body)) + body + account.sign("entry", body) + join


def entry_hash(kind, payload):
    return sha(label("entry hash"), bytes([kind]), payload)


def roster_hash(members):
    lines = [
        account.user + account.signing_public + account.agreement_public
        + bytes([role, len(account.username)]) + account.username.encode()
        for account, role in sorted(members, key=lambda member: member[0].user)
    ]
    # Nobody is banned.
    return sha(label("roster"), u32(len(lines)), *lines, u32(0))


def seal(room, account, body, iv):
    body_hash = sha(label("body"), room.ctx, body)
    signature = account.sign("message", body_hash)
    return fernet(room.message_key, frame(b"\1" + signature, body), iv), body_hash


def hpke_seal(ephemeral, recipient, info, plaintext):
    """RFC 9180, base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305."""
    kem = b"KEM" + b"\x00\x20"
    suite = b"HPKE" + b"\x00\x20" + b"\x00\x01" + b"\x00\x03"

    def extract(suite_id, salt, name, secret):
        return mac(salt or bytes(32), b"HPKE-v1" + suite_id + name + secret)

    def expand(suite_id, key, name, context, length):
        labelled = length.to_bytes(2, "big") + b"HPKE-v1" + suite_id + name + context
        return mac(key, labelled + b"\1")[:length]

    encapsulated = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(recipient))
    key = extract(kem, b"", b"eae_prk", shared)
    shared = expand(kem, key, b"shared_secret", encapsulated + recipient, 32)
    context = b"\0" + extract(suite, b"", b"psk_id_hash", b"") + extract(suite, b"", b"info_hash", info)
    secret = extract(suite, shared, b"secret", b"")
    key = expand(suite, secret, b"key", context, 32)
    nonce = expand(suite, secret, b"base_nonce", context, 12)
    return encapsulated + ChaCha20Poly1305(key).encrypt(nonce, plaintext, b"")


def main():
    ana = Account(bytes(range(32)), "ana")
    bob = Account(bytes(range(32, 64)), "bob")
    old = Room(bytes(range(100, 132)), bytes(range(16)), 1)
    room = Room(bytes(range(64, 96)), bytes(range(16)), 2)
    code = bytes(range(20))
    iv = bytes(range(200, 216))

    passphrase_wrap = fernet(bytes([1] * 32), ana.secret, iv)
    recovery_wrap = fernet(kdf(code, "recovery wrap"), ana.secret, iv)
    token_hash = sha(kdf(code, "recovery token"))
    record = bytes([5] * 192)
    credential = (
        ana.user + u64(3) + sha(record) + sha(passphrase_wrap.encode()) + sha(recovery_wrap.encode()) + token_hash
    )

    start = sha(label("transcript"), room.room)
    header = entry(
        ana,
        room,
        bytes([4] * 32),
        "header",
        {
            "commitment": b64(room.commitment),
            "join_key": b64(room.join_public),
            "locator": b64(room.locator),
            "roster": b64(roster_hash([(ana, 2), (bob, 0)])),
            "author": ana.member(),
            "settings": {"history_for_newcomers": True, "admins_may_delete": True},
            "seen": {"seq": 0, "hash": b64(start)},
            "history": fernet(room.history_key, old.secret, iv),
        },
        True,
    )
    header_hash = entry_hash(1, header)
    join = entry(bob, room, header_hash, "join", {"member": bob.member()}, True)
    join_hash = entry_hash(1, join)
    leave = entry(bob, room, join_hash, "leave", {}, False)
    info = label("wrap") + room.ctx + ana.user + bob.user
    ephemeral = X25519PrivateKey.from_private_bytes(bytes([9] * 32))
    wrap = hpke_seal(ephemeral, bob.agreement_public, info, room.secret)

    first_head = sha(start, u64(1), header_hash)

    def message(n, prev, kind, content):
        return compact(
            {
                "sender": b64(ana.user),
                "device": b64(bytes([1] * 16)),
                "n": n,
                "prev": b64(prev),
                "seen": {"seq": 1, "hash": b64(first_head)},
                "id": b64(bytes([n] * 16)),
                "at": 1_700_000_000_000,
                "kind": kind,
                "content": content,
            }
        )

    first = message(1, header_hash, "text", {"text": "Grüße aus Genf 🏔"})
    first_token, first_hash = seal(room, ana, first, iv)
    second = message(2, first_hash, "text", {"text": "x" * 5000})
    second_token, second_hash = seal(room, ana, second, iv)
    second_head = sha(first_head, u64(2), entry_hash(0, first_token.encode()))

    item = compact({"user": b64(ana.user), "item": "settings", "version": 7, "content": {"display_name": "Ana"}})

    print(
        json.dumps(
            {
                "account": {
                    "secret": b64(ana.secret),
                    "keys": ana.member(),
                    "vault_key": base64.urlsafe_b64encode(kdf(ana.secret, "vault")).decode(),
                },
                "credentials": {
                    "version": 3,
                    "record": b64(record),
                    "passphrase_wrap": passphrase_wrap,
                    "recovery_wrap": recovery_wrap,
                    "recovery_token_hash": b64(token_hash),
                    "signature": b64(ana.sign("credential", credential)),
                },
                "recovery": {"text": recovery_text(code), "token": b64(kdf(code, "recovery token"))},
                "room": {
                    "key": base64.urlsafe_b64encode(room.secret).decode(),
                    "old_key": base64.urlsafe_b64encode(old.secret).decode(),
                    "id": b64(room.room),
                    "epoch": room.epoch,
                    "locator": b64(room.locator),
                    "join_key": b64(room.join_public),
                    "message_key": base64.urlsafe_b64encode(room.message_key).decode(),
                    "commitment": b64(room.commitment),
                    "ctx": b64(room.ctx),
                },
                "bob": {"secret": b64(bob.secret), "keys": bob.member()},
                "open": {
                    "prev_open": b64(bytes([4] * 32)),
                    "header": b64(header),
                    "header_hash": b64(header_hash),
                    "join": b64(join),
                    "leave": b64(leave),
                    "wrap": b64(wrap),
                },
                "sealed": [
                    {"body": body.decode(), "token": token, "body_hash": b64(body_hash)}
                    for body, token, body_hash in [
                        (first, first_token, first_hash),
                        (second, second_token, second_hash),
                    ]
                ],
                "transcript": [b64(start), b64(first_head), b64(second_head)],
                "vault_item": fernet(kdf(ana.secret, "vault"), frame(b"\3", item), iv),
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
