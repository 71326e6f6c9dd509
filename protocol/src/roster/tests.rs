use super::*;
use crate::{
    ids::{Locator, PublicKey, RoomId},
    label,
    open::{Head, Leave},
};
use ed25519_dalek::SigningKey;

/// Keys that follow from the name's first letter.
fn keys(name: &str) -> MemberKeys {
    let signer = SigningKey::from_bytes(&[name.as_bytes()[0]; 32]);
    let signing = PublicKey(signer.verifying_key().to_bytes());
    MemberKeys {
        user: label::user_id(&signing),
        username: name.parse().unwrap(),
        signing,
        agreement: PublicKey([7; 32]),
    }
}

fn body(sender: &MemberKeys, content: OpenContent) -> OpenBody {
    OpenBody {
        room: RoomId([0; 16]),
        epoch: 1,
        sender: sender.user,
        prev_open: Hash::ZERO,
        content,
    }
}

fn join(name: &str) -> OpenBody {
    let member = keys(name);
    body(&keys(name), OpenContent::Join(Join { member }))
}

fn leave(name: &str) -> OpenBody {
    body(&keys(name), OpenContent::Leave(Leave {}))
}

fn header(author: &MemberKeys, roster: Hash) -> Header {
    Header {
        commitment: Hash::ZERO,
        join_key: PublicKey([0; 32]),
        locator: Locator([0; 16]),
        roster,
        author: author.clone(),
        settings: Settings {
            history_for_newcomers: true,
        },
        seen: Head {
            seq: 0,
            hash: Hash::ZERO,
        },
        history: None,
    }
}

fn rotate(author: &str, roster: Hash) -> OpenBody {
    let author = keys(author);
    let content = OpenContent::Header(Box::new(header(&author, roster)));
    body(&author, content)
}

fn room_of(names: &[&str]) -> Roster {
    let mut roster = Roster::of_creator(keys(names[0]));
    for name in &names[1..] {
        roster.apply(&join(name)).unwrap();
    }
    roster
}

fn role(roster: &Roster, name: &str) -> Option<Role> {
    roster.member(&keys(name).user).map(|it| it.role)
}

#[test]
fn the_creator_owns_the_room_and_others_join_as_members() {
    let roster = room_of(&["ana", "bob"]);
    assert_eq!(role(&roster, "ana"), Some(Role::Owner));
    assert_eq!(role(&roster, "bob"), Some(Role::Member));
    assert!(!roster.rotation_due());
}

#[test]
fn refuses_a_second_join_a_foreign_join_and_a_taken_name() {
    let mut roster = room_of(&["ana", "bob"]);
    let before = roster.clone();
    assert_eq!(roster.apply(&join("bob")), Err(RosterError::AlreadyMember));

    let member = keys("cyd");
    let foreign = body(&keys("dan"), OpenContent::Join(Join { member }));
    assert_eq!(roster.apply(&foreign), Err(RosterError::WrongKeys));

    let mut member = keys("cyd");
    member.username = keys("bob").username;
    let same_name = body(&keys("cyd"), OpenContent::Join(Join { member }));
    assert_eq!(roster.apply(&same_name), Err(RosterError::UsernameTaken));

    let mut member = keys("cyd");
    member.signing = PublicKey([1; 32]);
    let other_key = body(&keys("cyd"), OpenContent::Join(Join { member }));
    assert_eq!(roster.apply(&other_key), Err(RosterError::WrongKeys));

    let mut member = keys("cyd");
    member.agreement = PublicKey([0; 32]);
    let small_order = body(&keys("cyd"), OpenContent::Join(Join { member }));
    assert_eq!(roster.apply(&small_order), Err(RosterError::WrongKeys));
    assert_eq!(roster, before);
}

#[test]
fn the_most_senior_member_inherits_when_the_last_owner_leaves() {
    let mut roster = room_of(&["ana", "eve", "bob"]);
    roster.apply(&leave("ana")).unwrap();
    assert_eq!(role(&roster, "ana"), None);
    assert_eq!(role(&roster, "eve"), Some(Role::Owner));
    assert_eq!(role(&roster, "bob"), Some(Role::Member));
    assert_eq!(roster.apply(&leave("ana")), Err(RosterError::NotMember));
    roster.apply(&leave("bob")).unwrap();
    roster.apply(&leave("eve")).unwrap();
    assert!(roster.members().is_empty());
}

