use super::*;
use crate::{
    account::AccountSecret,
    testing::{identity, rng, room},
    transcript::Transcript,
};
use protocol::{
    Locator,
    open::{Leave, Settings},
};

const ROOM: RoomId = RoomId([7; 16]);

fn name() -> Username {
    "ana".parse().unwrap()
}

fn place() -> Place {
    Place {
        room: ROOM,
        epoch: 1,
        prev_open: Hash::ZERO,
    }
}

/// Ana makes a room.
fn made() -> (RoomSecret, Statement, OpenBody) {
    let (secret, _) = room();
    let ana = identity(1);
    let roster = Roster::of_creator(ana.keys(&name()), Settings::default());
    let statement = header(&ana, place(), new_epoch(&secret, &roster, None)).unwrap();
    let body = statement.entry.body().unwrap();
    (secret, statement, body)
}

fn new_epoch<'a>(
    secret: &'a RoomSecret,
    roster: &'a Roster,
    previous: Option<&'a RoomSecret>,
) -> NewEpoch<'a> {
    // A name that lives as long as the tests do.
    static NAME: std::sync::LazyLock<Username> = std::sync::LazyLock::new(name);
    NewEpoch {
        secret,
        author: &NAME,
        roster,
        seen: Transcript::from_beginning(ROOM).head(),
        previous,
    }
}

fn joined() -> (PublicKey, Statement, OpenBody) {
    let (secret, _) = room();
    let statement = join(&identity(2), place(), &"bob".parse().unwrap(), &secret).unwrap();
    let body = statement.entry.body().unwrap();
    (public(&secret.join_key()), statement, body)
}

fn leave(who: &Identity, place: Place) -> Statement {
    by_member(who, place, OpenContent::Leave(Leave {})).unwrap()
}

/// The entry with a changed body, signed anew by these keys: what someone with these keys could have made.
fn signed_anew(
    body: &OpenBody,
    signer: &Identity,
    join_key: Option<&SigningKey>,
) -> (OpenEntry, OpenBody) {
    let json = body.to_json().unwrap();
    let purpose = SignaturePurpose::Entry;
    let entry = OpenEntry {
        signature: signer.sign(purpose, json.as_bytes()),
        join_signature: join_key.map_or(Signature::ZERO, |key| sign(key, purpose, json.as_bytes())),
        json,
    };
    (entry, body.clone())
}

fn change_header(body: &OpenBody, change: impl FnOnce(&mut Header)) -> OpenBody {
    let mut body = body.clone();
    let OpenContent::Header(header) = &mut body.content else {
        unreachable!("made() makes headers")
    };
    change(header);
    body
}

#[test]
fn a_header_proves_author_room_key_and_roster() {
    let (secret, statement, body) = made();
    let header = verify_header(&statement.entry, &body, Some(&secret)).unwrap();
    assert_eq!(header.author, identity(1).keys(&name()));
    assert!(verify_header(&statement.entry, &body, None).is_ok());
    assert_eq!(
        (body.room, body.epoch, body.prev_open),
        (ROOM, 1, Hash::ZERO)
    );
    assert_eq!(
        statement.hash,
        entry_hash(&Entry::Open(statement.entry.clone()))
    );
    let other = RoomSecret::generate(&mut rng(9));
    assert_eq!(
        verify_header(&statement.entry, &body, Some(&other)),
        Err(Refused::RoomKey)
    );
}

#[test]
fn a_header_changed_in_any_byte_does_not_verify() {
    let (_, statement, _) = made();
    let bytes = statement.entry.to_bytes();
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 1;
        let Ok(entry) = OpenEntry::from_bytes(&changed) else {
            continue;
        };
        let verified = entry
            .body()
            .is_ok_and(|body| verify_header(&entry, &body, None).is_ok());
        assert!(!verified, "byte {place}");
    }
}

#[test]
fn a_header_for_another_room_key_is_refused_though_its_author_signed_it() {
    let (secret, _, body) = made();
    let join_key = secret.join_key();
    let exchanged: [fn(&mut Header); 2] = [
        |it| it.commitment = Hash::ZERO,
        |it| it.locator = Locator([0; 16]),
    ];
    for exchange in exchanged {
        let (entry, body) = signed_anew(
            &change_header(&body, exchange),
            &identity(1),
            Some(&join_key),
        );
        assert_eq!(
            verify_header(&entry, &body, Some(&secret)),
            Err(Refused::RoomKey)
        );
    }
    let other = RoomSecret::generate(&mut rng(9)).join_key();
    let body = change_header(&body, |it| it.join_key = public(&other));
    let (entry, body) = signed_anew(&body, &identity(1), Some(&other));
    assert_eq!(
        verify_header(&entry, &body, Some(&secret)),
        Err(Refused::RoomKey)
    );
    assert!(verify_header(&entry, &body, None).is_ok());
}

