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
from receipts import receipts
from room import RoomSecret


def main(path):
    try:
        secret = RoomSecret.parse(sys.stdin.read())
        conversation = Conversation(source.read(path, secret.locator), secret)
    except (Refused, OSError, ValueError, KeyError) as error:
        print(f"Nothing could be read: {error}", file=sys.stderr)
        return 2
    for _, line in sorted(conversation.lines.items()):
        for text in describe(line, conversation.name):
            print(text)
    print()
    for note in conversation.notes:
        print(note)
    print(f"Members say that they saw the same up to entry {conversation.confirmed}.")
    wrong = conversation.findings
    for user, seq, refusal in receipts(conversation):
        who = conversation.name(user)
        print(f"! receipt of {who}: {refusal}" if refusal else f"{who} has read up to entry {seq}.")
        wrong += refusal is not None
    print(f"{wrong} findings: see the lines with '!'." if wrong else "Everything was verified.")
    return 1 if wrong else 0


def describe(line, name):
    """The text lines for one place of the log."""
    start = f"{line.seq:>6}  {when(line.at)}  "
    said = sentence(line, name)
    if said:
        yield start + said
    for reason, text in line.findings:
        yield f"{start}! {reason}: {text}"


SENTENCES = {
    "text": "{who}: {it}",
    "room_profile": "* {who} names the room {it}",
    "member_profile": "* {who} wants to be called {it}",
    "header": "* {who} starts the epoch with a new key",
    "join": "* {who} joins",
    "leave": "* {who} leaves",
    "remove": "* {who} takes out {user}",
    "ban": "* {who} bans {user}",
    "unban": "* {who} lets {user} join again",
    "role": "* {who} makes {user} {role}",
    "settings": "* {who} changes the settings",
    "identity": "* {who} has new keys",
    "resume": "* {who} accepts that the server lost what came after entry {seq}",
    "deleted": "({who} deleted a message of {it})",
    "removed": "({who} removed a message here)",
    "closed": "(a message that this key does not open)",
}
UNKNOWN = "* {who} says something that needs a newer reader: {it}"
SILENT = ("", "hole", "wrap", "purge", "deletion")


def sentence(line, name):
    content = line.content
    if line.kind in SILENT:
        return ""
    words = {"who": line.who if line.authentic else f"someone who claims to be {line.who}"}
    if line.kind in ("text", "room_profile", "member_profile", "deleted"):
        words["it"] = printable(content)
    elif line.kind in ("remove", "ban", "unban"):
        words["user"] = name(content)
    elif line.kind == "role":
        words.update(user=name(content[0]), role=content[1])
    elif line.kind == "resume":
        words["seq"] = content[0]
    elif line.kind not in SENTENCES:
        words["it"] = printable(line.kind)
    return SENTENCES.get(line.kind, UNKNOWN).format(**words)


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
