//! What is explored. Each scenario is small enough to be explored whole, and together they bring each pair of things together that can
//! get into each other's way.

use crate::scenario::{Peril::*, Scenario, Wish::*};

pub const TALK: Scenario = Scenario {
    devices: &[0, 1],
    members: 0b11,
    wishes: &[Say(0), Say(0), Say(1)],
    mishaps: 2,
    perils: &[Line(0), Crash(0), Busy(0)],
    broken: None,
};

pub const TALK_AND_CLOSE: Scenario = Scenario {
    wishes: &[Say(0), Say(0), Say(0)],
    mishaps: 1,
    perils: &[Crash(0)],
    ..TALK
};

pub const LEAVE: Scenario = Scenario {
    wishes: &[Say(0), Say(1), Leave(1)],
    mishaps: 1,
    perils: &[Line(0), Crash(0), Calls(0), Calls(1)],
    ..TALK
};

pub const RACE: Scenario = Scenario {
    devices: &[0, 1, 2],
    members: 0b111,
    wishes: &[Say(0), Say(1), Leave(2)],
    mishaps: 0,
    perils: &[],
    broken: None,
};

pub const OWN_DEVICES: Scenario = Scenario {
    devices: &[0, 0, 1],
    members: 0b11,
    wishes: &[Say(0), Leave(2)],
    mishaps: 1,
    perils: &[Gone(0), Line(1)],
    broken: None,
};

pub const OWN_DEVICE_LOADS: Scenario = Scenario {
    devices: &[0, 0],
    members: 0b1,
    wishes: &[Say(0), KeepHead(1), Rotate(1)],
    mishaps: 1,
    perils: &[Crash(0), Line(0)],
    broken: None,
};

pub const JOIN: Scenario = Scenario {
    devices: &[0, 1, 2],
    wishes: &[Invite(0, 2), Leave(1), Say(2)],
    mishaps: 1,
    perils: &[Calls(0), Calls(2), Crash(2)],
    ..TALK
};

pub const COME_BACK: Scenario = Scenario {
    wishes: &[Leave(1), Invite(0, 1), Say(1)],
    mishaps: 1,
    perils: &[Calls(1), Crash(1), Line(1)],
    ..TALK
};

pub const SAY_AND_COME_BACK: Scenario = Scenario {
    wishes: &[Say(1), Leave(1), Invite(0, 1), Say(1)],
    mishaps: 0,
    ..TALK
};

pub const COME_BACK_ON_ANOTHER_DEVICE: Scenario = Scenario {
    devices: &[0, 1, 1],
    wishes: &[Leave(2), Say(1), Invite(0, 1), Retry(1)],
    mishaps: 0,
    ..TALK
};

pub const REMOVE: Scenario = Scenario {
    wishes: &[Remove(0, 1), Say(1), Invite(0, 1), Retry(1)],
    mishaps: 1,
    perils: &[Line(1), Crash(1)],
    ..TALK
};

pub const SAY_WHILE_REMOVED: Scenario = Scenario {
    wishes: &[Remove(0, 1), Say(1), Invite(0, 1), Say(1)],
    mishaps: 1,
    perils: &[Crash(1)],
    ..TALK
};

pub const ROTATE: Scenario = Scenario {
    wishes: &[Rotate(0), Say(0), Say(1)],
    mishaps: 1,
    perils: &[Line(1), Crash(0), Calls(0)],
    ..TALK
};

pub const ROTATE_WHILE_ONE_LEAVES: Scenario = Scenario {
    wishes: &[Rotate(0), Say(0), Leave(1)],
    mishaps: 1,
    perils: &[Crash(0), Calls(0)],
    ..TALK
};

pub const HAND_OVER: Scenario = Scenario {
    wishes: &[HandOver(0, 1), Leave(0), Remove(1, 2)],
    mishaps: 1,
    perils: &[Calls(0)],
    ..RACE
};

pub const HAND_OVER_TO_WHO_LEAVES: Scenario = Scenario {
    wishes: &[HandOver(0, 1), Leave(1), Leave(0)],
    ..HAND_OVER
};
