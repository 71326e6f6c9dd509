"""Vault items (PROTOCOL.md, section 8)."""

import json

import keys
from encoding import Refused, from_base64, unpad

VAULT_ITEM = 3


def open_item(vault_key, user, item, version, token):
    """The content of an item, if it is the one that was asked for."""
    plain = keys.open_token(vault_key, token)
    if plain[:1] != bytes([VAULT_ITEM]):
        raise Refused("version", "not a vault item")
    _, body = unpad(plain, 1)
    try:
        it = json.loads(body.decode("utf-8"))
        named = (from_base64(it["user"], 20), it["item"], it["version"])
        content = it["content"]
    except (ValueError, KeyError, TypeError):
        raise Refused("json", "not a vault item") from None
    if named != (user, item, version):
        raise Refused("vault item", "another user, item or version than asked for")
    return content
