//! What one user may do in a minute.

use crate::lock;
use protocol::{Time, UserId};
use std::{collections::HashMap, sync::Mutex};

/// Counts what each user does, against a number per minute: as many at once, then evenly.
pub(crate) struct PerMinute {
    most: u32,
    users: Mutex<HashMap<UserId, Bucket>>,
}

#[derive(Clone, Copy)]
struct Bucket {
    /// In units of one minute's share: an action costs 60,000, a millisecond gives `most` back.
    used: u64,
    at: Time,
}

impl PerMinute {
    /// Users whose buckets are looked after before the empty ones are dropped.
    const SWEEP_AT: usize = 10_000;

    pub(crate) fn new(most: u32) -> Self {
        Self {
            most: most.max(1),
            users: Mutex::default(),
        }
    }

    /// Counts one action; `false` if the user must wait.
    pub(crate) fn count(&self, user: &UserId, now: Time) -> bool {
        const COST: u64 = 60_000;
        let most = u64::from(self.most);
        let left = |bucket: &Bucket| {
            let back = now.saturating_sub(bucket.at).saturating_mul(most);
            bucket.used.saturating_sub(back)
        };
        let mut users = lock(&self.users);
        if users.len() >= Self::SWEEP_AT && !users.contains_key(user) {
            users.retain(|_, bucket| left(bucket) > 0);
        }
        let bucket = users.entry(*user).or_insert(Bucket { used: 0, at: now });
        let used = left(bucket) + COST;
        let fits = used <= most * COST;
        if fits {
            *bucket = Bucket { used, at: now };
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_per_minute_come_back_evenly() {
        let minute = PerMinute::new(60);
        let (ana, bob) = (UserId([1; 20]), UserId([2; 20]));
        assert_eq!((0..100).filter(|_| minute.count(&ana, 0)).count(), 60);
        assert!(minute.count(&bob, 0));
        assert!(!minute.count(&ana, 999));
        assert!(minute.count(&ana, 1000));
        assert!(!minute.count(&ana, 1000));
        let later = 3_600_000;
        assert_eq!((0..100).filter(|_| minute.count(&ana, later)).count(), 60);
    }
}
