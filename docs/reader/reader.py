"""Prints the verified conversation of a room.

    python3 docs/reader/reader.py FILE < ROOM_KEY

FILE is the SQLite database of a server, or an export (see README.md). The room key or invite link comes by standard
input, so that it stands in no list of processes. The exit code is 0 if everything that the key opens was verified, 1 if
there are findings, 2 if nothing could be read.
"""

import sys
import unicodedata
from datetime import datetime, timezone

import source
from conversation import Conversation
from encoding import Refused
from room import RoomSecret


def main(path):
    try:
        secret = RoomSecret.parse(sys.stdin.read())
        conversation = Conversation(source.read(path, secret.locator), secret)
    except (Refused, OSError, ValueError, KeyError) as error:
        print(f"Nothing could be read: {error}", file=sys.stderr)
        return 2
    for _, line in sorted(conversation.lines.items()):
        for text in describe(line):
            print(text)
    print()
    for note in conversation.notes:
        print(note)
    print(f"Members say that they saw the same up to entry {conversation.confirmed}.")
    count = sum(len(line.findings) for line in conversation.lines.values())
    print(f"{count} findings: see the lines with '!'." if count else "Everything was verified.")
    return 1 if count else 0


def describe(line):
    """The text lines for one place of the log."""
    start = f"{line.seq:>6}  {when(line.at)}  "
    said = sentence(line)
    if said:
        yield start + said
    for reason, text in line.findings:
        yield f"{start}! {reason}: {text}"


def sentence(line):
    who, content = line.who, line.content
    if not line.authentic:
        who = f"someone who claims to be {who}"
    if line.kind == "text":
        return f"{who}: {printable(content['text'])}"
    if line.kind == "room_profile":
        return f"* {who} names the room {printable(content['name'])}"
    if line.kind == "member_profile":
        return f"* {who} is called {printable(content['display_name']) or 'nothing more'}"
    if line.kind == "header":
        return f"* {who} starts the epoch with a new key"
    if line.kind == "join":
        return f"* {who} joins"
    if line.kind == "leave":
        return f"* {who} leaves"
    if line.kind == "wrap":
        return f"* {who} wraps the key for a member"
    if line.kind == "closed":
        return "(a message that this key does not open)"
    if line.kind:
        return f"* {who} says something that needs a newer reader: {printable(line.kind)}"
    return ""


def when(at):
    """A claim: of the sender for messages, of the server for everything else."""
    try:
        return datetime.fromtimestamp(at / 1000, timezone.utc).strftime("%Y-%m-%d %H:%M:%S")
    except (OverflowError, ValueError, OSError):
        return "at no known time   "


def printable(text):
    """Nothing that others wrote may steer the terminal."""
    return "".join(
        character if unicodedata.category(character)[0] != "C" else f"\\u{ord(character):04x}" for character in text
    )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
