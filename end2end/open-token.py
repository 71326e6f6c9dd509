"""Opens every sealed entry of a room's first epoch with nothing but docs/PROTOCOL.md and the package `cryptography`.

usage: open-token.py DATABASE ROOM_KEY
"""

import base64
import json
import sqlite3
import sys

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


QUERY = "SELECT seq, payload FROM entries WHERE class = 0 ORDER BY seq"


def kdf(secret: bytes, label: str) -> bytes:
    return HKDF(SHA256(), 32, b"securechat v1", label.encode()).derive(secret)


def unpad(plain: bytes) -> dict:
    """Version, signature, length, body, zeros."""
    version, length = plain[0], int.from_bytes(plain[65:69], "big")
    assert version == 1 and not any(plain[69 + length :]), "not an envelope"
    return json.loads(plain[69 : 69 + length])


def main(database: str, room_key: str) -> None:
    secret = base64.urlsafe_b64decode(room_key)
    fernet = Fernet(base64.urlsafe_b64encode(kdf(secret, "room message")))
    rows = sqlite3.connect(database).execute(QUERY)
    for seq, token in rows:
        body = unpad(fernet.decrypt(bytes(token)))
        print(seq, json.dumps(body["content"], ensure_ascii=False))



if __name__ == "__main__":
    main(*sys.argv[1:])
