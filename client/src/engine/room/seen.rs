//! What members say to have seen of the log, held against the own one: that is how different histories come to light.

use super::Room;
use crate::{account::Identity, transcript::SeenCheck};
use model::Alarm;
use protocol::{Seq, UserId, open::Head};

impl Room {
    /// Compares what someone authentically says to have seen. What lies before the window waits until that is loaded. One's own devices
    /// see through the same server, so they confirm nothing.
    pub(super) fn compare_seen(&mut self, who: &UserId, seen: Head, me: &Identity) -> SeenCheck {
        let Some(window) = &mut self.transcript else {
            return SeenCheck::Outside;
        };
        let check = match *who == me.user() {
            true => window.check(seen),
            false => window.confirm(seen),
        };
        match check {
            SeenCheck::Agrees => {}
            SeenCheck::Differs => self.report_fork(who, seen.seq, me),
            SeenCheck::Outside => self.unchecked.push((*who, seen)),
        }
        check
    }

    /// The window grew backward: looks again at what was said of places before it.
    pub(super) fn compare_unchecked(&mut self, me: &Identity) {
        for (who, seen) in std::mem::take(&mut self.unchecked) {
            self.compare_seen(&who, seen, me);
        }
    }

    /// Says that someone else was shown another history, with the first place that tells; all after it differs too.
    fn report_fork(&mut self, who: &UserId, seq: Seq, me: &Identity) {
        let known = self.item.content.forks.get(who);
        if known.is_some_and(|known| *known <= seq) {
            return;
        }
        self.item.content.forks.insert(*who, seq);
        let sentence = match *who == me.user() {
            true => format!(
                "The server showed another device of yours a different history than this one, from message {seq} on. Compare them, and tell whoever runs the server."
            ),
            false => {
                let who = self.name_of(who);
                format!(
                    "The server showed {who} a different history than you, from message {seq} on. Compare with {who}, by another way than this server, what you both see."
                )
            }
        };
        self.raise(Alarm {
            sentence,
            details: format!(
                "The transcript hash that {who} names for entry {seq} is not the one that this device computed."
            ),
        });
    }
}
