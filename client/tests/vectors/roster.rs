//! The roster: its hash, and what each open entry does to it, or why it may not.

mod allowed;
mod headers;
mod refused;
mod story;

use crate::{
    cast, entries,
    given::open_entry,
    suite::{Check, Suite, with},
};
use client::statement;
use protocol::{
    Entry, UserId,
    log::{entry_hash, roster_hash},
    open::{OpenContent, Role, RosterMember},
    roster::{Roster, RosterError},
};
use serde_json::json;
use story::Story;

const ROSTER_HASH: Check = Check {
    name: "roster hash",
    answer: |given| {
        let members: Vec<RosterMember> = given.get("members")?;
        Ok(json!({"hash": roster_hash(&members, &given.get("banned")?)}))
    },
};

/// An epoch's open entries in order, from the lists with which it started. The header of the next epoch may be the last of them.
const OPEN_ENTRIES: Check = Check {
    name: "open entries",
    answer: |given| {
        let entries: Vec<String> = given.get("entries")?;
        let (first, later) = entries.split_first().unwrap();
        let (entry, body) = open_entry(first)?;
        let header = statement::verify_header(&entry, &body, None).map_err(entries::reason)?;
        let (members, banned) = (given.get("members")?, given.get("banned")?);
        let roster = Roster::from_header(body.sender, header, members, banned);
        let mut roster = roster.map_err(reason)?;
        let (room, mut epoch, mut join_key) = (body.room, body.epoch, header.join_key);
        let mut last_open = entry_hash(&Entry::Open(entry));
        for text in later {
            let (entry, body) = open_entry(text)?;
            if body.room != room {
                return Err("place");
            }
            if body.prev_open != last_open {
                return Err("chain");
            }
            match &body.content {
                OpenContent::Header(_) if body.epoch == epoch + 1 => {
                    let header =
                        statement::verify_header(&entry, &body, None).map_err(entries::reason)?;
                    (epoch, join_key) = (body.epoch, header.join_key);
                }
                _ if body.epoch != epoch => return Err("place"),
                OpenContent::Join(_) => {
                    statement::verify_join(&entry, &body, &join_key).map_err(entries::reason)?;
                }
                _ => {
                    let sender = roster.member(&body.sender).ok_or("not a member")?;
                    statement::verify_by_member(&entry, &body, &sender.keys.signing)
                        .map_err(entries::reason)?;
                }
            }
            match roster.apply(&body) {
                // What a newer version says is a link of the chain all the same.
                Ok(()) | Err(RosterError::UnknownKind) => {}
                Err(error) => return Err(reason(error)),
            }
            last_open = entry_hash(&Entry::Open(entry));
        }
        let members: Vec<_> = roster
            .members()
            .iter()
            .map(|it| json!({"username": it.keys.username, "role": it.role}))
            .collect();
        Ok(json!({
            "epoch": epoch,
            "members": members,
            "banned": roster.banned(),
            "settings": roster.settings(),
            "rotation_due": roster.rotation_due(),
            "hash": roster.hash(),
        }))
    },
};

fn reason(error: RosterError) -> &'static str {
    match error {
        RosterError::AlreadyMember => "already a member",
        RosterError::NotMember => "not a member",
        RosterError::UsernameTaken => "username",
        RosterError::WrongKeys => "keys",
        RosterError::Banned => "banned",
        RosterError::RotationDue => "rotation due",
        RosterError::WrongRoster => "roster",
        RosterError::WrongSettings => "settings",
        RosterError::NotAllowed => "not allowed",
        RosterError::NoChange => "no change",
        RosterError::TooManyBans => "too many bans",
        RosterError::UnknownKind => "kind",
    }
}

pub fn suite() -> Suite {
    let mut suite = Suite::new(
        "roster",
        "Section 5: the roster hash, and the rules for open entries.",
    );
    hashes(&mut suite);
    starts(&mut suite);
    allowed::cases(&mut suite);
    refused::cases(&mut suite);
    headers::allowed(&mut suite);
    headers::refused(&mut suite);
    suite
}

fn hashes(suite: &mut Suite) {
    let (ana, bob) = (cast::ana(), cast::bob());
    let two = [ana.line(Role::Owner), bob.line(Role::Member)];
    let user = bob.keys().user;
    let given =
        |members: &[RosterMember], banned: &[UserId]| json!({"members": members, "banned": banned});
    let hash = suite.accept("two members", &ROSTER_HASH, given(&two, &[]));
    let [owner, member] = &two;
    suite.accept(
        "two members in another order",
        &ROSTER_HASH,
        given(&[member.clone(), owner.clone()], &[]),
    );
    suite.accept(
        "an owner, and someone banned",
        &ROSTER_HASH,
        given(std::slice::from_ref(owner), &[user]),
    );
    let others = given(&[ana.line(Role::Admin), bob.line(Role::Owner)], &[]);
    suite.accept("two members with other roles", &ROSTER_HASH, others.clone());
    suite.deny("roles that count for nothing", &ROSTER_HASH, others, hash);
    suite.refuse(
        "a role that does not exist",
        &ROSTER_HASH,
        json!({"members": [{"keys": ana.keys(), "role": "king"}], "banned": []}),
        "json",
    );
}

fn starts(suite: &mut Suite) {
    let story = Story::begin();
    suite.accept("an epoch", &OPEN_ENTRIES, story.given());
    let good = story.given();
    let members = |change: fn(&mut Vec<RosterMember>)| {
        let mut members = story.members.clone();
        change(&mut members);
        with(&good, "/members", json!(members))
    };
    for (name, given) in [
        ("a list without a member", members(|it| drop(it.pop()))),
        (
            "a list with a ghost",
            members(|it| it.push(cast::dan().line(Role::Member))),
        ),
        (
            "a list with another role",
            members(|it| it[0].role = Role::Admin),
        ),
        (
            "a list with swapped names",
            members(|it| it[0].keys.username = cast::dan().name),
        ),
        (
            "a list with a swapped key",
            members(|it| it[0].keys.agreement = cast::dan().keys().agreement),
        ),
        (
            "a list without the banned",
            with(&good, "/banned", json!([])),
        ),
    ] {
        suite.refuse(name, &OPEN_ENTRIES, given, "roster");
    }
}
