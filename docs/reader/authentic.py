"""Whose a message is, and what is wrong around it (PROTOCOL.md, section 6.5)."""

from bisect import bisect_left
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


def follow(reads, deleted, header_seq, header_hash, complete):
    """Follows each device's chain through one epoch. `deleted` has the links of messages that are gone; `complete` says
    whether the log is known back to the epoch's header."""
    chains = {}
    for read in reads:
        if read.authentic:
            chains.setdefault(read.link.chain, []).append(read)
    for chain, members in chains.items():
        gone = [link for link in deleted if link.chain == chain]
        _follow_chain(members, gone, header_seq, header_hash, complete)


def _follow_chain(reads, gone, header_seq, header_hash, complete):
    """Each number once, none left out, none moved, each naming the one before it, and none going back in what it has seen."""
    links = [read.link for read in reads] + gone
    hash_of, first_at = {0: header_hash}, {}
    for link in sorted(links, key=lambda link: link.seq):
        hash_of.setdefault(link.n, link.body_hash)
        first_at.setdefault(link.n, link.seq)
    numbers = sorted(hash_of)
    highest, seen = 0, 0
    for read in reads:
        n, message = read.message.n, read.message
        if first_at[n] < read.seq:
            if hash_of[n] == read.sealed.hash:
                read.found("repeated", "the server repeated a message")
            else:
                read.found("two versions", "this device sent two versions of its message")
        elif n < highest:
            read.found("moved", "the server moved messages: a later one of this device came before it")
        lowest = numbers[bisect_left(numbers, n) - 1]
        if n - lowest > 1 and (lowest > 0 or complete):
            read.found("left out", f"messages of this device were left out before it: {n - lowest - 1}")
        if n - 1 in hash_of and message.prev != hash_of[n - 1]:
            read.found("chain", "it names another message before it than the log has")
        if not max(seen, header_seq) <= message.seen[0] < read.seq:
            read.found("seen", "it claims to have seen what it cannot have seen")
        highest, seen = max(highest, n), max(seen, message.seen[0])


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
