//! What is wrong in a room stays until the person has understood it: after a reload, and on their other devices.

use super::{Engine, room::Room};
use model::{Alarm, Trouble};
use protocol::{RoomId, Time};
use rand_core::{CryptoRng, RngCore};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How many alarms a device keeps of one room. A server that goes on lying must not fill the vault's item, which has the keys too.
const KEPT: usize = 50;

/// Stands for all that come after these.
const MORE: &str = "More is wrong in this room than is listed here. Don't trust what it shows: compare with the others, by another way than this server, what they see.";

/// An alarm as the vault keeps it, under its sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    pub details: String,
    /// When it was first raised, by this person's device.
    pub at: Time,
    /// Whether the person has understood it; never taken back.
    #[serde(default)]
    pub dismissed: bool,
}

/// What two devices kept: all of it, and understood once is understood everywhere.
pub(super) fn merge(ours: &mut BTreeMap<String, Kept>, theirs: BTreeMap<String, Kept>) {
    for (sentence, kept) in theirs {
        let known = ours.entry(sentence).or_insert_with(|| kept.clone());
        known.dismissed |= kept.dismissed;
        if (kept.at, &kept.details) < (known.at, &known.details) {
            known.at = kept.at;
            known.details = kept.details;
        }
    }
}

impl<R: RngCore + CryptoRng> Engine<R> {
    pub(super) fn dismiss_alarm(&mut self, id: RoomId, sentence: &str) -> Result<(), Trouble> {
        let now = self.now;
        let room = self.room_mut(id)?;
        if let Some(kept) = room.item.content.alarms.get(sentence) {
            let kept = Kept {
                dismissed: true,
                ..kept.clone()
            };
            let alarms = &mut room.item.change_at_once(now).alarms;
            alarms.insert(sentence.to_owned(), kept);
        }
        self.keep_alarms();
        Ok(())
    }

    /// Brings together what rooms raised and what the vault has.
    pub(super) fn keep_alarms(&mut self) {
        let now = self.now;
        let changed: Vec<RoomId> = self
            .rooms
            .values_mut()
            .filter_map(|room| room.keep_alarms(now).then_some(room.id))
            .collect();
        for id in &changed {
            self.store_place(*id);
            self.show_room(*id);
        }
        if !changed.is_empty() {
            self.show_rooms();
        }
    }
}

impl Room {
    /// True if anything changed.
    fn keep_alarms(&mut self, now: Time) -> bool {
        let mut changed = false;
        let more = Alarm {
            sentence: MORE.to_owned(),
            details: String::new(),
        };
        for alarm in &self.alarms {
            let known = &self.item.content.alarms;
            let fits = known.contains_key(&alarm.sentence) || known.len() < KEPT;
            let alarm = if fits { alarm } else { &more };
            if !known.contains_key(&alarm.sentence) {
                let kept = Kept {
                    details: alarm.details.clone(),
                    at: now,
                    dismissed: false,
                };
                let alarms = &mut self.item.change_at_once(now).alarms;
                alarms.insert(alarm.sentence.clone(), kept);
                changed = true;
            }
        }
        let mut kept: Vec<_> = self.item.content.alarms.iter().collect();
        kept.sort_by_key(|(_, kept)| kept.at);
        let shown: Vec<Alarm> = kept
            .into_iter()
            .filter(|(_, kept)| !kept.dismissed)
            .map(|(sentence, kept)| Alarm {
                sentence: sentence.clone(),
                details: kept.details.clone(),
            })
            .collect();
        changed |= shown != self.alarms;
        self.alarms = shown;
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(at: Time, dismissed: bool) -> Kept {
        let details = format!("at {at}");
        Kept {
            details,
            at,
            dismissed,
        }
    }

    #[test]
    fn two_devices_agree_in_whatever_order_they_merge() {
        let one = BTreeMap::from([
            ("a".to_owned(), kept(1, false)),
            ("b".to_owned(), kept(2, true)),
        ]);
        let two = BTreeMap::from([
            ("b".to_owned(), kept(5, false)),
            ("c".to_owned(), kept(3, false)),
        ]);
        let (mut left, mut right) = (one.clone(), two.clone());
        merge(&mut left, two.clone());
        merge(&mut right, one);
        assert_eq!(left, right);
        assert_eq!(left["b"], kept(2, true));
        merge(&mut left, two);
        assert_eq!(left, right);
    }

    #[test]
    fn a_server_that_goes_on_lying_does_not_fill_the_vault() {
        let mut room = Room::new(RoomId([1; 16]));
        for time in 1..1_000 {
            room.raise(Alarm {
                sentence: format!("The server repeated message {time}."),
                details: String::new(),
            });
            room.keep_alarms(time);
        }
        assert_eq!(room.alarms.len(), KEPT + 1);
        assert_eq!(room.alarms.last().unwrap().sentence, MORE);
        assert!(!room.keep_alarms(1_000));
    }
}
