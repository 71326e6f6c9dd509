"""Messages that were taken back, and the holes that they leave (PROTOCOL.md, section on deleted entries)."""

from authentic import Link


class Deletions:
    """What was said about deleting, in the order of the log; then what that means for each hole."""

    def __init__(self, log):
        self.log = log
        self.purges = {}  # seq of the target: (user, E, whether an admin or the owner may)
        self.deletions = {}  # seq of the target: (user, Deletion)

    def purge(self, entry, roster):
        """An open `purge` that verified. Its sender must be the author, or may delete what others wrote."""
        seq, entry_hash = entry.content
        self.purges.setdefault(seq, (entry.sender, entry_hash, roster.may_delete(entry.sender, None)))

    def deletion(self, read, roster_allows, targets):
        """A sealed `deletion` that is authentic. `targets` has the messages that are still there, by place."""
        said = read.message.content
        target, logged = targets.get(said.seq), self.log.entries.get(said.seq)
        link = Link(said.seq, said.author, said.device, said.n, said.body)
        if not roster_allows:
            read.found("not allowed", "its sender may not delete what others wrote")
        elif said.seq >= read.seq or (logged and logged.entry.hash() != said.entry):
            read.found("deletion", "it names another entry than the log has")
        elif target is not None and target.authentic and target.link != link:
            read.found("deletion", "it names another message than the log has")
        else:
            self.deletions.setdefault(said.seq, (read.message.sender, said))

    def links(self, first, last):
        """The links of the messages of an epoch that are gone, for the chains that go through them."""
        return [
            Link(seq, said.author, said.device, said.n, said.body)
            for seq, (_, said) in self.deletions.items()
            if first <= seq <= last and seq in self.log.entries and self.log.entries[seq].entry.kept
        ]

    def hole(self, seq, entry_hash):
        """Who took out an entry of which only E is left, and what is wrong with that: (user or None, reason, sentence)."""
        if seq not in self.purges:
            return None, "hole", "the server took this entry out and nobody asked for it"
        user, named, may_delete_all = self.purges[seq]
        deleted = self.deletions.get(seq)
        if named != entry_hash:
            return user, "hole", "the entry that was taken out is another than the log keeps"
        if deleted is None:
            return user, "hole", "nobody says which message it was"
        if user != deleted[1].author and not may_delete_all:
            return user, "not allowed", "it was taken out by someone who may not do that"
        return user, None, None
