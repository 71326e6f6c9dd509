//! Explores all that can happen when a few devices talk, come, go and change keys in one room of an honest server, in every order, with
//! lost lines, lost answers and closed pages. The engine's and the server's rules are written down again in small (`engine/`, `server.rs`),
//! those of membership are the real ones (`protocol::roster`). See docs/ARCHITECTURE.md for what it covers and how to widen it.

mod doings;
mod engine;
mod explorer;
mod model;
mod rosters;
mod rules;
mod scenario;
mod scenarios;
mod server;
mod steps;
mod world;

use explorer::{Explored, explore};
use model::Model;
use scenario::{
    Broken::{self, *},
    Scenario,
};
use scenarios::*;

/// Where nothing goes wrong.
fn calm(scenario: Scenario) -> Scenario {
    Scenario {
        mishaps: 0,
        ..scenario
    }
}

/// Explores all of it; says the shortest way to what must never be.
fn holds(scenario: Scenario) {
    let Explored {
        worlds,
        whole,
        fault,
    } = explore(&Model::new(scenario));
    if let Some(fault) = fault {
        panic!("not so: {}\n{:#?}", fault.rule, fault.way);
    }
    assert!(
        whole,
        "of {worlds} worlds none is at rest after all was done"
    );
}

/// What is built wrongly breaks this rule.
fn is_caught(broken: Broken, scenario: Scenario, rule: &str) {
    let broken = Some(broken);
    let fault = explore(&Model::new(Scenario { broken, ..scenario })).fault;
    assert_eq!(fault.map(|fault| fault.rule), Some(rule), "{broken:?}");
}

#[test]
fn a_server_that_takes_what_it_must_refuse_is_caught() {
    let in_time = "a sealed entry stands in its epoch, and before anybody left it";
    is_caught(OldEpochTaken, LEAVE, in_time);
    is_caught(SealedAfterLeaveTaken, LEAVE, in_time);
    is_caught(IdsForgotten, TALK, "a message is in the log once");
    is_caught(NoCompareAndSwap, LEAVE, "an epoch has one header");
    let theirs = "only members and the invited have a secret";
    is_caught(WrapsForTheGone, ROTATE_WHILE_ONE_LEAVES, theirs);
    let owner = "a room with members has one owner";
    is_caught(NoHeir, HAND_OVER_TO_WHO_LEAVES, owner);
}

#[test]
fn a_client_that_is_careless_with_its_chain_is_caught() {
    let stored = "a failed message is not in the log";
    is_caught(SentBeforeDurable, TALK, stored);
    let number = "a number has one body";
    is_caught(ChainNotStored, TALK_AND_CLOSE, number);
    is_caught(NumberReused, TALK, number);
    let order = "a chain has its numbers in order and no gap";
    is_caught(SealedOutOfTurn, SAY_WHILE_REMOVED, order);
}

#[test]
fn a_client_that_is_careless_with_messages_and_keys_is_caught() {
    let lost = "nothing that was said is lost";
    is_caught(RefusedForgotten, LEAVE, lost);
    let vault = "the vault has a secret before the server hears of it";
    is_caught(SubmittedBeforeVault, LEAVE, vault);
    let alarm = "an honest server raises no alarm";
    is_caught(FailedBeforeAnswer, calm(REMOVE), alarm);
}

#[test]
fn a_client_that_misses_what_happened_is_caught() {
    let rest = "things come to rest";
    is_caught(VaultNotReadAgain, OWN_DEVICE_LOADS, rest);
    is_caught(AnchoredBehindOpens, OWN_DEVICE_LOADS, rest);
    is_caught(LeftWhenBack, calm(COME_BACK), rest);
}

#[test]
fn a_page_is_closed_between_two_messages() {
    holds(TALK_AND_CLOSE);
}

#[test]
fn one_is_removed_and_talks_on_when_let_in_again() {
    holds(SAY_WHILE_REMOVED);
}

#[test]
fn members_talk_and_lose_the_line() {
    holds(TALK);
}

#[test]
fn one_leaves_while_all_talk() {
    holds(LEAVE);
}

#[test]
fn two_make_the_next_key_at_once() {
    holds(RACE);
}

#[test]
fn two_devices_of_one_person_share_their_keys() {
    holds(OWN_DEVICES);
}

#[test]
fn a_device_loads_the_room_while_another_one_goes_on() {
    holds(OWN_DEVICE_LOADS);
}

#[test]
fn one_joins_while_another_leaves() {
    holds(JOIN);
}

#[test]
fn one_leaves_and_comes_back() {
    holds(COME_BACK);
}

#[test]
fn one_talks_leaves_and_comes_back() {
    holds(SAY_AND_COME_BACK);
}

#[test]
fn one_leaves_and_comes_back_on_another_device() {
    holds(COME_BACK_ON_ANOTHER_DEVICE);
}

#[test]
fn one_is_removed_and_let_in_again() {
    holds(REMOVE);
}

#[test]
fn the_owner_makes_a_new_key_while_all_talk() {
    holds(ROTATE);
}

#[test]
fn the_owner_makes_a_new_key_while_one_leaves() {
    holds(ROTATE_WHILE_ONE_LEAVES);
}

#[test]
fn the_owner_hands_the_room_over_and_leaves() {
    holds(HAND_OVER);
}

#[test]
fn the_owner_hands_the_room_to_who_is_just_leaving() {
    holds(HAND_OVER_TO_WHO_LEAVES);
}
