//! What this crate's tests share.

use crate::{
    account::{AccountSecret, Identity},
    body::{Body, Content},
    room_key::{Context, RoomSecret},
};
use protocol::{DeviceId, Hash, MessageId, RoomId, open::Head};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

/// A generator that gives the same in every run.
pub fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

/// A user of their own for each seed.
pub fn identity(seed: u64) -> Identity {
    AccountSecret::generate(&mut rng(seed)).identity()
}

/// A room with its secret.
pub fn room() -> (RoomSecret, Context) {
    let secret = RoomSecret::generate(&mut rng(77));
    let context = secret.context(RoomId([7; 16]), 3);
    (secret, context)
}

/// The first message of a chain whose epoch's header stands at seq 1.
pub fn first_message(sender: &Identity, text: &str) -> Body {
    Body {
        sender: sender.user(),
        device: DeviceId([1; 16]),
        n: 1,
        prev: Hash([9; 32]),
        seen: Head {
            seq: 1,
            hash: Hash([8; 32]),
        },
        id: MessageId([5; 16]),
        at: 1_700_000_000_000,
        content: Content::Text {
            text: text.to_owned(),
        },
    }
}
