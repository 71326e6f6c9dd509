//! Attempts to guess a passphrase. [`AttemptLimits`] says which rule and why.

use super::counters::Counters;
use crate::{
    limits::{AttemptLimits, Backoff},
    lock,
};
use protocol::{PublicError, Time, Username};
use std::{
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
mod tests;