#[test]
fn a_header_needs_both_signatures_and_its_authors_keys() {
    let (secret, statement, body) = made();
    let join_key = secret.join_key();
    let (entry, _) = signed_anew(&body, &identity(1), None);
    assert_eq!(
        verify_header(&entry, &body, None),
        Err(Refused::JoinSignature)
    );
    let (entry, _) = signed_anew(&body, &identity(3), Some(&join_key));
    assert_eq!(verify_header(&entry, &body, None), Err(Refused::Signature));

    // Mallory's keys under Ana's id, and Mallory's entry with Ana as the author.
    let mallory = identity(3);
    let swapped = change_header(&body, |it| it.author.signing = mallory.signing_key());
    let (entry, swapped) = signed_anew(&swapped, &mallory, Some(&join_key));
    assert_eq!(verify_header(&entry, &swapped, None), Err(Refused::Keys));
    let posed = OpenBody {
        sender: mallory.user(),
        ..body
    };
    let (entry, posed) = signed_anew(&posed, &mallory, Some(&join_key));
    assert_eq!(verify_header(&entry, &posed, None), Err(Refused::Keys));

    let leave = leave(&identity(1), place()).entry;
    assert_eq!(
        verify_header(&leave, &leave.body().unwrap(), None),
        Err(Refused::Kind)
    );
    assert!(verify_header(&statement.entry, &statement.entry.body().unwrap(), None).is_ok());
}

#[test]
fn a_header_may_hand_newcomers_the_secret_before_it() {
    let (old, _) = room();
    let new = RoomSecret::generate(&mut rng(9));
    let roster = Roster::of_creator(identity(1).keys(&name()), Settings::default());
    let new_epoch = new_epoch(&new, &roster, Some(&old));
    let statement = header(&identity(1), place(), new_epoch).unwrap();
    let body = statement.entry.body().unwrap();
    let history = verify_header(&statement.entry, &body, Some(&new))
        .unwrap()
        .history
        .clone();
    let opened = new.history_key().open(&history.unwrap()).unwrap();
    assert_eq!(RoomSecret::from_slice(&opened), Some(old));
}

#[test]
fn a_join_proves_the_identity_and_the_room_key() {
    let (join_key, statement, body) = joined();
    let join = verify_join(&statement.entry, &body, &join_key).unwrap();
    assert_eq!(join.member.user, identity(2).user());

    let other = RoomSecret::generate(&mut rng(9)).join_key();
    let (entry, _) = signed_anew(&body, &identity(2), Some(&other));
    assert_eq!(
        verify_join(&entry, &body, &join_key),
        Err(Refused::JoinSignature)
    );
    let (entry, _) = signed_anew(&body, &identity(2), None);
    assert_eq!(
        verify_join(&entry, &body, &join_key),
        Err(Refused::JoinSignature)
    );
    let (entry, _) = signed_anew(&body, &identity(3), Some(&room().0.join_key()));
    assert_eq!(
        verify_join(&entry, &body, &join_key),
        Err(Refused::Signature)
    );
    assert_eq!(
        verify_join(&statement.entry, &made().2, &join_key),
        Err(Refused::Kind)
    );
}

#[test]
fn nobody_joins_with_another_users_id_or_an_unusable_key() {
    let (join_key, _, body) = joined();
    let mallory = identity(3);
    let keys = |change: fn(&mut MemberKeys, &Identity)| {
        let mut member = identity(2).keys(&"bob".parse().unwrap());
        change(&mut member, &mallory);
        let content = OpenContent::Join(Join { member });
        let (entry, body) = signed_anew(
            &OpenBody {
                content,
                ..body.clone()
            },
            &mallory,
            Some(&room().0.join_key()),
        );
        verify_join(&entry, &body, &join_key).map(|_| ())
    };
    assert_eq!(
        keys(|it, mallory| it.signing = mallory.signing_key()),
        Err(Refused::Keys)
    );
    assert_eq!(
        keys(|it, mallory| it.user = mallory.user()),
        Err(Refused::Keys)
    );
    assert_eq!(
        keys(|it, mallory| *it = mallory.keys(&it.username)),
        Err(Refused::Keys)
    );

    // The point of order 1 "signs" everything; its user id is as good as any.
    let mut weak = PublicKey([0; 32]);
    weak.0[0] = 1;
    let user = protocol::label::user_id(&weak);
    let member = MemberKeys {
        user,
        signing: weak,
        ..identity(2).keys(&"bob".parse().unwrap())
    };
    let body = OpenBody {
        sender: user,
        content: OpenContent::Join(Join { member }),
        ..body
    };
    let (entry, body) = signed_anew(&body, &mallory, Some(&room().0.join_key()));
    assert_eq!(verify_join(&entry, &body, &join_key), Err(Refused::Keys));
}

