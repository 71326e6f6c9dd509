"""Whose a message is, and what is wrong around it (PROTOCOL.md, section 6.5)."""

from dataclasses import dataclass, field
from typing import Optional

from envelope import Message


@dataclass
class Read:
    """A message that opened, at its place."""

    seq: int
    message: Message
    signing: Optional[bytes]  # the sender's key at this place; None for someone who was no member there
    authentic: bool = False
    findings: list = field(default_factory=list)  # (reason, sentence)

    @property
    def chain(self):
        return self.message.sender, self.message.device

    def found(self, reason, sentence):
        self.findings.append((reason, sentence))


def judge(reads, header_seq, header_hash, hashes, complete):
    """Judges the messages of one epoch, in the order of the log. `hashes` has H by place; `complete` says whether the
    log is known back to the epoch's header."""
    _vouch(reads)
    authentic = [read for read in reads if read.authentic]
    chains = {}
    for read in authentic:
        chains.setdefault(read.chain, []).append(read)
    for chain in chains.values():
        _follow(chain, header_hash, complete)
    for read in authentic:
        _check_seen(read, header_seq, hashes)


def _vouch(reads):
    """From the end: a message that is found authentic vouches for the one that it names as the one before it, and for
    itself at any other place."""
    vouched = set()
    for read in reversed(reads):
        message = read.message
        named = (*read.chain, message.n, message.body_hash) in vouched
        read.authentic = read.signing is not None and (named or message.is_signed_by(read.signing))
        if read.authentic:
            vouched.add((*read.chain, message.n, message.body_hash))
            vouched.add((*read.chain, message.n - 1, message.prev))
        elif read.signing is None:
            read.found("not a member", "its sender was no member here")
        else:
            read.found("signature", "forged: not signed by the sender that it names")


def _follow(chain, header_hash, complete):
    """One device's messages: each number once, none left out, none moved, each naming the one before it."""
    numbers = {read.message.n for read in chain}
    hash_of, highest, seen = {0: header_hash}, 0, (0, b"")
    for read in chain:
        hash_of.setdefault(read.message.n, read.message.body_hash)
    for read in chain:
        n, message = read.message.n, read.message
        if n <= highest:
            if hash_of[n] != message.body_hash:
                read.found("two versions", "this device sent two versions of its message")
            elif any(other.seq < read.seq and other.message.n == n for other in chain):
                read.found("repeated", "the server repeated a message")
                continue
            else:
                read.found("moved", "the server moved messages: a later one of this device came before it")
        missing = [number for number in range(highest + 1, n) if number not in numbers]
        if missing and (highest > 0 or complete):
            read.found("left out", f"messages of this device were left out before it: {len(missing)}")
        if n - 1 in hash_of and message.prev != hash_of[n - 1]:
            read.found("chain", "it names another message before it than the log has")
        if message.seen[0] < seen[0]:
            read.found("seen", "it claims to have seen less than the device's message before it")
        highest, seen = max(highest, n), max(seen, message.seen)


def _check_seen(read, header_seq, hashes):
    seq, hash_there = read.message.seen
    if not header_seq <= seq < read.seq:
        read.found("seen", "it claims to have seen what it cannot have seen")
    elif seq in hashes and hashes[seq] != hash_there:
        read.found("differing history", f"its sender was shown a different history up to entry {seq}")
