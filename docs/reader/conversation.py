"""Verifies a whole log with one room key and says what is in it, line by line."""

from dataclasses import dataclass, field
from typing import Any

import authentic
import envelope
import epochs
import roster
import transcript
from deletions import Deletions
from encoding import Refused, to_base64
from entries import OPEN, parse_open
from statements import Statements


@dataclass
class Line:
    """What there is to say about one place of the log."""

    seq: int
    at: int
    who: str = ""
    kind: str = ""
    content: Any = None
    authentic: bool = True
    findings: list = field(default_factory=list)  # (reason, sentence)


@dataclass
class Epoch:
    """One epoch as far as the walk has come."""

    number: int
    seq: int
    hash: bytes
    roster: roster.Roster
    signing: dict = field(default_factory=dict)  # user: every key that they had in it
    reads: list = field(default_factory=list)


class Conversation:
    """`lines` by place; `notes` are sentences about what this key cannot tell."""

    def __init__(self, log, secret):
        self.log = log
        self.lines = {seq: Line(seq, log.entries[seq].at) for seq in sorted(log.entries)}
        self.opens = self._parse_opens()
        self.secrets, self.notes, findings = epochs.unlock(epochs.headers_of(self.opens), secret)
        self.hashes, more = transcript.compute(log)
        for seq, reason, sentence in findings + more:
            self._found(seq, reason, sentence)
        for seq in log.conflicts:
            self._found(seq, "conflict", "the server gave two different entries for this place")
        self.epochs, self.names, self.rights = [], {}, {}
        self.statements = Statements(log.room)
        self.deletions = Deletions(log)
        self._walk()
        self.confirmed = self._judge()

    @property
    def findings(self):
        return sum(len(line.findings) for line in self.lines.values())

    def _found(self, seq, reason, sentence):
        self.lines.setdefault(seq, Line(seq, 0)).findings.append((reason, sentence))

    def _parse_opens(self):
        opens = {}
        for seq, logged in sorted(self.log.entries.items()):
            if logged.entry.kind == OPEN:
                try:
                    opens[seq] = parse_open(logged.entry.payload)
                except Refused as refusal:
                    self._found(seq, refusal.reason, f"an open entry that cannot be read: {refusal}")
        return opens

    def _walk(self):
        """From the first entry to the last, with the roster as it is at each."""
        for seq, logged in sorted(self.log.entries.items()):
            if logged.entry.kind != OPEN:
                self._take_sealed(seq, logged.entry)
            elif seq in self.opens:
                try:
                    self._take_open(seq, self.opens[seq], logged.entry.hash())
                except Refused as refusal:
                    self._found(seq, refusal.reason, f"not to be believed: {refusal}")

    def _take_open(self, seq, entry, entry_hash):
        if entry.kind == "resume" and entry.content != (seq - 1, self.hashes.get(seq - 1, entry.content[1])):
            raise Refused("transcript", "the log that it accepts is another than the one here")
        claimed = self.log.starts.get(entry.epoch) if entry.kind == "header" else None
        claimed = claimed and roster.parse_start(*claimed)
        self.statements.take(entry, entry_hash, claimed, self.secrets.get(entry.epoch))
        members = self.statements.roster
        if entry.kind == "header":
            self._start_epoch(seq, entry, entry_hash, claimed)
        elif entry.kind == "purge":
            self.deletions.purge(entry, members)
        for member in members.lines:
            self.names[member.keys.user] = member.keys.username
            self.epochs[-1].signing.setdefault(member.keys.user, set()).add(member.keys.signing)
        line = self.lines[seq]
        line.who, line.kind, line.content = self.name(entry.sender), entry.kind, entry.content

    def _start_epoch(self, seq, entry, entry_hash, claimed):
        members, (seen, seen_hash) = self.statements.roster, entry.content.seen
        if claimed and claimed.hash() != members.hash():
            self._found(seq, "roster", "the server lists other members for this epoch")
        if self.hashes.get(seen, seen_hash) != seen_hash:
            self._found(seq, "differing history", "its author was shown a different history")
        self.epochs.append(Epoch(entry.epoch, seq, entry_hash, members))

    def _take_sealed(self, seq, entry):
        line = self.lines[seq]
        secret = self.secrets.get(self.epochs[-1].number) if self.epochs else None
        if entry.kept:
            line.kind = "hole"
        elif self.epochs and self.epochs[-1].roster.rotation_due:
            self._found(seq, "rotation due", "sealed under a key that was over")
        elif secret is None:
            line.kind = "closed"
        else:
            try:
                entry.check()
                self._take_message(line, entry.payload.decode(), secret)
            except Refused as refusal:
                self._found(seq, refusal.reason, f"damaged or forged: {refusal}")

    def _take_message(self, line, token, secret):
        epoch = self.epochs[-1]
        ctx = secret.context(self.log.room, epoch.number)
        sealed = envelope.open_sealed("body", secret.message_key, ctx, token)
        message = envelope.parse_message(sealed.body)
        line.at, line.who, line.kind, line.content = message.at, self.name(message.sender), message.kind, message.content
        if message.kind == "deletion":
            self.rights[line.seq] = epoch.roster.may_delete(message.sender, message.content.author)
        member = epoch.roster.find(message.sender)
        epoch.reads.append(authentic.Read(line.seq, sealed, message, member and member.keys.signing, line.findings))

    def _judge(self):
        """Whose the messages are, which are deleted, and whether chains and histories agree."""
        for epoch in self.epochs:
            authentic.vouch(epoch.reads)
        reads = {read.seq: read for epoch in self.epochs for read in epoch.reads}
        for seq, read in reads.items():
            self.lines[seq].authentic = read.authentic
        believed = {seq: read for seq, read in reads.items() if read.authentic}
        for seq, read in believed.items():
            if read.message.kind == "deletion":
                self.deletions.deletion(read, self.rights[seq], believed)
        ends = [epoch.seq for epoch in self.epochs[1:]] + [self.log.last]
        for epoch, end in zip(self.epochs, ends):
            gone = self.deletions.links(epoch.seq, end)
            complete = self.log.first <= epoch.seq + 1
            for finding in authentic.follow(epoch.reads, gone, (epoch.seq, epoch.hash), complete):
                self._found(*finding)
        for line in self.lines.values():
            self._delete(line, believed.get(line.seq))
        return authentic.compare(reads.values(), self.hashes)

    def _delete(self, line, read):
        """Holes say what they were; messages that are deleted and still there are not shown."""
        if line.kind == "hole":
            author, user, wrong = self.deletions.hole(line.seq)
            if wrong:
                self._found(line.seq, "hole", wrong)
        elif read and read.message.kind != "deletion":
            author, user = read.message.sender, self.deletions.deleted(line.seq, read.message.sender)
        else:
            return
        if user:
            line.kind = "deleted" if author else "removed"
            line.who, line.content = self.name(user), author and self.name(author)

    def name(self, user):
        """The username of someone who was a member at some time, or else the user id."""
        return self.names.get(user) or to_base64(user)
