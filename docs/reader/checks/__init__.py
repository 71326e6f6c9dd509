"""The questions that the published vectors ask (docs/vectors/README.md), answered by the reader.

An answer is what the case must give, or a `Refused` with the case's reason.
"""

from encoding import Refused, from_base64, to_base64

ANSWERS = {}


def check(name):
    """Makes a function the answer to the check of this name."""
    return lambda answer: ANSWERS.setdefault(name, answer)


def require(holds, reason):
    """The answer of a check that has nothing to give."""
    if not holds:
        raise Refused(reason, reason)
    return {}


def data(given, field):
    """Bytes that a case gives."""
    return from_base64(given[field])


def written(**values):
    """An object with its bytes as they stand in JSON."""
    return {name: to_base64(value) if isinstance(value, bytes) else value for name, value in values.items()}


def head(seq, hash_there):
    return written(seq=seq, hash=hash_there)
