//! Receipts: how far a member says to have read, in the one slot that the server keeps for them and each room.

use crate::{
    account::Identity,
    envelope::EnvelopeError,
    room_key::Context,
    sealing::{Parts, SLOT},
    token::FernetKey,
};
use protocol::{
    Hash, PublicKey, Signature, UserId,
    json::{self, MAX_INTEGER},
    open::Head,
};
use serde::{Deserialize, Serialize};

/// What a slot says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// Who has read.
    pub sender: UserId,
    /// Up to where, with the transcript there.
    pub read: Head,
}

/// A receipt that opened. Who wrote it is not established yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedReceipt {
    /// What it claims.
    pub receipt: Receipt,
    hash: Hash,
    signature: Signature,
}

/// Seals a receipt of one's own.
pub fn seal(key: &FernetKey, ctx: &Context, identity: &Identity, read: Head) -> String {
    let sender = identity.user();
    let json =
        serde_json::to_vec(&Receipt { sender, read }).expect("a receipt has string keys only");
    SLOT.seal(key, ctx, identity, &json).0
}

/// Opens a receipt.
pub fn open(key: &FernetKey, ctx: &Context, token: &str) -> Result<OpenedReceipt, EnvelopeError> {
    let Parts {
        json,
        hash,
        signature,
    } = SLOT.open(key, ctx, token)?;
    let receipt: Receipt = json::parse(&json)?;
    if receipt.read.seq > MAX_INTEGER {
        return Err(EnvelopeError::Number);
    }
    Ok(OpenedReceipt {
        receipt,
        hash,
        signature,
    })
}

impl OpenedReceipt {
    /// Whether `key` signed it.
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        SLOT.is_signed(key, &self.hash, &self.signature)
    }
}

#[cfg(test)]
mod tests;
