use super::*;
use crate::account::{AccountSecret, Identity};
use proptest::prelude::*;

fn secret(seed: u8) -> AccountSecret {
    AccountSecret::from_bytes([seed; 32])
}

fn called(identity: &Identity, name: &str) -> MemberKeys {
    identity.keys(&name.parse().unwrap())
}

fn keys(seed: u8, name: &str) -> MemberKeys {
    called(&secret(seed).identity(), name)
}

/// Ben's first keys, the next, and those after.
fn bens() -> [MemberKeys; 3] {
    let first = secret(1).identity();
    let second = first.succeeded_by(&secret(2));
    let third = second.succeeded_by(&secret(3));
    [first, second, third].map(|identity| called(&identity, "ben"))
}

fn meet(contacts: &mut Contacts, keys: &MemberKeys, now: Time) -> Met {
    contacts.meet([keys], now).remove(0).1
}

fn having_met(all: &[&MemberKeys]) -> Contacts {
    let mut contacts = Contacts::default();
    for (now, keys) in (1..).zip(all) {
        meet(&mut contacts, keys, now);
    }
    contacts
}

#[test]
fn whoever_was_met_is_known_again() {
    let ben = keys(1, "ben");
    let mut contacts = Contacts::default();
    assert_eq!(meet(&mut contacts, &ben, 1), Met::New);
    assert_eq!(meet(&mut contacts, &ben, 2), Met::Known);
    assert_eq!(contacts, having_met(&[&ben]));
}

#[test]
fn nobody_takes_a_name_that_was_met() {
    let (ben, other) = (keys(1, "ben"), keys(2, "ben"));
    let mut contacts = having_met(&[&ben]);
    assert_eq!(meet(&mut contacts, &other, 2), Met::OtherUser(ben.user));
    assert_eq!(meet(&mut contacts, &other, 3), Met::OtherUser(ben.user));
    assert_eq!(meet(&mut contacts, &ben, 4), Met::Known);
}

#[test]
fn a_user_keeps_the_name() {
    let mut contacts = having_met(&[&keys(1, "ben")]);
    let renamed = meet(&mut contacts, &keys(1, "benjamin"), 2);
    assert_eq!(renamed, Met::OtherName("ben".parse().unwrap()));
}

#[test]
fn only_the_users_own_succession_leads_to_other_keys() {
    let [first, second, third] = bens();
    let mut contacts = having_met(&[&first]);
    let stolen = called(&secret(1).identity().succeeded_by(&secret(9)), "ben");
    assert_eq!(meet(&mut contacts, &second, 2), Met::Followed);
    assert_eq!(meet(&mut contacts, &stolen, 3), Met::OtherKeys);
    assert_eq!(meet(&mut contacts, &third, 4), Met::Followed);
    // A room that was not told yet still has the old ones.
    for known in [&first, &second, &third] {
        assert_eq!(meet(&mut contacts, known, 5), Met::Known);
    }
    let mut other_agreement = third;
    other_agreement.agreement = first.agreement;
    assert_eq!(meet(&mut contacts, &other_agreement, 6), Met::OtherKeys);
}

#[test]
fn keys_that_are_several_steps_further_are_followed_too() {
    let [first, _, third] = bens();
    let mut contacts = having_met(&[&first]);
    assert_eq!(meet(&mut contacts, &third, 2), Met::Followed);
}

#[test]
fn verified_are_the_keys_that_were_compared_and_no_others() {
    let [first, second, _] = bens();
    let mut contacts = having_met(&[&first]);
    assert_eq!(contacts.trust(&first), Trust::Unverified);
    contacts.verify(&first, Some(keys_hash(&first)), 5);
    assert_eq!(contacts.trust(&first), Trust::Verified { at: 5 });

    meet(&mut contacts, &second, 6);
    assert_eq!(contacts.trust(&second), Trust::Changed);
    contacts.verify(&second, Some(keys_hash(&second)), 7);
    assert_eq!(contacts.trust(&second), Trust::Verified { at: 7 });
    assert_eq!(contacts.trust(&first), Trust::Changed);
    contacts.verify(&second, None, 8);
    assert_eq!(contacts.trust(&second), Trust::Unverified);
}

