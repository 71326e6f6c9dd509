"""Verifies a whole log with one room key and says what is in it, line by line."""

from dataclasses import dataclass, field
from typing import Any

import authentic
import envelope
import roster
import transcript
from encoding import Refused, to_base64
from entries import OPEN, parse_open, verify_header


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


class Conversation:
    """`lines` by place; `notes` are sentences about what this key cannot tell."""

    def __init__(self, log, secret):
        self.log = log
        self.lines = {seq: Line(seq, log.entries[seq].at) for seq in sorted(log.entries)}
        self.notes = []
        self.confirmed = 0  # up to here some member says that it saw the same
        self.opens = self._parse_opens()
        self.headers = self._headers()
        self.secrets = self._secrets(secret)
        self.hashes, findings = transcript.compute(log)
        for seq in log.conflicts:
            self._found(seq, "conflict", "the server gave two different entries for this place")
        for seq, reason, sentence in findings:
            self._found(seq, reason, sentence)
        self._walk()

    @property
    def verified(self):
        return not any(line.findings for line in self.lines.values())

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

    def _headers(self):
        """The first header of each epoch."""
        headers = {}
        for seq, entry in self.opens.items():
            if entry.kind == "header":
                headers.setdefault(entry.epoch, (seq, entry.content))
        return headers

    def _secrets(self, secret):
        """The secrets of the key's epoch and of all before it, handed on by the headers' `history`."""
        fitting = [epoch for epoch, (_, header) in self.headers.items() if header.locator == secret.locator]
        if not fitting:
            raise Refused("room unknown", "no epoch of this log has this key")
        epoch = fitting[0]
        secrets = {epoch: secret}
        if epoch < max(self.headers):
            self.notes.append(f"The room has a newer key since epoch {epoch + 1}.")
        while epoch > 1 and epoch - 1 in self.headers:
            seq, header = self.headers[epoch]
            if header.history is None:
                self.notes.append(f"Epoch {epoch} hands on no key, so what is older stays closed.")
                break
            epoch -= 1
            try:
                secrets[epoch] = secrets[epoch + 1].previous(header.history)
                if not secrets[epoch].is_of(self.headers[epoch][1]):
                    raise Refused("commitment", "it is not the key of the epoch before")
            except Refused as refusal:
                secrets.pop(epoch, None)
                self._found(seq, refusal.reason, f"the key that it hands on is of no use: {refusal}")
                break
        return secrets

    def _walk(self):
        """From the first entry to the last, with the roster as it is at each."""
        self.epoch, self.roster, self.reads = 0, None, []
        for seq in sorted(self.log.entries):
            if seq in self.opens:
                try:
                    self._take_open(seq, self.opens[seq])
                    self.last_open = self.log.entries[seq].entry.hash()
                except Refused as refusal:
                    self._found(seq, refusal.reason, f"not to be believed: {refusal}")
            elif self.log.entries[seq].entry.kind != OPEN:
                self._take_sealed(seq, self.log.entries[seq].entry)
        self._end_epoch()

    def _take_open(self, seq, entry):
        if entry.room != self.log.room:
            raise Refused("place", "it is of another room")
        who = self._name(entry.sender)
        if entry.kind == "header":
            self._start_epoch(seq, entry)
            who = self._name(entry.sender)
        else:
            if self.roster is None or entry.epoch != self.epoch:
                raise Refused("place", "it is of another epoch")
            if entry.prev_open != self.last_open:
                raise Refused("chain", "it does not follow the open entry before it")
            self.roster.apply(entry, self.join_key)
            who = self._name(entry.sender, who)
        line = self.lines[seq]
        line.who, line.kind, line.content = who, entry.kind, entry.content

    def _start_epoch(self, seq, entry):
        verify_header(entry, self.secrets.get(entry.epoch))
        header, claimed = entry.content, self.log.starts.get(entry.epoch)
        if entry.epoch == 1:
            started = roster.found(entry)
        elif self.roster is not None and entry.epoch == self.epoch + 1:
            if entry.prev_open != self.last_open:
                raise Refused("chain", "it does not follow the open entry before it")
            self.roster.check_next_header(entry)
            started = self.roster.next_epoch(header)
        elif self.roster is None and claimed is not None:
            started = roster.start(entry, roster.parse_members(claimed))
        else:
            raise Refused("place", "an epoch that does not follow the one before")
        if claimed is not None and roster.Roster(roster.parse_members(claimed)).hash() != started.hash():
            self._found(seq, "roster", "the server lists other members for this epoch")
        if self.hashes.get(header.seen[0], header.seen[1]) != header.seen[1]:
            self._found(seq, "differing history", "its author was shown a different history")
        self._end_epoch()
        self.epoch, self.roster, self.join_key = entry.epoch, started, header.join_key
        self.header_seq, self.header_hash = seq, self.log.entries[seq].entry.hash()

    def _take_sealed(self, seq, entry):
        secret = self.secrets.get(self.epoch)
        if self.roster is None or secret is None:
            self.lines[seq].kind = "closed"
            return
        if self.roster.rotation_due:
            self._found(seq, "rotation due", "sealed with a key that someone who left still knows")
            return
        try:
            ctx = secret.context(self.log.room, self.epoch)
            message = envelope.open_message(secret.message_key, ctx, entry.token())
        except Refused as refusal:
            self._found(seq, refusal.reason, f"damaged or forged: {refusal}")
            return
        member = self.roster.find(message.sender)
        line = self.lines[seq]
        line.at, line.who, line.kind, line.content = message.at, self._name(message.sender), message.kind, message.content
        self.reads.append(authentic.Read(seq, message, member and member.keys.signing, findings=line.findings))

    def _end_epoch(self):
        if self.reads:
            complete = self.log.first <= self.header_seq + 1
            authentic.judge(self.reads, self.header_seq, self.header_hash, self.hashes, complete)
        for read in self.reads:
            self.lines[read.seq].authentic = read.authentic
            seq, hash_there = read.message.seen
            if read.authentic and self.hashes.get(seq) == hash_there:
                self.confirmed = max(self.confirmed, seq)
        self.reads = []

    def _name(self, user, otherwise=None):
        """The username of a member; for others what is given instead, or the user id."""
        line = self.roster and self.roster.find(user)
        return line.keys.username if line else otherwise or to_base64(user)
