"""The transcript: one hash for each place of the log that covers everything before it (PROTOCOL.md, section 4.1)."""

from encoding import label, sha256, u64


def start(room):
    """H(0)"""
    return sha256(label("transcript"), room)


def step(before, seq, entry_hash):
    """H(seq)"""
    return sha256(before, u64(seq), entry_hash)


def compute(log):
    """H of every place that follows from the log, and what does not fit: a list of (seq, reason, sentence)."""
    hashes, findings = {}, []
    if log.first == 1:
        hashes[0] = start(log.room)
    for seq in range(log.first, log.last + 1):
        before = hashes.get(seq - 1, log.claims.get(seq - 1))
        if seq not in log.entries:
            if seq == log.first or seq - 1 in log.entries:
                findings.append((seq, "missing", "the server gave nothing for this place of the log"))
        elif before is None:
            findings.append((seq, "transcript", "nothing says what came before this entry"))
        else:
            hashes[seq] = step(before, seq, log.entries[seq].entry.hash())
    for seq, claim in sorted(log.claims.items()):
        if hashes.setdefault(seq, claim) != claim:
            findings.append((seq, "transcript", "the server's own hash of the log is another here"))
    return hashes, findings
