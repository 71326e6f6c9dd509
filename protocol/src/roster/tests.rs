use super::*;
use crate::{
    ids::{Locator, PublicKey, RoomId, Signature},
    label::{self, SignaturePurpose},
    limits,
    open::{
        Ban, Head, IdentityChange, Join, Leave, Remove, Resume, RoleChange, SettingsChange, Unban,
        Wrap,
    },
    succession::{self, Succession},
};
use ed25519_dalek::{Signer, SigningKey};

/// Keys that follow from the name's first letter.
fn keys(name: &str) -> MemberKeys {
    let signer = SigningKey::from_bytes(&[name.as_bytes()[0]; 32]);
    let signing = PublicKey(signer.verifying_key().to_bytes());
    MemberKeys {
        user: label::user_id(&signing),
        username: name.parse().unwrap(),
        signing,
        agreement: PublicKey([7; 32]),
        earlier: Vec::new(),
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
        settings: Settings::default(),
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
    let mut roster = Roster::of_creator(keys(names[0]), Settings::default());
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
    let mut new = Roster::from_header(start.sender, header, shuffled, BTreeSet::new()).unwrap();
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
fn a_header_carries_the_settings_that_the_statements_left() {
    let mut roster = room_of(&["ana", "bob"]);
    let hidden = Settings {
        history_for_newcomers: false,
        ..Settings::default()
    };
    let change = |name: &str| {
        let content = OpenContent::Settings(SettingsChange { settings: hidden });
        body(&keys(name), content)
    };
    assert_eq!(roster.apply(&change("bob")), Err(RosterError::NotAllowed));
    assert_eq!(roster.apply(&change("ana")), Ok(()));
    assert_eq!(roster.apply(&change("ana")), Err(RosterError::NoChange));
    let stale = rotate("ana", roster.hash());
    assert_eq!(roster.apply(&stale), Err(RosterError::WrongSettings));
    let mut header = header(&keys("ana"), roster.hash());
    header.settings = hidden;
    let start = body(&keys("ana"), OpenContent::Header(Box::new(header.clone())));
    assert_eq!(roster.apply(&start), Ok(()));
    let members = roster.members().to_vec();
    let known = Roster::from_header(start.sender, &header, members, BTreeSet::new());
    assert_eq!(known, Ok(roster));
}

#[test]
fn refuses_headers_for_other_members_or_by_strangers() {
    let mut roster = room_of(&["ana", "bob"]);
    let stale = rotate("ana", room_of(&["ana"]).hash());
    assert_eq!(roster.apply(&stale), Err(RosterError::WrongRoster));
    let stranger = rotate("cyd", roster.hash());
    assert_eq!(roster.apply(&stranger), Err(RosterError::NotMember));

    let header = header(&keys("cyd"), roster.hash());
    let members = roster.members().to_vec();
    let from_header = |sender: &str, members| {
        Roster::from_header(keys(sender).user, &header, members, BTreeSet::new())
    };
    assert_eq!(
        from_header("cyd", members.clone()),
        Err(RosterError::NotMember)
    );
    assert_eq!(
        from_header("ana", members[..1].to_vec()),
        Err(RosterError::WrongRoster)
    );
    assert_eq!(from_header("ana", members), Err(RosterError::WrongKeys));
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

fn remove(by: &str, member: &str) -> OpenBody {
    let member = keys(member).user;
    body(&keys(by), OpenContent::Remove(Remove { member }))
}

fn ban(by: &str, user: &str) -> OpenBody {
    let user = keys(user).user;
    body(&keys(by), OpenContent::Ban(Ban { user }))
}

fn unban(by: &str, user: &str) -> OpenBody {
    let user = keys(user).user;
    body(&keys(by), OpenContent::Unban(Unban { user }))
}

fn make(by: &str, member: &str, role: Role) -> OpenBody {
    let member = keys(member).user;
    body(&keys(by), OpenContent::Role(RoleChange { member, role }))
}

/// Ana owns it, Bob and Eve are admins, Cyd and Dan are members.
fn club() -> Roster {
    let mut roster = room_of(&["ana", "cyd", "bob", "eve", "dan"]);
    for admin in ["bob", "eve"] {
        roster.apply(&make("ana", admin, Role::Admin)).unwrap();
    }
    roster
}

#[test]
fn nobody_is_taken_out_but_by_someone_above() {
    let club = club();
    for (by, member, expected) in [
        ("cyd", "dan", Err(RosterError::NotAllowed)),
        ("bob", "eve", Err(RosterError::NotAllowed)),
        ("bob", "ana", Err(RosterError::NotAllowed)),
        ("bob", "bob", Err(RosterError::NotAllowed)),
        ("ana", "ana", Err(RosterError::NotAllowed)),
        ("fay", "dan", Err(RosterError::NotMember)),
        ("bob", "cyd", Ok(())),
        ("ana", "bob", Ok(())),
    ] {
        for statement in [remove(by, member), ban(by, member)] {
            let mut roster = club.clone();
            assert_eq!(roster.apply(&statement), expected, "{by} {member}");
            assert_eq!(roster.rotation_due(), expected.is_ok());
            assert_eq!(role(&roster, member).is_none(), expected.is_ok());
        }
    }
    let mut roster = club.clone();
    assert_eq!(
        roster.apply(&remove("ana", "fay")),
        Err(RosterError::NotMember)
    );
}

#[test]
fn who_is_banned_stays_out_until_unbanned_also_in_later_epochs() {
    let mut roster = club();
    roster.apply(&ban("bob", "dan")).unwrap();
    assert_eq!(roster.apply(&ban("ana", "dan")), Err(RosterError::NoChange));
    roster.apply(&rotate("cyd", roster.hash())).unwrap();
    assert_eq!(roster.apply(&join("dan")), Err(RosterError::Banned));
    assert_eq!(
        roster.apply(&unban("cyd", "dan")),
        Err(RosterError::NotAllowed)
    );
    assert_eq!(roster.apply(&unban("eve", "dan")), Ok(()));
    assert_eq!(
        roster.apply(&unban("eve", "dan")),
        Err(RosterError::NoChange)
    );
    assert_eq!(roster.apply(&join("dan")), Ok(()));
}

#[test]
fn a_ban_of_someone_outside_needs_no_new_key() {
    let mut roster = club();
    assert_eq!(roster.apply(&ban("bob", "fay")), Ok(()));
    assert!(!roster.rotation_due());
    assert_eq!(roster.apply(&join("fay")), Err(RosterError::Banned));
}

#[test]
fn the_roster_hash_covers_who_is_banned() {
    let mut roster = club();
    let before = roster.hash();
    roster.apply(&ban("ana", "fay")).unwrap();
    assert_ne!(roster.hash(), before);
    roster.apply(&unban("ana", "fay")).unwrap();
    assert_eq!(roster.hash(), before);
}

#[test]
fn the_ban_list_has_an_end() {
    let mut roster = club();
    for n in 0..limits::BANNED as u32 {
        let mut user = UserId([0; 20]);
        user.0[..4].copy_from_slice(&n.to_be_bytes());
        let ban = body(&keys("ana"), OpenContent::Ban(Ban { user }));
        assert_eq!(roster.apply(&ban), Ok(()));
    }
    assert_eq!(
        roster.apply(&ban("ana", "dan")),
        Err(RosterError::TooManyBans)
    );
}

#[test]
fn only_the_owner_gives_roles_and_there_is_always_one_owner() {
    let mut roster = club();
    let refused = |statement: OpenBody, error| {
        let mut roster = club();
        assert_eq!(roster.apply(&statement), Err(error));
        assert_eq!(roster, club());
    };
    refused(make("bob", "cyd", Role::Admin), RosterError::NotAllowed);
    refused(make("bob", "eve", Role::Member), RosterError::NotAllowed);
    refused(make("bob", "bob", Role::Owner), RosterError::NotAllowed);
    refused(make("cyd", "cyd", Role::Admin), RosterError::NotAllowed);
    refused(make("ana", "ana", Role::Admin), RosterError::NotAllowed);
    refused(make("ana", "bob", Role::Admin), RosterError::NoChange);
    refused(make("ana", "fay", Role::Admin), RosterError::NotMember);
    roster.apply(&make("bob", "bob", Role::Member)).unwrap();
    assert_eq!(role(&roster, "bob"), Some(Role::Member));
    roster.apply(&make("ana", "cyd", Role::Owner)).unwrap();
    assert_eq!(role(&roster, "cyd"), Some(Role::Owner));
    assert_eq!(role(&roster, "ana"), Some(Role::Admin));
    let owners = roster.members().iter().filter(|it| it.role == Role::Owner);
    assert_eq!(owners.count(), 1);
    assert!(!roster.rotation_due());
}

#[test]
fn an_admin_inherits_before_more_senior_members() {
    let mut roster = room_of(&["ana", "bob", "cyd"]);
    roster.apply(&make("ana", "cyd", Role::Admin)).unwrap();
    roster.apply(&leave("ana")).unwrap();
    assert_eq!(role(&roster, "cyd"), Some(Role::Owner));
    assert_eq!(role(&roster, "bob"), Some(Role::Member));
}

#[test]
fn only_the_owner_resumes() {
    let mut roster = club();
    let resume = |name: &str| {
        let head = Head {
            seq: 7,
            hash: Hash::ZERO,
        };
        body(&keys(name), OpenContent::Resume(Resume { head }))
    };
    assert_eq!(roster.apply(&resume("ana")), Ok(()));
    assert_eq!(roster.apply(&resume("bob")), Err(RosterError::NotAllowed));
}

#[test]
fn authors_may_purge_their_own_and_admins_others_where_the_room_allows_it() {
    let mut roster = club();
    let may = |roster: &Roster, who: &str, author: &str| {
        roster.may_purge(&keys(who).user, &keys(author).user)
    };
    assert!(may(&roster, "cyd", "cyd") && may(&roster, "bob", "cyd") && may(&roster, "bob", "ana"));
    assert!(!may(&roster, "cyd", "dan") && !may(&roster, "fay", "fay"));
    let settings = Settings {
        admins_may_delete: false,
        ..Settings::default()
    };
    let content = OpenContent::Settings(SettingsChange { settings });
    roster.apply(&body(&keys("ana"), content)).unwrap();
    assert!(may(&roster, "cyd", "cyd") && !may(&roster, "ana", "cyd"));
}

#[test]
fn new_keys_must_follow_from_the_known_ones_and_need_a_new_room_key() {
    let mut roster = room_of(&["ana", "bob"]);
    let change = |member: MemberKeys| {
        let content = OpenContent::Identity(Box::new(IdentityChange { member }));
        body(&keys("bob"), content)
    };
    let mut others = keys("cyd");
    others.user = keys("bob").user;
    for made_up in [keys("bob"), others] {
        assert_eq!(roster.apply(&change(made_up)), Err(RosterError::WrongKeys));
    }
    assert!(!roster.rotation_due());

    let next = SigningKey::from_bytes(&[99; 32]);
    let next_key = PublicKey(next.verifying_key().to_bytes());
    let message = succession::message(&keys("bob").user, 1, &next_key);
    let sign = |key: &SigningKey| {
        let bytes = label::signed_bytes(SignaturePurpose::Identity, &message);
        Signature(key.sign(&bytes).to_bytes())
    };
    let renewed = MemberKeys {
        signing: next_key,
        agreement: PublicKey([8; 32]),
        earlier: vec![Succession {
            signing: keys("bob").signing,
            old: sign(&SigningKey::from_bytes(&[b'b'; 32])),
            new: sign(&next),
        }],
        ..keys("bob")
    };
    assert_eq!(roster.apply(&change(renewed.clone())), Ok(()));
    assert!(roster.rotation_due());
    assert_eq!(roster.member(&renewed.user).unwrap().keys, renewed);
    assert_eq!(roster.apply(&change(renewed)), Err(RosterError::WrongKeys));
}
