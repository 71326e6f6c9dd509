//! Signals: what members tell each other in passing. They are relayed and never stored, so nothing keeps them in order but themselves.

use crate::{
    account::Identity,
    envelope::EnvelopeError,
    room_key::Context,
    sealing::{Parts, SIGNAL},
    token::FernetKey,
};
use protocol::{
    Hash, PublicKey, RunId, Signature, Time, UserId,
    json::{self, MAX_INTEGER},
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// How far a signal's time may be from the reader's clock, in milliseconds.
pub const NEAR: u64 = 120_000;
/// How long a signal counts, in milliseconds.
pub const LIFETIME: u64 = 10_000;

/// One signal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal {
    /// Who signals.
    pub sender: UserId,
    /// Their connection.
    pub run: RunId,
    /// Grows with each signal of the run, from 1.
    pub count: u64,
    /// The sender's clock.
    pub at: Time,
    /// What it says.
    pub kind: SignalKind,
}

/// The kinds of signals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignalKind {
    /// `typing`: the sender writes something just now.
    Typing,
    /// A kind that this version does not know, to be passed over.
    Unknown(String),
}

/// A signal that opened. Who made it is not established yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedSignal {
    /// What it claims.
    pub signal: Signal,
    hash: Hash,
    signature: Signature,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    sender: UserId,
    run: RunId,
    count: u64,
    at: Time,
    kind: String,
    content: Box<RawValue>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

const TYPING: &str = "typing";

impl Signal {
    fn parse(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        let raw: Raw = json::parse(bytes)?;
        let kind = match raw.kind.as_str() {
            TYPING => {
                let Nothing {} = json::parse_part(raw.content.get())?;
                SignalKind::Typing
            }
            _ => SignalKind::Unknown(raw.kind),
        };
        if raw.count == 0 || raw.count.max(raw.at) > MAX_INTEGER {
            return Err(EnvelopeError::Number);
        }
        Ok(Self {
            sender: raw.sender,
            run: raw.run,
            count: raw.count,
            at: raw.at,
            kind,
        })
    }

    fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        let kind = match &self.kind {
            SignalKind::Typing => TYPING,
            SignalKind::Unknown(kind) => kind,
        };
        serde_json::to_vec(&Raw {
            sender: self.sender,
            run: self.run,
            count: self.count,
            at: self.at,
            kind: kind.to_owned(),
            content: serde_json::value::to_raw_value(&Nothing {})?,
        })
    }

    /// Whether it is from about now, by the reader's clock.
    pub fn is_near(&self, now: Time) -> bool {
        self.at.abs_diff(now) <= NEAR
    }
}

/// Seals a signal of one's own.
pub fn seal(key: &FernetKey, ctx: &Context, identity: &Identity, signal: &Signal) -> String {
    let json = signal.to_json().expect("a signal has string keys only");
    SIGNAL.seal(key, ctx, identity, &json).0
}

/// Opens a signal.
pub fn open(key: &FernetKey, ctx: &Context, token: &str) -> Result<OpenedSignal, EnvelopeError> {
    let Parts {
        json,
        hash,
        signature,
    } = SIGNAL.open(key, ctx, token)?;
    Ok(OpenedSignal {
        signal: Signal::parse(&json)?,
        hash,
        signature,
    })
}

impl OpenedSignal {
    /// Whether `key` signed it.
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        SIGNAL.is_signed(key, &self.hash, &self.signature)
    }
}

#[cfg(test)]
mod tests;
