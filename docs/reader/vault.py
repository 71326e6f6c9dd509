"""Vault items (PROTOCOL.md, section 8)."""

import json

import keys
from encoding import Refused, binary, unframe

VAULT_ITEM = 3


def open_item(vault_key, user, item, version, token):
    """The content of an item, if it is the one that was asked for."""
    _, body = unframe(VAULT_ITEM, 1, keys.open_token(vault_key, token))
    try:
        it = json.loads(body.decode("utf-8"))
        named = (binary(it["user"], 20), it["item"], it["version"])
        content = it["content"]
    except (ValueError, KeyError, TypeError):
        raise Refused("json", "not a vault item") from None
    if named != (user, item, version):
        raise Refused("place", "another user, item or version than asked for")
    return content
