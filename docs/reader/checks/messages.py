"""What members seal: section 6."""

import authentic
import envelope
from checks import check, data, head, require, written
from room import RoomSecret


def sealed(what, given, token):
    """What a token of the case's room and epoch holds."""
    secret = RoomSecret.parse(given["room_key"])
    ctx = secret.context(data(given, "room"), given["epoch"])
    return envelope.open_sealed(what, secret.message_key, ctx, token)


def signed(what, parse, given):
    """The same, read, and signed by the key that the case names."""
    opened = sealed(what, given, given["token"])
    read = parse(opened.body)
    require(opened.is_signed_by(data(given, "signing")), "signature")
    return opened, read


@check("message")
def message(given):
    opened, it = signed("body", envelope.parse_message, given)
    return written(
        sender=it.sender,
        device=it.device,
        n=it.n,
        prev=it.prev,
        seen=head(*it.seen),
        id=it.id,
        at=it.at,
        kind=it.kind,
        content=CONTENT.get(it.kind, lambda _: None)(it.content),
        body_hash=opened.hash,
    )


CONTENT = {
    "text": lambda text: {"text": text},
    "room_profile": lambda name: {"name": name},
    "member_profile": lambda name: {"display_name": name},
    "deletion": lambda it: written(**vars(it)),
}


@check("body")
def body(given):
    envelope.parse_message(given["json"].encode())
    return {}


@check("receipt")
def receipt(given):
    _, it = signed("slot", envelope.parse_receipt, given)
    return {"receipt": written(sender=it.sender, read=head(*it.read))}


@check("signal")
def signal(given):
    _, it = signed("signal", envelope.parse_signal, given)
    return written(sender=it.sender, run=it.run, count=it.count, at=it.at, kind=it.kind)


@check("chain")
def chain(given):
    members = {data(it, "user"): it for it in given["members"]}
    reads = []
    for it in given["messages"]:
        opened = sealed("body", given, it["token"])
        said = envelope.parse_message(opened.body)
        member = members.get(said.sender)
        there = member and it["seq"] < member.get("until", it["seq"] + 1)
        reads.append(authentic.Read(it["seq"], opened, said, data(member, "signing") if there else None))
    authentic.vouch(reads)
    header = given["header_seq"], data(given, "header_hash")
    deleted = [
        authentic.Link(it["seq"], data(it, "sender"), data(it, "device"), it["n"], data(it, "body"))
        for it in given.get("deleted", [])
    ]
    findings = authentic.follow(reads, deleted, header, given["complete"])
    return {
        "verdicts": ["authentic" if read.authentic else read.findings[0][0] for read in reads],
        "findings": sorted([seq, reason] for seq, reason, _ in findings),
    }
