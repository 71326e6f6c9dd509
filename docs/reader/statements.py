"""The room as its open entries leave it, one after the other (PROTOCOL.md, sections 5.3 and 5.4)."""

import roster
from encoding import Refused
from entries import verify_header


class Statements:
    """`epoch`, `join_key` and `roster` as they are after what was taken so far."""

    def __init__(self, room):
        self.room = room
        self.epoch = self.join_key = self.roster = self.last_open = None

    def take(self, entry, entry_hash, claimed=None, secret=None):
        """The next entry; raises and changes nothing if it is not to be believed. `claimed` are the lists that the server
        gave for a header's epoch, and `secret` is that epoch's, where they are known."""
        if entry.room != self.room:
            raise Refused("place", "it is of another room")
        if self.roster is not None and entry.prev_open != self.last_open:
            raise Refused("chain", "it does not follow the open entry before it")
        if entry.kind == "header":
            verify_header(entry, secret)
            self.roster = self._started(entry, claimed)
            self.epoch, self.join_key = entry.epoch, entry.content.join_key
        elif self.roster is None or entry.epoch != self.epoch:
            raise Refused("place", "it is of another epoch")
        else:
            self.roster.apply(entry, self.join_key)
        self.last_open = entry_hash

    def _started(self, entry, claimed):
        """The roster with which a header's epoch starts."""
        if self.roster is not None:
            if entry.epoch != self.epoch + 1:
                raise Refused("place", "an epoch that does not follow the one before")
            return self.roster.follow(entry)
        if entry.epoch == 1:
            return roster.found(entry)
        if claimed is None:
            raise Refused("roster", "nothing says who was in the room when its epoch started")
        return roster.start(entry, claimed)
