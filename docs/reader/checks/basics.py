"""Bytes, JSON, padding, derivation, tokens, keys, signatures: section 1."""

import keys
from checks import check, data, require, written
from encoding import from_base64, kdf, padded_len, parse_strict, unpad


@check("base64")
def base64(given):
    from_base64(given["text"], given["length"])
    return {}


@check("strict json")
def strict_json(given):
    text = given["json"].encode() if "json" in given else data(given, "bytes")
    parse_strict(text + b" " * given.get("spaces", 0))
    return {}


@check("padded length")
def padded_length(given):
    return {"padded": padded_len(given["length"])}


@check("unpad")
def padding(given):
    plain = data(given, "start").ljust(given["length"], b"\0") + data(given, "end")
    head, body = unpad(plain, given["head"])
    return written(head=head, body=body)


@check("derive")
def derive(given):
    return written(bytes=kdf(data(given, "secret"), given["label"], given["length"]))


@check("token")
def token(given):
    return written(plain=keys.open_token(data(given, "key"), given["token"]))


@check("signing key")
def signing_key(given):
    return require(keys.is_good_point(data(given, "key")), "keys")


@check("agreement key")
def agreement_key(given):
    return require(keys.is_good_agreement_key(data(given, "key")), "keys")


@check("signature")
def signature(given):
    key, message, signed = data(given, "key"), data(given, "message"), data(given, "signature")
    return require(keys.verify(key, given["purpose"], message, signed), "signature")