#[test]
fn leaves_and_wraps_are_the_members_own_and_carry_no_join_signature() {
    let (secret, ctx) = room();
    let (ana, bob) = (identity(1), identity(2));
    let at = Place {
        epoch: ctx.epoch,
        ..place()
    };
    let recipient = bob.keys(&"bob".parse().unwrap());
    let wrap = wrap(&mut rng(1), &ana, at, &secret, &recipient).unwrap();
    let leave = leave(&ana, at);
    for Statement { entry, .. } in [&wrap, &leave] {
        let body = entry.body().unwrap();
        assert_eq!(verify_by_member(entry, &body, &ana.signing_key()), Ok(()));
        assert_eq!(
            verify_by_member(entry, &body, &bob.signing_key()),
            Err(Refused::Signature)
        );
        let (joined, _) = signed_anew(&body, &ana, Some(&secret.join_key()));
        assert_eq!(
            verify_by_member(&joined, &body, &ana.signing_key()),
            Err(Refused::JoinSignature)
        );
    }
    let OpenContent::Wrap(it) = wrap.entry.body().unwrap().content else {
        unreachable!("a wrap was made")
    };
    assert_eq!(it.recipient, bob.user());
    assert_eq!(
        wrap::unwrap(&ctx, &ana.user(), &bob, &it.sealed),
        Ok(secret)
    );
}

#[test]
fn headers_and_joins_never_pass_as_a_members_other_statements() {
    let ana = identity(1).signing_key();
    let (_, statement, body) = made();
    assert_eq!(
        verify_by_member(&statement.entry, &body, &ana),
        Err(Refused::Kind)
    );
    let (_, statement, body) = joined();
    let bob = identity(2).signing_key();
    assert_eq!(
        verify_by_member(&statement.entry, &body, &bob),
        Err(Refused::Kind)
    );
}

#[test]
fn a_kind_of_a_later_version_counts_as_signed_with_or_without_a_join_signature() {
    let ana = identity(1);
    let body = OpenBody {
        content: OpenContent::Unknown("hologram".into()),
        ..made().2
    };
    for join_key in [None, Some(&room().0.join_key())] {
        let (entry, body) = signed_anew(&body, &ana, join_key);
        assert_eq!(verify_by_member(&entry, &body, &ana.signing_key()), Ok(()));
        let refused = verify_by_member(&entry, &body, &identity(2).signing_key());
        assert_eq!(refused, Err(Refused::Signature));
    }
}

#[test]
fn new_keys_are_announced_by_the_old_ones_and_the_new_ones() {
    let ana = identity(1);
    let next = ana.succeeded_by(&AccountSecret::generate(&mut rng(9)));
    let change = super::identity(&ana, &next, place(), &name()).unwrap();
    let body = change.entry.body().unwrap();
    let verified = |entry, by: &Identity| verify_by_member(entry, &body, &by.signing_key());
    assert_eq!(verified(&change.entry, &ana), Ok(()));
    assert_eq!(verified(&change.entry, &next), Err(Refused::Signature));
    let (unagreed, _) = signed_anew(&body, &ana, None);
    assert_eq!(verified(&unagreed, &ana), Err(Refused::JoinSignature));
}

#[test]
fn the_place_is_part_of_what_is_signed() {
    let ana = identity(1);
    let signed = leave(&ana, place()).entry;
    for other in [
        Place {
            room: RoomId([8; 16]),
            ..place()
        },
        Place {
            epoch: 2,
            ..place()
        },
        Place {
            prev_open: Hash([1; 32]),
            ..place()
        },
    ] {
        let moved = OpenEntry {
            json: leave(&ana, other).entry.json,
            ..signed.clone()
        };
        let refused = verify_by_member(&moved, &moved.body().unwrap(), &ana.signing_key());
        assert_eq!(refused, Err(Refused::Signature));
    }
}

#[test]
fn an_unusable_agreement_key_is_an_error_and_no_panic() {
    let (secret, _) = room();
    let recipient = MemberKeys {
        agreement: PublicKey([0; 32]),
        ..identity(2).keys(&name())
    };
    let wrapped = wrap(&mut rng(1), &identity(1), place(), &secret, &recipient);
    assert!(matches!(
        wrapped,
        Err(StatementError::Wrap(WrapError::RecipientKey))
    ));
}
