"""Numbers that people compare (PROTOCOL.md, section 2.7)."""

from encoding import from_base64, label, sha256

ROUNDS = 5_200


def keys_hash(user, signing, agreement):
    """f₀: names a user's keys exactly."""
    return sha256(label("fingerprint"), user, signing, agreement)


def fingerprint(user, signing, agreement):
    """Many rounds, so that looking for keys with a similar number costs many times more."""
    value = keys_hash(user, signing, agreement)
    for _ in range(ROUNDS):
        value = sha256(value, signing)
    return value


def digits(value):
    """Thirty digits in six groups, from the first thirty bytes."""
    groups = (int.from_bytes(value[at : at + 5], "big") % 100_000 for at in range(0, 30, 5))
    return " ".join(f"{group:05}" for group in groups)


def safety_number(one, other):
    """Sixty digits that are the same for both: the lower user id comes first. Each is (user id, fingerprint)."""
    return " ".join(digits(value) for _, value in sorted([one, other]))


def room_fingerprint(ctx, roster_hash):
    return sha256(label("room fingerprint"), ctx, roster_hash)


def read_link(text):
    """The user id and fingerprint that a verification link tells of the one who shows it."""
    user, _, shown = text.rsplit("#", 1)[-1].strip().partition(".")
    return from_base64(user, 20), from_base64(shown, 32)
