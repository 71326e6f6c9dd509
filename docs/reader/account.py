"""What follows from an account secret and a recovery code (PROTOCOL.md, section 2)."""

import re
from dataclasses import dataclass

import keys
from encoding import Refused, binary, fields, integer, items, kdf, label, sha256, string, u32, u64

USERNAME = re.compile(r"[a-z0-9][a-z0-9_.-]{2,31}")
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MOST_EARLIER = 16
DROPPED = re.compile(r"[\s\u2010-\u2015\u2212-]")


@dataclass(frozen=True)
class Succession:
    """A signing key that was replaced, and what it and the next one say to that."""

    signing: bytes
    old: bytes
    new: bytes


@dataclass(frozen=True)
class Member:
    """A user's public side: one line of the roster without its role."""

    user: bytes
    username: str
    signing: bytes
    agreement: bytes
    earlier: tuple = ()

    @classmethod
    def parse(cls, value):
        """From JSON. What it claims is not checked yet."""
        it = fields(value, "user", "username", "signing", "agreement", optional=("earlier",))
        member = cls(
            binary(it["user"], 20),
            string(it["username"]),
            binary(it["signing"], 32),
            binary(it["agreement"], 32),
            tuple(_succession(step) for step in items(it.get("earlier", []))),
        )
        if not USERNAME.fullmatch(member.username):
            raise Refused("json", "not a username")
        return member

    def check(self):
        """The user id follows from the first key, each key leads to the next, and all keys are acceptable."""
        chain = [step.signing for step in self.earlier] + [self.signing]
        acceptable = all(map(keys.is_good_point, chain)) and keys.is_good_agreement_key(self.agreement)
        if not acceptable or len(self.earlier) > MOST_EARLIER:
            raise Refused("keys", "a public key that nobody may have, or too many")
        if self.user != user_id(chain[0]):
            raise Refused("keys", "the user id does not follow from the first key")
        for number, (step, following) in enumerate(zip(self.earlier, chain[1:]), 1):
            message = self.user + u32(number) + following
            signed = keys.verify(step.signing, "identity", message, step.old)
            if not signed or not keys.verify(following, "identity", message, step.new):
                raise Refused("keys", "a key does not lead to the next one")

    def follows(self, before):
        """Whether these are the keys with which the same user replaced those of `before`."""
        return (
            len(self.earlier) == len(before.earlier) + 1
            and self.earlier[:-1] == before.earlier
            and self.earlier[-1].signing == before.signing
            and (self.user, self.username) == (before.user, before.username)
        )


def _succession(value):
    it = fields(value, "signing", "old", "new")
    return Succession(binary(it["signing"], 32), binary(it["old"], 64), binary(it["new"], 64))


def user_id(first_signing):
    return sha256(label("user"), first_signing)[:20]


class Account:
    """Everything that comes out of an account secret."""

    def __init__(self, secret):
        self.secret = secret
        self.signing_seed = kdf(secret, "identity signing")
        self.agreement_private = kdf(secret, "identity agreement")
        self.vault_key = kdf(secret, "vault")
        self.signing = keys.public_signing(self.signing_seed)
        self.agreement = keys.public_agreement(self.agreement_private)
        self.user = user_id(self.signing)


def recovery_text(code):
    """A recovery code as people write it down."""
    checksum = int.from_bytes(sha256(label("recovery checksum"), code)[:3], "big") >> 4
    number = int.from_bytes(code, "big") << 20 | checksum
    text = "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(36)))
    return "-".join(text[at : at + 4] for at in range(0, 36, 4))


def parse_recovery(typed):
    """The 20 bytes of a recovery code as somebody typed it."""
    text = DROPPED.sub("", typed)
    if not text.isascii():
        raise Refused("recovery code", "a character that no code has")
    text = text.upper().translate(str.maketrans("OIL", "011"))
    if len(text) != 36 or any(character not in ALPHABET for character in text):
        raise Refused("recovery code", "not 36 characters of the alphabet")
    number = 0
    for character in text:
        number = number << 5 | ALPHABET.index(character)
    code = (number >> 20).to_bytes(20, "big")
    if recovery_text(code).replace("-", "") != text:
        raise Refused("checksum", "the checksum does not fit: a typing error")
    return code


def credential_message(user, version, record_hash, passphrase_wrap, recovery_wrap, recovery_token_hash):
    """What the identity signs under the purpose `credential`."""
    wraps = sha256(passphrase_wrap.encode()) + sha256(recovery_wrap.encode())
    return user + u64(version) + record_hash + wraps + recovery_token_hash


def check_credentials(user, signing, stored):
    """Verifies credentials as the server shows them at a log-in."""
    message = credential_message(
        user,
        integer(stored["version"]),
        binary(stored["record_hash"], 32),
        string(stored["passphrase_wrap"]),
        string(stored["recovery_wrap"]),
        binary(stored["recovery_token_hash"], 32),
    )
    if not keys.verify(signing, "credential", message, binary(stored["signature"], 64)):
        raise Refused("signature", "the account did not sign its credentials")


def unwrap_account(wrap_key, wrap):
    """The account out of a passphrase wrap or a recovery wrap."""
    secret = keys.open_token(wrap_key, wrap)
    if len(secret) != 32:
        raise Refused("token", "not a secret of 32 bytes")
    return Account(secret)
