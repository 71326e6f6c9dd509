//! Counters that slow guessing and flooding down, in bounded memory. [`crate::AttemptLimits`] says which rule and why.

use crate::{
    clock::millis,
    limits::{AttemptLimits, Backoff},
    lock,
};
use protocol::{PublicError, Time, UserId, Username};
use std::{
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    sync::Mutex,
};

/// Counts the first messages of log-ins, registrations and recoveries.
pub(crate) struct Attempts {
    limits: AttemptLimits,
    counters: Mutex<Counters<Who>>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum Who {
    Pair(Username, IpAddr),
    Address(IpAddr),
    Account(Username),
    /// From here the account logged in before; present or not, never pressed.
    Known(Username, IpAddr),
}

impl Attempts {
    pub(crate) fn new(limits: AttemptLimits) -> Self {
        let counters = Mutex::new(Counters::new(limits.counters));
        Self { limits, counters }
    }

    /// Counts an attempt, or refuses it and counts nothing.
    pub(crate) fn count(
        &self,
        username: &Username,
        address: IpAddr,
        now: Time,
    ) -> Result<(), PublicError> {
        let address = household(address);
        let mut counters = lock(&self.counters);
        let known = counters.has(&Who::Known(username.clone(), address));
        let mut asked = vec![
            (
                Who::Pair(username.clone(), address),
                self.limits.account_and_address,
            ),
            (Who::Address(address), self.limits.address),
        ];
        if !known {
            asked.push((Who::Account(username.clone()), self.limits.account));
        }
        let wait = asked
            .iter()
            .map(|(who, _)| counters.wait(who, now))
            .max()
            .unwrap_or(0);
        if wait > 0 {
            return Err(too_many(wait));
        }
        for (who, backoff) in asked {
            counters.press(who, &backoff, now);
        }
        Ok(())
    }

    /// Notes that the account's owner is at this address.
    pub(crate) fn succeeded(&self, username: &Username, address: IpAddr, now: Time) {
        let address = household(address);
        let mut counters = lock(&self.counters);
        counters.forget(&Who::Pair(username.clone(), address));
        let lasting = Backoff {
            free: u32::MAX,
            base: std::time::Duration::ZERO,
            longest: std::time::Duration::ZERO,
            forget: std::time::Duration::from_secs(90 * 24 * 60 * 60),
        };
        counters.press(Who::Known(username.clone(), address), &lasting, now);
    }
}

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

struct Counters<K> {
    most: usize,
    counters: HashMap<K, Counter>,
}

#[derive(Clone, Copy)]
struct Counter {
    count: u32,
    forgets_at: Time,
    forget: Time,
    open_at: Time,
}

impl Counter {
    /// When nothing of it will be left.
    fn blank_at(&self) -> Time {
        let more = u64::from(self.count.saturating_sub(1)).saturating_mul(self.forget);
        self.forgets_at.saturating_add(more).max(self.open_at)
    }

    /// As it stands at `now`, with what is to be forgotten forgotten.
    fn aged(mut self, now: Time) -> Self {
        if now >= self.forgets_at {
            let steps = 1 + (now - self.forgets_at) / self.forget.max(1);
            self.count = self
                .count
                .saturating_sub(u32::try_from(steps).unwrap_or(u32::MAX));
            self.forgets_at = self
                .forgets_at
                .saturating_add(steps.saturating_mul(self.forget.max(1)));
        }
        self
    }
}

impl<K: Clone + Eq + Hash> Counters<K> {
    fn new(most: usize) -> Self {
        Self {
            most: most.max(8),
            counters: HashMap::new(),
        }
    }

    fn has(&self, key: &K) -> bool {
        self.counters.contains_key(key)
    }

    fn forget(&mut self, key: &K) {
        self.counters.remove(key);
    }

    /// Milliseconds until the next attempt.
    fn wait(&self, key: &K, now: Time) -> Time {
        self.counters
            .get(key)
            .map_or(0, |counter| counter.open_at.saturating_sub(now))
    }

    fn press(&mut self, key: K, backoff: &Backoff, now: Time) {
        if self.counters.len() >= self.most && !self.counters.contains_key(&key) {
            self.make_room(now);
        }
        let forget = millis(backoff.forget);
        let fresh = Counter {
            count: 0,
            forgets_at: now.saturating_add(forget),
            forget,
            open_at: 0,
        };
        let counter = self.counters.entry(key).or_insert(fresh);
        *counter = counter.aged(now);
        if counter.count == 0 {
            counter.forgets_at = now.saturating_add(forget);
        }
        counter.count = counter.count.saturating_add(1);
        if let Some(over) = counter
            .count
            .checked_sub(backoff.free)
            .filter(|over| *over > 0)
        {
            let doubled = millis(backoff.base).saturating_mul(1 << (over - 1).min(30));
            counter.open_at = now.saturating_add(doubled.min(millis(backoff.longest)));
        }
    }