#[test]
fn who_comes_under_another_name_is_not_who_was_verified() {
    let ben = keys(1, "ben");
    let mut contacts = having_met(&[&ben]);
    contacts.verify(&ben, Some(keys_hash(&ben)), 5);
    assert_eq!(contacts.trust(&keys(1, "cleo")), Trust::Changed);
}

#[test]
fn keys_that_changed_while_they_were_compared_are_not_verified() {
    let [first, second, _] = bens();
    let mut contacts = having_met(&[&first]);
    meet(&mut contacts, &second, 2);
    contacts.verify(&second, Some(keys_hash(&first)), 3);
    assert_eq!(contacts.trust(&second), Trust::Changed);
}

#[test]
fn what_was_said_last_counts_on_both_devices_whatever_their_clocks_say() {
    let ben = keys(1, "ben");
    let mut contacts = having_met(&[&ben]);
    contacts.verify(&ben, Some(keys_hash(&ben)), 1_000);
    let mut phone = contacts.clone();
    phone.verify(&ben, None, 10);
    contacts.merge(phone);
    assert_eq!(contacts.trust(&ben), Trust::Unverified);
}

#[test]
fn two_who_were_met_under_one_name_on_two_devices_are_told_apart() {
    let (ben, other) = (keys(1, "ben"), keys(2, "ben"));
    let mut contacts = having_met(&[&ben]);
    let mut phone = Contacts::default();
    meet(&mut phone, &other, 7);
    contacts.merge(phone);
    assert_eq!(meet(&mut contacts, &ben, 8), Met::Known);
    assert_eq!(meet(&mut contacts, &other, 8), Met::OtherUser(ben.user));
}

#[test]
fn there_is_room_for_hundreds_and_for_everyone_who_was_compared() {
    let mut contacts = Contacts::default();
    let last = keys(200, "last-of-all");
    contacts.verify(&last, Some(keys_hash(&last)), 99_999);
    for number in 0..2_000u32 {
        let mut keys = keys(1, &format!("guest{number}"));
        keys.user.0[..4].copy_from_slice(&number.to_be_bytes());
        contacts.meet([&keys], u64::from(number));
    }
    let json = serde_json::to_string(&contacts).unwrap();
    assert!(json.len() <= MOST_BYTES, "{}", json.len());
    assert!(contacts.0.len() > 400, "{}", contacts.0.len());
    assert!(matches!(contacts.trust(&last), Trust::Verified { .. }));
    // Those who were met first stay.
    assert!(
        contacts
            .0
            .values()
            .any(|it| it.username.as_str() == "guest0")
    );
    assert_eq!(serde_json::from_str::<Contacts>(&json).unwrap(), contacts);
}

/// What devices may know of Ben, and of another one who took the name.
fn known() -> impl Strategy<Value = Contacts> {
    let step = (0usize..4, 1u64..4, 0u8..4);
    proptest::collection::vec(step, 0..6).prop_map(|steps| {
        let [first, second, third] = bens();
        let all = [first, second, third, keys(9, "ben")];
        let mut contacts = Contacts::default();
        for (which, now, say) in steps {
            meet(&mut contacts, &all[which], now);
            match say {
                0 => contacts.verify(&all[which], Some(keys_hash(&all[which])), now),
                1 => contacts.verify(&all[which], None, now),
                _ => {}
            }
        }
        contacts
    })
}

fn merged(one: &Contacts, other: &Contacts) -> Contacts {
    let mut merged = one.clone();
    merged.merge(other.clone());
    merged
}

proptest! {
    #[test]
    fn devices_agree_in_whatever_order_they_hear_of_each_other(a in known(), b in known(), c in known()) {
        prop_assert_eq!(merged(&a, &b), merged(&b, &a));
        prop_assert_eq!(merged(&a, &a), a.clone());
        prop_assert_eq!(merged(&merged(&a, &b), &b), merged(&a, &b));
        prop_assert_eq!(merged(&merged(&a, &b), &c), merged(&a, &merged(&b, &c)));
    }
}
