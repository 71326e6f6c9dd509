"""Where the log comes from: the database of a server, or the frames of one, written down (see README.md)."""

import json
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

import transcript
from encoding import Refused, from_base64
from entries import OPEN, SEALED, Entry, parse_open


@dataclass(frozen=True)
class Logged:
    """An entry, and when the server says that it took it."""

    at: int
    entry: Entry


@dataclass
class Log:
    """One room as a server showed it. Nothing in here has been verified."""

    room: bytes
    entries: dict = field(default_factory=dict)  # seq: Logged
    starts: dict = field(default_factory=dict)  # epoch: (members, banned) with which it started, as JSON
    claims: dict = field(default_factory=dict)  # seq: what the server says that H is there
    slots: list = field(default_factory=list)  # (user, epoch, token)
    first: int = 1  # open entries before this place may be there too: those of the epoch
    conflicts: list = field(default_factory=list)

    @property
    def last(self):
        return max(self.entries, default=0)

    def add(self, seq, logged):
        known = self.entries.setdefault(seq, logged)
        if known.entry != logged.entry:
            self.conflicts.append(seq)


def read(path, locator):
    """The log of the room that has this locator in one of its epochs."""
    with open(path, "rb") as file:
        is_database = file.read(16) == b"SQLite format 3\0"
    return read_database(path, locator) if is_database else read_export(path)


def read_database(path, locator):
    """From a server's SQLite file, which is only read."""
    database = sqlite3.connect(Path(path).resolve().as_uri() + "?mode=ro", uri=True)
    headers = database.execute(
        "SELECT room, payload FROM entries WHERE (room, seq) IN (SELECT room, header_seq FROM epochs)"
    )
    room = next((room for room, payload in headers if parse_open(payload).content.locator == locator), None)
    if room is None:
        raise Refused("room unknown", "no room of this database has or had this key")
    log = Log(room, claims={0: transcript.start(room)})
    starts = database.execute("SELECT epoch, members, banned FROM epochs WHERE room = ?", [room])
    log.starts = {epoch: (json.loads(members), json.loads(banned)) for epoch, members, banned in starts}
    rows = database.execute(
        "SELECT seq, at, class, payload, entry_hash, transcript FROM entries WHERE room = ?", [room]
    )
    for seq, at, kind, payload, entry_hash, claim in rows:
        entry = Entry(kind, payload) if payload is not None else Entry(kind, b"", entry_hash)
        log.add(seq, Logged(at, entry))
        log.claims[seq] = claim
    log.slots = database.execute("SELECT user, epoch, token FROM slots WHERE room = ?", [room]).fetchall()
    return log


def read_export(path):
    """From a text file with one frame a line: `opens`, `page` and `slots`, all of one room, in any order."""
    with open(path, encoding="utf-8") as file:
        return log_of_frames([json.loads(line) for line in file if line.strip()])


def log_of_frames(frames):
    rooms = {frame["room"] for frame in frames}
    if len(rooms) != 1:
        raise Refused("room unknown", "an export is of one room")
    log = Log(from_base64(rooms.pop(), 16))
    pages = []
    for frame in frames:
        if frame["type"] == "slots":
            log.slots += [(from_base64(it["user"], 20), it["epoch"], it["token"]) for it in frame["slots"]]
            continue
        logged = [(entry["seq"], parse_logged(entry)) for entry in frame["entries"]]
        for seq, it in logged:
            log.add(seq, it)
        if frame["type"] == "opens":
            log.starts[frame["epoch"]] = (frame["members"], frame.get("banned", []))
        elif logged:
            pages.append(logged[0][0])
            log.claims[logged[0][0] - 1] = from_base64(frame["base"], 32)
    log.first = min(pages, default=1)
    return log


def parse_logged(value):
    """An entry as it stands in frames."""
    if "open" in value:
        return Logged(value["at"], Entry(OPEN, from_base64(value["open"])))
    if "purged" in value:
        return Logged(value["at"], Entry(SEALED, b"", from_base64(value["purged"], 32)))
    return Logged(value["at"], Entry(SEALED, value["sealed"].encode()))
