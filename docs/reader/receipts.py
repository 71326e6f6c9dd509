"""Who has read how far (PROTOCOL.md, section 6.6)."""

import envelope
from encoding import Refused


def receipts(conversation):
    """For each slot that the key opens: the user, the place up to which they say to have read, and why not to believe that."""
    for user, epoch, token in conversation.log.slots:
        if epoch in conversation.secrets:
            try:
                yield user, read_up_to(conversation, user, epoch, token), None
            except Refused as refusal:
                yield user, None, refusal


def read_up_to(conversation, user, number, token):
    epoch = next((epoch for epoch in conversation.epochs if epoch.number == number), None)
    signing = epoch.signing.get(user, ()) if epoch else ()
    secret = conversation.secrets[number]
    sealed = envelope.open_sealed("slot", secret.message_key, secret.context(conversation.log.room, number), token)
    receipt = envelope.parse_receipt(sealed.body)
    if receipt.sender != user or not any(map(sealed.is_signed_by, signing)):
        raise Refused("signature", "the receipt is not by the member in whose slot it stands")
    seq, hash_there = receipt.read
    if conversation.hashes.get(seq, hash_there) != hash_there:
        raise Refused("differing history", f"a different history was shown up to entry {seq}")
    return seq
