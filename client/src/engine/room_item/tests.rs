use super::*;

fn head(seq: Seq, byte: u8) -> Head {
    let hash = Hash([byte; 32]);
    Head { seq, hash }
}

fn item(seq: Seq, resumes: &[u8]) -> RoomItem {
    RoomItem {
        head: Some(head(seq, 1)),
        read: seq,
        unread: 0,
        resumes: resumes.iter().map(|byte| Hash([*byte; 32])).collect(),
        ..RoomItem::default()
    }
}

fn merged(mut ours: RoomItem, theirs: &RoomItem) -> RoomItem {
    ours.merge(theirs.clone());
    ours
}

#[test]
fn two_devices_agree_in_whatever_order_they_merge() {
    let fork = |seq| BTreeMap::from([(UserId([1; 20]), seq)]);
    let items = [
        item(10, &[]),
        item(15, &[]),
        item(12, &[1]),
        item(11, &[1, 2]),
        RoomItem {
            forks: fork(7),
            ..item(15, &[])
        },
        RoomItem {
            forks: fork(9),
            ..item(15, &[])
        },
    ];
    for one in &items {
        for two in &items {
            let both = merged(one.clone(), two);
            assert!(both == merged(two.clone(), one));
            assert!(both == merged(both.clone(), two));
        }
    }
}

#[test]
fn who_followed_an_owner_after_a_loss_knows_better_than_who_saw_more_before() {
    let both = merged(item(15, &[]), &item(12, &[1]));
    assert_eq!(both.head, Some(head(12, 1)));
    assert_eq!(both.read, 12);
    let later = Anchor {
        head: head(12, 1),
        resumes: both.resumes,
    };
    let before = item(15, &[]).anchor().unwrap();
    assert!(later.is_above(&before));
    assert!(!before.is_above(&later));
}

#[test]
fn two_hashes_for_one_place_contradict_each_other() {
    let mut other = item(15, &[]);
    other.head = Some(head(15, 2));
    assert!(item(15, &[]).merge(other.clone()));
    other.resumes.insert(Hash([3; 32]));
    assert!(!item(15, &[]).merge(other));
}

#[test]
fn what_was_lost_is_forgotten() {
    let mut it = item(15, &[]);
    let user = |byte| UserId([byte; 20]);
    it.names = BTreeMap::from([
        (user(1), (9, "Ana".to_owned())),
        (user(2), (14, "Ben".to_owned())),
    ]);
    it.name_seq = 14;
    it.resume_from(head(10, 1), Hash([7; 32]));
    assert_eq!(it.head, Some(head(10, 1)));
    assert_eq!((it.read, it.name_seq), (10, 0));
    assert!(it.names.contains_key(&user(1)) && !it.names.contains_key(&user(2)));
}
