//! What members seal under a room's message key: `Fernet(key, pad( version ‖ signature (64) ‖ length (u32) ‖ JSON ))`.
//!
//! Messages, signals and receipts have this one shape. Version byte, hash and signature purpose differ, so none passes as another.

use crate::{
    account::Identity,
    envelope::EnvelopeError,
    padding::{self, PaddingError},
    room_key::Context,
    token::FernetKey,
};
use protocol::{
    Hash, PublicKey, Signature,
    label::{self, HashPurpose, SignaturePurpose},
};
use zeroize::Zeroizing;

const HEAD: usize = 1 + Signature::LEN;

/// What tells one kind of sealed thing from another.
pub(crate) struct Form {
    version: u8,
    hash: HashPurpose,
    signature: SignaturePurpose,
}

/// What has a place in the log.
pub(crate) const MESSAGE: Form = Form {
    version: 1,
    hash: HashPurpose::Body,
    signature: SignaturePurpose::Message,
};

/// What is relayed and never stored.
pub(crate) const SIGNAL: Form = Form {
    version: 2,
    hash: HashPurpose::Signal,
    signature: SignaturePurpose::Signal,
};

/// What replaces its predecessor.
pub(crate) const SLOT: Form = Form {
    version: 4,
    hash: HashPurpose::Slot,
    signature: SignaturePurpose::Slot,
};

/// What came out of a token. Who made it is not established yet: everyone in the room has the key.
pub(crate) struct Parts {
    pub json: Zeroizing<Vec<u8>>,
    pub hash: Hash,
    pub signature: Signature,
}

impl Form {
    /// The token over some JSON, and the hash that is signed in it.
    pub fn seal(
        &self,
        key: &FernetKey,
        ctx: &Context,
        identity: &Identity,
        json: &[u8],
    ) -> (String, Hash) {
        let hash = self.hash_of(ctx, json);
        let signature = identity.sign(self.signature, &hash.0);
        let mut head = [self.version; HEAD];
        head[1..].copy_from_slice(&signature.0);
        (key.seal(&padding::frame(&head, json)), hash)
    }

    pub fn open(
        &self,
        key: &FernetKey,
        ctx: &Context,
        token: &str,
    ) -> Result<Parts, EnvelopeError> {
        let plaintext = key.open(token)?;
        match plaintext.first() {
            Some(version) if *version == self.version => {}
            Some(other) => return Err(EnvelopeError::Version(*other)),
            None => return Err(PaddingError.into()),
        }
        let (head, json) = padding::unframe(&plaintext, HEAD)?;
        Ok(Parts {
            hash: self.hash_of(ctx, json),
            signature: Signature::from_slice(&head[1..]).ok_or(PaddingError)?,
            json: Zeroizing::new(json.to_vec()),
        })
    }

    /// Whether `key` signed what has this hash.
    pub fn is_signed(&self, key: &PublicKey, hash: &Hash, signature: &Signature) -> bool {
        label::verify(key, self.signature, &hash.0, signature)
    }

    fn hash_of(&self, ctx: &Context, json: &[u8]) -> Hash {
        label::hash(self.hash, &[&ctx.bytes(), json])
    }
}
