//! Which items of a timeline belong together: days, the border to what is new, and messages of one person in a row.

use protocol::{Seq, Time, UserId};

/// Longer silence starts a new group, in milliseconds.
const PAUSE_MS: Time = 5 * 60 * 1000;

/// What grouping needs to know of an item.
pub struct Facts {
    /// When it was sent.
    pub at: Time,
    /// The number of that day where the reader is.
    pub day: i64,
    /// Whose message it is; none for what no one said.
    pub sender: Option<UserId>,
    /// Whether the reader said it.
    pub mine: bool,
    /// Its seq, once stored.
    pub seq: Option<Seq>,
}

/// Where an item stands among its neighbours.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Debug)]
pub struct Place {
    /// A new day begins with it.
    pub day: bool,
    /// It is the first that the reader has not seen.
    pub unread: bool,
    /// It is the first of its group.
    pub first: bool,
    /// It is the last of its group.
    pub last: bool,
}

/// The places of a timeline's items, where `read` was the last seq that the reader had seen when the room opened.
pub fn places(items: &[Facts], read: Seq) -> Vec<Place> {
    let unread = items
        .iter()
        .position(|item| {
            item.sender.is_some() && !item.mine && item.seq.is_some_and(|seq| seq > read)
        })
        // With nothing read above it, everything is new and a border says nothing.
        .filter(|_| read > 0);
    let mut places: Vec<Place> = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| &items[at]);
        let day = before.is_none_or(|before| before.day != item.day);
        let joined = !day
            && unread != Some(at)
            && item.sender.is_some()
            && before.is_some_and(|before| {
                before.sender == item.sender && item.at.abs_diff(before.at) <= PAUSE_MS
            });
        if joined && let Some(place) = places.last_mut() {
            place.last = false;
        }
        places.push(Place {
            day,
            unread: unread == Some(at),
            first: !joined,
            last: true,
        });
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: UserId = UserId([1; 20]);
    const BOB: UserId = UserId([2; 20]);

    fn said(sender: UserId, minute: u64, seq: Seq) -> Facts {
        Facts {
            at: minute * 60_000,
            day: (minute / 1440) as i64,
            sender: Some(sender),
            mine: false,
            seq: Some(seq),
        }
    }

    fn groups(items: &[Facts], read: Seq) -> String {
        places(items, read)
            .into_iter()
            .map(|place| match (place.first, place.last) {
                (true, true) => 'o',
                (true, false) => '/',
                (false, false) => '|',
                (false, true) => '\\',
            })
            .collect()
    }

    #[test]
    fn joins_messages_of_one_person_until_someone_else_speaks_or_a_pause() {
        let items = [
            said(ADA, 0, 1),
            said(ADA, 1, 2),
            said(ADA, 2, 3),
            said(BOB, 2, 4),
            said(BOB, 8, 5),
            said(BOB, 9, 6),
        ];
        assert_eq!(groups(&items, 0), "/|\\o/\\");
    }

    #[test]
    fn starts_a_group_after_an_event_and_with_a_new_day() {
        let event = Facts {
            sender: None,
            ..said(ADA, 1, 2)
        };
        let items = [
            said(ADA, 0, 1),
            event,
            said(ADA, 1, 3),
            said(ADA, 1439, 4),
            said(ADA, 1440, 5),
        ];
        assert_eq!(groups(&items, 0), "ooooo");
        let days: Vec<bool> = places(&items, 0).iter().map(|place| place.day).collect();
        assert_eq!(days, [true, false, false, false, true]);
    }

    #[test]
    fn draws_the_border_once_before_the_first_unread_message_of_others() {
        let mine = Facts {
            mine: true,
            ..said(ADA, 1, 3)
        };
        let items = [
            said(BOB, 0, 1),
            said(BOB, 1, 2),
            mine,
            said(BOB, 1, 4),
            said(BOB, 1, 5),
        ];
        let unread: Vec<bool> = places(&items, 2).iter().map(|place| place.unread).collect();
        assert_eq!(unread, [false, false, false, true, false]);
        assert!(places(&items, 0).iter().all(|place| !place.unread));
        assert!(places(&items, 5).iter().all(|place| !place.unread));
    }
}
