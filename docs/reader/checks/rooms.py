"""Room keys, the log, open entries and the roster: sections 3, 4 and 5."""

import json

import roster
import transcript
from account import Account
from checks import check, data, head, require, written
from encoding import from_base64
from entries import SEALED, Entry, parse_open, verify_header, verify_join, verify_statement
from room import RoomSecret, context, unwrap
from source import Log, Logged
from statements import Statements


@check("room key")
def room_key(given):
    it = RoomSecret.parse(given["typed"])
    return written(
        room_key=it.text(),
        locator=it.locator,
        join_seed=it.join_seed,
        join_key=it.join_key,
        commitment=it.commitment,
        message_key=it.message_key,
        history_key=it.history_key,
    )


@check("context")
def context_of_an_epoch(given):
    return written(ctx=RoomSecret.parse(given["room_key"]).context(data(given, "room"), given["epoch"]))


@check("history")
def history(given):
    return {"room_key": RoomSecret.parse(given["room_key"]).previous(given["history"]).text()}


@check("wrap")
def wrap(given):
    ctx = context(data(given, "room"), given["epoch"], data(given, "commitment"))
    recipient = Account(data(given, "recipient_secret"))
    secret = unwrap(ctx, data(given, "sender"), recipient.user, recipient.agreement_private, data(given, "sealed"))
    return {"room_key": secret.text()}


@check("entry hash")
def entry_hash(given):
    if "purged" in given:
        entry = Entry(SEALED, b"", data(given, "purged"))
    else:
        entry = Entry(given["class"], data(given, "payload"))
    entry.check()
    return written(hash=entry.hash())


@check("transcript")
def transcript_from_the_beginning(given):
    hashes = [transcript.start(data(given, "room"))]
    for seq, entry in enumerate(given["entries"], 1):
        hashes.append(transcript.step(hashes[-1], seq, from_base64(entry)))
    return {"heads": [head(seq, value) for seq, value in enumerate(hashes)]}


@check("page")
def page(given):
    base, window = given["base"], given["window"]
    log = Log(data(given, "room"), first=base["seq"] + 1)
    for seq, entry in enumerate(given["entries"], log.first):
        log.add(seq, Logged(0, Entry(SEALED, b"", from_base64(entry))))
    log.claims = {it["seq"]: data(it, "hash") for it in (base, window)}
    _, findings = transcript.compute(log)
    return require(log.last == window["seq"] and not findings, "transcript")


def open_entry(text):
    payload = from_base64(text)
    return parse_open(payload), Entry(1, payload).hash()


@check("open entry")
def open_entry_taken_apart(given):
    entry, value = open_entry(given["entry"])
    return written(body=json.loads(entry.json), hash=value)


@check("header")
def header(given):
    secret = RoomSecret.parse(given["room_key"]) if "room_key" in given else None
    verify_header(open_entry(given["entry"])[0], secret)
    return {}


@check("join")
def join(given):
    verify_join(open_entry(given["entry"])[0], data(given, "join_key"))
    return {}


@check("statement")
def statement(given):
    verify_statement(open_entry(given["entry"])[0], data(given, "signing"))
    return {}


@check("roster hash")
def roster_hash(given):
    return written(hash=roster.parse_start(given["members"], given["banned"]).hash())


@check("open entries")
def open_entries(given):
    claimed = roster.parse_start(given["members"], given["banned"])
    entries = [open_entry(text) for text in given["entries"]]
    statements = Statements(entries[0][0].room)
    for entry, value in entries:
        statements.take(entry, value, claimed)
    members = statements.roster
    return written(
        epoch=statements.epoch,
        members=[{"username": line.keys.username, "role": line.role} for line in members.lines],
        banned=[written(user=user)["user"] for user in sorted(members.banned)],
        settings=members.settings,
        rotation_due=members.rotation_due,
        hash=members.hash(),
    )
