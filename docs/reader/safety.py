"""Numbers that people compare (PROTOCOL.md, section on safety numbers)."""

from encoding import label, sha256

ROUNDS = 5_200


def fingerprint(user, signing, agreement):
    """Many rounds, so that looking for keys with a similar number costs many times more."""
    value = sha256(label("fingerprint"), user, signing, agreement)
    for _ in range(ROUNDS):
        value = sha256(value, signing)
    return value


def digits(value):
    """Thirty digits in six groups, from the first thirty bytes."""
    groups = (int.from_bytes(value[at : at + 5], "big") % 100_000 for at in range(0, 30, 5))
    return " ".join(f"{group:05}" for group in groups)


def safety_number(one, other):
    """Sixty digits that are the same for both: the lower user id comes first. Each is (user, signing, agreement)."""
    return " ".join(digits(fingerprint(*keys)) for keys in sorted([one, other]))


def room_fingerprint(ctx, roster_hash):
    return digits(sha256(label("room fingerprint"), ctx, roster_hash))
