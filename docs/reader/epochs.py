"""The keys that a room key opens: its own epoch's, and those of the epochs before (PROTOCOL.md, section 7)."""

from encoding import Refused


def headers_of(opens):
    """The first header of each epoch: epoch -> (seq, content)."""
    headers = {}
    for seq, entry in sorted(opens.items()):
        if entry.kind == "header":
            headers.setdefault(entry.epoch, (seq, entry.content))
    return headers


def unlock(headers, secret):
    """From the key's epoch backwards, header by header. Gives the secrets by epoch, sentences about where that ends, and
    findings as (seq, reason, sentence)."""
    epoch = next((epoch for epoch, (_, header) in headers.items() if header.locator == secret.locator), None)
    if epoch is None:
        raise Refused("room unknown", "no epoch of this log has this key")
    secrets, notes, findings = {epoch: secret}, [], []
    if epoch < max(headers):
        notes.append(f"The room has a newer key since epoch {epoch + 1}.")
    while epoch > 1 and epoch - 1 in headers:
        seq, header = headers[epoch]
        if header.history is None:
            notes.append(f"Epoch {epoch} hands on no key, so what is older stays closed.")
            break
        epoch -= 1
        try:
            previous = secrets[epoch + 1].previous(header.history)
        except Refused as refusal:
            findings.append((seq, refusal.reason, f"the key that it hands on is of no use: {refusal}"))
            break
        if not previous.is_of(headers[epoch][1]):
            findings.append((seq, "commitment", "the key that it hands on is not that of the epoch before"))
            break
        secrets[epoch] = previous
    return secrets, notes, findings
