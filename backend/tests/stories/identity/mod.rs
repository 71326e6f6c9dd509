//! Other keys for an account: how they replace the old ones, and how its rooms are told.

mod announcing;
mod replacing;

use crate::{room::*, world::*};
use opaque_ke::ClientRegistration;
use protocol::{
    OpenEntry, PublicKey,
    api::{AccountKeys, CredentialsStart, IdentityReplace, OpaqueMessage, VaultPut},
    label::SignaturePurpose,
    open::{IdentityChange, OpenContent},
    succession::{self, Succession},
};

/// The keys that follow, as both old and new agree.
pub fn successor(world: &mut World, person: &Person) -> Person {
    let signer = world.signer();
    let signing = PublicKey(signer.verifying_key().to_bytes());
    let number = person.keys.earlier.len() as u32 + 1;
    let message = succession::message(&person.keys.user, number, &signing);
    let mut earlier = person.keys.earlier.clone();
    earlier.push(Succession {
        signing: person.keys.signing,
        old: sign(&person.signer, SignaturePurpose::Identity, &message),
        new: sign(&signer, SignaturePurpose::Identity, &message),
    });
    Person {
        keys: AccountKeys {
            signing,
            agreement: PublicKey([number as u8 + 20; 32]),
            earlier,
            ..person.keys.clone()
        },
        signer,
        ..person.clone()
    }
}

/// What the browser of `next` sends to take the place of the keys before.
pub async fn replacement(world: &mut World, next: &Person, version: u64) -> IdentityReplace {
    let start = ClientRegistration::<Suite>::start(&mut world.rng, b"a new passphrase").unwrap();
    let request = CredentialsStart {
        request: OpaqueMessage(start.message.serialize().to_vec()),
    };
    let answer = world
        .backend
        .credentials_start(&home(), &next.session, request)
        .await
        .unwrap();
    let name = &next.keys.username;
    let record = world.record(start.state, "a new passphrase", name, &answer.response);
    IdentityReplace {
        account: next.keys.clone(),
        credentials: sign_credentials(&next.keys.user, &next.signer, version, record),
        settings: VaultPut {
            item: "settings".into(),
            replaces: version - 2,
            token: token(&format!("settings{version}")),
        },
    }
}

/// Replaces the account's keys; the session then knows the new ones.
pub async fn replace(world: &mut World, person: &Person, version: u64) -> Person {
    let next = successor(world, person);
    let request = replacement(world, &next, version).await;
    let backend = &world.backend;
    backend
        .identity_replace(&person.session, request)
        .await
        .unwrap();
    let session = backend.authenticate(&person.cookie).await.unwrap().unwrap();
    assert_eq!(session.account, next.keys);
    Person { session, ..next }
}

/// Tells a room of the keys that follow.
pub fn announcement(room: &Room, before: &Person, next: &Person) -> OpenEntry {
    let member = next.keys.clone();
    let content = OpenContent::Identity(Box::new(IdentityChange { member }));
    signed(
        &room.body(before, content),
        &before.signer,
        Some(&next.signer),
    )
}
