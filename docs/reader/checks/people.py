"""Accounts, what people compare, and their vaults: sections 2 and 8."""

import safety
from account import Account, Member, check_credentials, parse_recovery, recovery_text, unwrap_account
from checks import check, data, require, written
from encoding import kdf, sha256
from room import context
from vault import open_item


@check("account")
def account(given):
    it = Account(data(given, "secret"))
    return written(user=it.user, signing=it.signing, agreement=it.agreement, vault_key=it.vault_key)


@check("member")
def member(given):
    Member.parse(given["member"]).check()
    return {}


@check("new keys")
def new_keys(given):
    after = Member.parse(given["after"])
    after.check()
    return require(after.follows(Member.parse(given["before"])), "keys")


@check("recovery code")
def recovery_code(given):
    code = parse_recovery(given["typed"])
    token = kdf(code, "recovery token")
    return written(text=recovery_text(code), token=token, kept=sha256(token))


@check("passphrase wrap")
def passphrase_wrap(given):
    key = kdf(data(given, "export_key"), "passphrase wrap")
    return written(secret=unwrap_account(key, given["wrap"]).secret)


@check("recovery wrap")
def recovery_wrap(given):
    key = kdf(parse_recovery(given["code"]), "recovery wrap")
    return written(secret=unwrap_account(key, given["wrap"]).secret)


@check("credentials")
def credentials(given):
    check_credentials(data(given, "user"), data(given, "signing"), given["credentials"])
    return {}


def fingerprint_of(member):
    it = Member.parse(member)
    return it.user, safety.fingerprint(it.user, it.signing, it.agreement)


@check("fingerprint")
def fingerprint(given):
    it = Member.parse(given["member"])
    keys, value = safety.keys_hash(it.user, it.signing, it.agreement), fingerprint_of(given["member"])[1]
    return written(keys=keys, fingerprint=value, digits=safety.digits(value))


@check("safety number")
def safety_number(given):
    return {"number": safety.safety_number(fingerprint_of(given["one"]), fingerprint_of(given["other"]))}


@check("room fingerprint")
def room_fingerprint(given):
    ctx = context(data(given, "room"), given["epoch"], data(given, "commitment"))
    value = safety.room_fingerprint(ctx, data(given, "roster"))
    return written(fingerprint=value, digits=safety.digits(value))


@check("verification link")
def verification_link(given):
    return require(safety.read_link(given["link"]) == fingerprint_of(given["member"]), "fingerprint")


@check("vault item")
def vault_item(given):
    key, user = Account(data(given, "secret")).vault_key, data(given, "user")
    return {"content": open_item(key, user, given["item"], given["version"], given["token"])}
