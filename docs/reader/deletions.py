"""Messages that were taken back, and the holes that they leave (PROTOCOL.md, section 6.7)."""

from authentic import Link


class Deletions:
    """What was said about deleting, in the order of the log; then what that means for each entry."""

    def __init__(self, log):
        self.log = log
        self.purges = {}  # seq of the target: [(user, E, whether they may drop what others wrote)]
        self.said = {}  # seq of the target: (user, Deletion)

    def purge(self, entry, roster):
        """An open `purge` that verified."""
        seq, entry_hash = entry.content
        self.purges.setdefault(seq, []).append((entry.sender, entry_hash, roster.may_delete(entry.sender, None)))

    def deletion(self, read, allowed, targets):
        """A sealed `deletion` that is authentic, and whether its sender may delete that author's messages. `targets` has the
        authentic messages that are still there, by place."""
        said = read.message.content
        target, logged = targets.get(said.seq), self.log.entries.get(said.seq)
        link = Link(said.seq, said.author, said.device, said.n, said.body)
        if not allowed or said.seq >= read.seq:
            read.found("not allowed", "its sender may not delete that message: it stays")
        elif (target and target.link != link) or (logged and logged.entry.hash() != said.entry):
            read.found("deletion", "it names another message than the log has")
        else:
            self.said.setdefault(said.seq, (read.message.sender, said))

    def purged_by(self, seq, author):
        """Who had an entry dropped, as far as they were allowed to. Of a hole nobody may know the author."""
        entry_hash = self.log.entries[seq].entry.hash()
        for user, named, may_drop_all in self.purges.get(seq, []):
            if named == entry_hash and (may_drop_all or author in (user, None)):
                return user
        return None

    def deleted(self, seq, author):
        """Who deleted a message that is still there; None for nobody."""
        user, _ = self.said.get(seq, (None, None))
        return user or self.purged_by(seq, author)

    def hole(self, seq):
        """What a hole was: its author and who deleted it, None where that is unknown, and what is wrong with it."""
        user, said = self.said.get(seq, (None, None))
        author = said and said.author
        purged_by = self.purged_by(seq, author)
        if user is None and purged_by is None:
            return None, None, "the server took an entry away, and nobody asked for it"
        if purged_by is None:
            return author, user, "the server dropped it before anyone asked for it"
        return author, user or purged_by, None

    def links(self, first, last):
        """The links of the messages of an epoch that are gone, for the chains that go through them."""
        return [
            Link(seq, said.author, said.device, said.n, said.body)
            for seq, (_, said) in self.said.items()
            if first <= seq <= last and seq in self.log.entries and self.log.entries[seq].entry.kept
        ]