#[test]
fn seniority_is_what_a_newcomer_of_the_epoch_can_compute_too() {
    let mut old = room_of(&["ana", "bob", "cyd", "dan"]);
    old.apply(&leave("dan")).unwrap();
    let start = rotate("bob", old.hash());
    old.apply(&start).unwrap();
    let OpenContent::Header(header) = &start.content else {
        unreachable!("rotate makes headers")
    };
    let mut shuffled = old.members().to_vec();
    shuffled.reverse();
    let mut new = Roster::from_header(start.sender, header, shuffled).unwrap();
    for entry in [join("fay"), join("eve"), leave("ana")] {
        old.apply(&entry).unwrap();
        new.apply(&entry).unwrap();
    }
    assert_eq!(old, new);
    let owners = old.members().iter().filter(|it| it.role == Role::Owner);
    assert_eq!(owners.count(), 1);
}

#[test]
fn a_member_may_start_an_epoch_only_after_someone_left() {
    let mut roster = room_of(&["ana", "bob", "cyd"]);
    let by_bob = rotate("bob", roster.hash());
    assert_eq!(roster.apply(&by_bob), Err(RosterError::NotAllowed));
    assert_eq!(roster.apply(&rotate("ana", roster.hash())), Ok(()));
    roster.apply(&leave("cyd")).unwrap();
    assert!(roster.rotation_due() && roster.may_rotate(&keys("bob").user));
    assert_eq!(roster.apply(&rotate("bob", roster.hash())), Ok(()));
    assert!(!roster.rotation_due());
}

#[test]
fn nobody_joins_between_a_leave_and_the_next_epoch() {
    let mut roster = room_of(&["ana", "bob"]);
    roster.apply(&leave("bob")).unwrap();
    let before = roster.clone();
    for name in ["bob", "cyd"] {
        assert_eq!(roster.apply(&join(name)), Err(RosterError::RotationDue));
    }
    assert_eq!(roster, before);
    roster.apply(&rotate("ana", roster.hash())).unwrap();
    assert_eq!(roster.apply(&join("bob")), Ok(()));
}

#[test]
fn only_an_admin_or_the_owner_changes_the_settings() {
    let mut roster = room_of(&["ana", "bob", "cyd"]);
    let with = |author: &str, roster: &Roster, history_for_newcomers| {
        let mut header = header(&keys(author), roster.hash());
        header.settings = Settings {
            history_for_newcomers,
        };
        body(&keys(author), OpenContent::Header(Box::new(header)))
    };
    assert_eq!(roster.apply(&with("ana", &roster, true)), Ok(()));
    roster.apply(&leave("cyd")).unwrap();
    let before = roster.clone();
    let by_bob = with("bob", &roster, false);
    assert_eq!(roster.apply(&by_bob), Err(RosterError::NotAllowed));
    assert_eq!(roster, before);
    assert_eq!(roster.apply(&with("ana", &roster, false)), Ok(()));
    let newcomer = with("ana", &roster, false);
    let OpenContent::Header(header) = &newcomer.content else {
        unreachable!("with makes headers")
    };
    let known = Roster::from_header(newcomer.sender, header, roster.members().to_vec());
    assert_eq!(known, Ok(roster));
}

#[test]
fn refuses_headers_for_other_members_or_by_strangers() {
    let mut roster = room_of(&["ana", "bob"]);
    let stale = rotate("ana", Roster::of_creator(keys("ana")).hash());
    assert_eq!(roster.apply(&stale), Err(RosterError::WrongRoster));
    let stranger = rotate("cyd", roster.hash());
    assert_eq!(roster.apply(&stranger), Err(RosterError::NotMember));

    let header = header(&keys("cyd"), roster.hash());
    let members = roster.members().to_vec();
    assert_eq!(
        Roster::from_header(keys("cyd").user, &header, members.clone()),
        Err(RosterError::NotMember)
    );
    assert_eq!(
        Roster::from_header(keys("ana").user, &header, members[..1].to_vec()),
        Err(RosterError::WrongRoster)
    );
    assert_eq!(
        Roster::from_header(keys("ana").user, &header, members),
        Err(RosterError::WrongKeys)
    );
}

#[test]
fn wraps_go_from_member_to_member() {
    let mut roster = room_of(&["ana", "bob"]);
    let wrap = |from: &str, to: &str| {
        let recipient = keys(to).user;
        let sealed = vec![0; 80];
        body(&keys(from), OpenContent::Wrap(Wrap { recipient, sealed }))
    };
    assert_eq!(roster.apply(&wrap("ana", "bob")), Ok(()));
    assert_eq!(
        roster.apply(&wrap("ana", "cyd")),
        Err(RosterError::NotMember)
    );
    assert_eq!(
        roster.apply(&wrap("cyd", "bob")),
        Err(RosterError::NotMember)
    );
}
