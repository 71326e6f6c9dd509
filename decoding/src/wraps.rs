//! Secrets handed over in a wrap: an epoch's to a member, an account's through a passphrase or a recovery code, and the previous
//! epoch's in a header.

use crate::people::{ROOM, WRAP, ana, bob};
use client::{account::AccountSecret, room_key::RoomSecret, wrap};

/// The bytes of an open entry's wrap, as Bob opens it: nothing but what Ana wrapped for him.
pub fn room_wrap(data: &[u8]) -> bool {
    let opened = wrap::unwrap(&ROOM.ctx, &ana().user(), bob(), data);
    assert_eq!(opened.is_ok(), data == *WRAP);
    opened.is_ok_and(|secret| {
        assert_eq!(secret, ROOM.secret);
        true
    })
}

/// What is inside a wrap of an account secret, or in a header's `history`: a secret has 32 bytes.
pub fn secret_wrap(data: &[u8]) -> bool {
    let key = ROOM.secret.history_key();
    let token = key.seal(data);
    let account = AccountSecret::unwrap(&key, &token);
    assert_eq!(account.is_ok(), data.len() == 32);
    if let Ok(account) = &account {
        assert_eq!(account.as_bytes(), data);
    }
    let inside = key.open(&token).expect("it was just sealed");
    let room = RoomSecret::from_slice(&inside);
    assert_eq!(
        room.map(|it| *it.as_bytes()).as_ref(),
        account.as_ref().ok().map(AccountSecret::as_bytes)
    );
    account.is_ok()
}
