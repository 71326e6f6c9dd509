"""Whose a message is, and what is wrong around it (PROTOCOL.md, section 6.5)."""

from dataclasses import dataclass, field
from typing import Optional

from envelope import Message, Sealed


@dataclass
class Read:
    """A message that opened, at its place."""

    seq: int
    sealed: Sealed
    message: Message
    signing: Optional[bytes]  # the sender's key at this place; None for someone who was no member there
    authentic: bool = False
    findings: list = field(default_factory=list)  # (reason, sentence)

    @property
    def link(self):
        return Link(self.seq, self.message.sender, self.message.device, self.message.n, self.sealed.hash)

    def found(self, reason, sentence):
        self.findings.append((reason, sentence))


@dataclass(frozen=True)
class Link:
    """A message's place in its device's chain: of a deleted message this is all that is left."""

    seq: int
    sender: bytes
    device: bytes
    n: int
    body_hash: bytes

    @property
    def chain(self):
        return self.sender, self.device


def vouch(reads):
    """Decides which messages of an epoch are authentic. From the end: one that is vouches for the one that it names as the
    one before it, and for itself at any other place."""
    vouched = set()
    for read in reversed(reads):
        message, link = read.message, read.link
        named = (link.chain, link.n, link.body_hash) in vouched
        read.authentic = read.signing is not None and (named or read.sealed.is_signed_by(read.signing))
        if read.authentic:
            vouched.add((link.chain, link.n, link.body_hash))
            vouched.add((link.chain, link.n - 1, message.prev))
        elif read.signing is None:
            read.found("not a member", "its sender was no member here")
        else:
            read.found("signature", "forged: not signed by the sender that it names")


def follow(reads, deleted, header, complete):
    """What the chains of an epoch's devices give away: a list of (seq, reason, sentence). `deleted` has the links of messages
    that are gone, `header` is the place and E of the epoch's header; `complete` says whether the log is known back to it."""
    chains = {}
    for link, message in [(read.link, read.message) for read in reads if read.authentic] + [(it, None) for it in deleted]:
        numbers = chains.setdefault(link.chain, {})
        numbers.setdefault(link.n, []).append((link, message))
    return [finding for numbers in chains.values() for finding in _follow_chain(numbers, *header, complete)]


def _follow_chain(numbers, header_seq, header_hash, complete):
    """Each number once, none left out, none moved, each naming the one before it, and none going back in what it has seen.
    `numbers` has for each number its links, with the message or, where it was deleted, without."""
    before, lowest_seq, named, seen = 0, 0, {header_hash}, 0
    for n, places in sorted(numbers.items()):
        places.sort(key=lambda place: place[0].seq)
        (first, message), *again = places
        for link, _ in again:
            if link.body_hash == first.body_hash:
                yield link.seq, "repeated", "the server repeated a message"
            else:
                yield link.seq, "two versions", "this device sent two versions of its message"
        for link, it in places:
            if it and not header_seq <= it.seen[0] < link.seq:
                yield link.seq, "seen", "it claims to have seen what it cannot have seen"
        if n - before > 1 and (before or complete):
            yield first.seq, "left out", f"messages of this device were left out before it: {n - before - 1}"
        if n - before == 1 and message and message.prev not in named:
            yield first.seq, "chain", "it names another message before it than the log has"
        if first.seq < lowest_seq:
            yield first.seq, "moved", "the server moved messages: what this device sent before it stands behind it"
        if message and message.seen[0] < seen:
            yield first.seq, "seen", "it claims to have seen less than this device had seen before"
        before, lowest_seq, named = n, first.seq, {link.body_hash for link, _ in places}
        seen = message.seen[0] if message else 0


def compare(reads, hashes):
    """Compares what senders saw with the log that is here. Gives the highest place on which somebody agrees."""
    confirmed = 0
    for read in reads:
        seq, hash_there = read.message.seen
        if read.authentic and seq in hashes:
            if hashes[seq] == hash_there:
                confirmed = max(confirmed, seq)
            else:
                read.found("differing history", f"its sender was shown a different history up to entry {seq}")
    return confirmed
