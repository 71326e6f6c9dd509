"""Who has read how far (PROTOCOL.md, section on receipts)."""

import envelope
from encoding import Refused


def receipts(conversation):
    """For each slot that the key opens: the username, and the place up to which the member says to have read."""
    slots = [slot for slot in conversation.log.slots if slot[1] in conversation.secrets]
    return [(conversation.name(slot[0]), read_up_to(conversation, *slot)) for slot in slots]


def read_up_to(conversation, user, number, token):
    """None for a receipt that is not to be believed."""
    epoch = next((epoch for epoch in conversation.epochs if epoch.number == number), None)
    member = epoch and epoch.roster.find(user)
    if member is None:
        return None
    secret = conversation.secrets[number]
    try:
        ctx = secret.context(conversation.log.room, number)
        sealed = envelope.open_sealed("slot", secret.message_key, ctx, token)
        receipt = envelope.parse_receipt(sealed.body)
    except Refused:
        return None
    seq, hash_there = receipt.read
    honest = receipt.sender == user and sealed.is_signed_by(member.keys.signing)
    return seq if honest and conversation.hashes.get(seq, hash_there) == hash_there else None