    /// Drops what has nothing left to remember, and if that is too little the eighth that would be forgotten soonest.
    fn make_room(&mut self, now: Time) {
        self.counters.retain(|_, counter| counter.blank_at() > now);
        if self.counters.len() < self.most {
            return;
        }
        let mut order: Vec<_> = self
            .counters
            .iter()
            .map(|(key, counter)| (counter.blank_at(), key.clone()))
            .collect();
        let drop = (self.most / 8).max(1).min(order.len());
        order.select_nth_unstable_by_key(drop - 1, |(blank_at, _)| *blank_at);
        for (_, key) in order.drain(..drop) {
            self.counters.remove(&key);
        }
    }
}

/// Whoever has one IPv6 address has all of its /64.
fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(it) => Ipv6Addr::from_bits(it.to_bits() >> 64 << 64).into(),
        v4 => v4,
    }
}

fn too_many(wait: Time) -> PublicError {
    PublicError::TooManyAttempts {
        retry_after_s: u32::try_from(wait.div_ceil(1000)).unwrap_or(u32::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 1));

    fn other(n: u8) -> IpAddr {
        IpAddr::from([127, 1, 0, n])
    }

    fn name(text: &str) -> Username {
        text.parse().unwrap()
    }

    fn waits(result: Result<(), PublicError>) -> u32 {
        match result {
            Err(PublicError::TooManyAttempts { retry_after_s }) => retry_after_s,
            other => panic!("expected a delay, got {other:?}"),
        }
    }

    #[test]
    fn delays_grow_with_each_attempt_and_shrink_with_time() {
        let attempts = Attempts::new(AttemptLimits::default());
        let ana = name("ana");
        let mut now = 1_000_000;
        for _ in 0..6 {
            attempts.count(&ana, HOME, now).unwrap();
        }
        assert_eq!(waits(attempts.count(&ana, HOME, now)), 1);
        now += 1000;
        attempts.count(&ana, HOME, now).unwrap();
        assert_eq!(waits(attempts.count(&ana, HOME, now)), 2);
        for _ in 0..20 {
            now += 15 * 60_000;
            attempts.count(&ana, HOME, now).unwrap();
        }
        now += 3 * 60 * 60_000;
        for _ in 0..5 {
            attempts.count(&ana, HOME, now).unwrap();
        }
    }

    #[test]
    fn a_success_clears_what_was_mistyped() {
        let attempts = Attempts::new(AttemptLimits::default());
        let ana = name("ana");
        for _ in 0..6 {
            attempts.count(&ana, HOME, 0).unwrap();
        }
        attempts.succeeded(&ana, HOME, 0);
        for _ in 0..6 {
            attempts.count(&ana, HOME, 0).unwrap();
        }
    }

    #[test]
    fn many_machines_slow_a_stranger_down_but_not_the_owner() {
        let attempts = Attempts::new(AttemptLimits::default());
        let ana = name("ana");
        attempts.count(&ana, HOME, 0).unwrap();
        attempts.succeeded(&ana, HOME, 0);
        let accepted = (0..200u8)
            .filter(|n| attempts.count(&ana, other(*n), 1).is_ok())
            .count();
        assert_eq!(accepted, 30, "the free ones, one of them used from home");
        assert!(waits(attempts.count(&ana, other(201), 1)) <= 4);
        attempts.count(&ana, HOME, 1).unwrap();
    }

    #[test]
    fn one_machine_against_many_accounts_is_slowed_down() {
        let attempts = Attempts::new(AttemptLimits::default());
        let refused =
            (0..200).find(|n| attempts.count(&name(&format!("user{n}")), HOME, 0).is_err());
        assert_eq!(refused, Some(51));
        attempts.count(&name("user0"), other(1), 0).unwrap();
    }

    #[test]
    fn one_household_is_one_address() {
        assert_eq!(
            household("2001:db8::1".parse().unwrap()),
            household("2001:db8::ffff".parse().unwrap())
        );
        assert_ne!(
            household("2001:db8::1".parse().unwrap()),
            household("2001:db8:0:1::1".parse().unwrap())
        );
        assert_eq!(household("::ffff:127.0.0.1".parse().unwrap()), HOME);
    }

    #[test]
    fn memory_stays_bounded_and_the_most_pressed_counters_stay() {
        let attempts = Attempts::new(AttemptLimits {
            counters: 64,
            ..AttemptLimits::default()
        });
        let ana = name("ana");
        for _ in 0..6 {
            attempts.count(&ana, HOME, 0).unwrap();
        }
        for n in 0..10_000u16 {
            let [high, low] = n.to_be_bytes();
            let address = IpAddr::from([127, 2, high, low]);
            attempts
                .count(&name(&format!("user{n}")), address, 0)
                .unwrap();
            assert!(lock(&attempts.counters).counters.len() <= 64);
        }
        assert_eq!(waits(attempts.count(&ana, HOME, 0)), 1);
    }

    #[test]
    fn actions_per_minute_come_back_evenly() {
        let minute = PerMinute::new(60);
        let (ana, bob) = (UserId([1; 20]), UserId([2; 20]));
        assert_eq!((0..100).filter(|_| minute.count(&ana, 0)).count(), 60);
        assert!(minute.count(&bob, 0));
        assert!(!minute.count(&ana, 999));
        assert!(minute.count(&ana, 1000));
        assert!(!minute.count(&ana, 1000));
        let later = millis(Duration::from_secs(3600));
        assert_eq!((0..100).filter(|_| minute.count(&ana, later)).count(), 60);
    }
}
