//! Rooms and who is in them.

use crate::{database::Database, sample::*};
use backend::{StoreError, store::RoomState};
use protocol::{
    PublicKey, RoomId,
    open::{Role, RosterMember, Settings},
    roster::Roster,
};

pub async fn a_room_is_read_as_it_was_written(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1]).await;
    let mut tx = store.begin().await.unwrap();
    let created = create(&mut *tx, 5, 1).await;
    let id = created.head.room;
    assert_eq!(tx.room(&id).await.unwrap(), Some(created.clone()));
    assert_eq!(tx.room(&RoomId([6; 16])).await.unwrap(), None);

    let mut changed = created;
    let entries = [leave(&mut changed, 1), leave(&mut changed, 1)];
    let settings = Settings {
        history_for_newcomers: false,
        ..SETTINGS
    };
    let members = changed.roster.members().to_vec();
    changed.roster = Roster::restore(members, Default::default(), true, settings);
    changed.open_bytes = 12_345;
    changed.join_key = PublicKey([8; 32]);
    tx.append(&entries).await.unwrap();
    tx.update_room(&changed).await.unwrap();
    assert_eq!(tx.room(&id).await.unwrap(), Some(changed.clone()));
    tx.commit().await.unwrap();
    assert_eq!(store.room_heads(&user(1)).await.unwrap(), [changed.head]);
    let found = store.room_by_locator(&locator(5)).await.unwrap();
    assert_eq!(found, Some(changed.head));
    assert_eq!(store.room_by_locator(&locator(6)).await.unwrap(), None);
}

pub async fn ids_and_locators_are_used_once(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1]).await;
    room(&*store, 1, &[1]).await;
    let with_entry = |n| {
        let mut state = planned(n, 1);
        header(&mut state, 1);
        state
    };
    let mut tx = store.begin().await.unwrap();
    assert!(!tx.create_room(&with_entry(1), &locator(2)).await.unwrap());
    assert!(!tx.create_room(&with_entry(2), &locator(1)).await.unwrap());
    assert!(tx.create_room(&with_entry(2), &locator(2)).await.unwrap());
}

pub async fn members_come_and_go(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1, 2, 3]).await;
    let [second, first] = [2, 1].map(|n| RoomId([n; 16]));
    room(&*store, 2, &[1]).await;
    room(&*store, 1, &[1, 2, 3]).await;
    let mut tx = store.begin().await.unwrap();
    tx.remove_member(&first, &user(2)).await.unwrap();
    tx.change_member(&first, &member(3, Role::Admin))
        .await
        .unwrap();
    tx.add_member(&second, &member(3, Role::Member), 4)
        .await
        .unwrap();
    for (n, rooms) in [(1, 2), (2, 0), (3, 2)] {
        assert_eq!(tx.room_count(&user(n)).await.unwrap(), rooms);
    }
    let state = tx.room(&first).await.unwrap().unwrap();
    let expected = [member(1, Role::Owner), member(3, Role::Admin)];
    assert_eq!(state.roster.members(), expected);
    tx.commit().await.unwrap();

    for (room, n, is_in) in [(first, 1, true), (first, 2, false), (second, 3, true)] {
        assert_eq!(store.is_member(&room, &user(n)).await.unwrap(), is_in);
    }
    assert_eq!(store.member_count(&first).await.unwrap(), 2);
    assert_eq!(store.member_count(&RoomId([9; 16])).await.unwrap(), 0);
    let heads = store.room_heads(&user(3)).await.unwrap();
    let rooms: Vec<_> = heads.iter().map(|head| head.room).collect();
    assert_eq!(rooms, [first, second]);
    assert!(store.room_heads(&user(2)).await.unwrap().is_empty());
}

pub async fn members_stand_in_the_order_of_their_seniority(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1, 2, 3, 4, 5]).await;
    let id = room(&*store, 1, &[4, 5, 3]).await.head.room;
    let mut tx = store.begin().await.unwrap();
    for (n, since) in [(1, 9), (2, 7)] {
        tx.add_member(&id, &member(n, Role::Member), since)
            .await
            .unwrap();
    }
    let state = tx.room(&id).await.unwrap().unwrap();
    let order: Vec<_> = state.roster.members().iter().map(number).collect();
    assert_eq!(order, [3, 4, 5, 2, 1]);
}

fn number(member: &RosterMember) -> u8 {
    member.keys.user.0[0]
}

pub async fn a_member_gets_another_role_and_other_keys(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1, 2]).await;
    let [first, other] = [1, 2].map(|n| RoomId([n; 16]));
    room(&*store, 1, &[1, 2]).await;
    room(&*store, 2, &[2]).await;
    let changed = RosterMember {
        keys: keys_after(2, 2),
        role: Role::Admin,
    };
    let mut tx = store.begin().await.unwrap();
    tx.change_member(&first, &changed).await.unwrap();
    let state = tx.room(&first).await.unwrap().unwrap();
    assert_eq!(state.roster.members(), [member(1, Role::Owner), changed]);
    let state = tx.room(&other).await.unwrap().unwrap();
    assert_eq!(state.roster.members(), [member(2, Role::Owner)]);
}

pub async fn whom_a_room_bans_is_kept_with_it(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1]).await;
    let [first, other] = [1, 2].map(|n| RoomId([n; 16]));
    room(&*store, 1, &[1]).await;
    room(&*store, 2, &[1]).await;
    let mut tx = store.begin().await.unwrap();
    // Nobody needs an account to be kept out.
    for n in [9, 8, 1] {
        tx.ban(&first, &user(n)).await.unwrap();
    }
    tx.unban(&first, &user(9)).await.unwrap();
    let state = tx.room(&first).await.unwrap().unwrap();
    assert_eq!(*state.roster.banned(), [user(1), user(8)].into());
    let state = tx.room(&other).await.unwrap().unwrap();
    assert!(state.roster.banned().is_empty());
    tx.begin_step().await.unwrap();
    assert!(tx.ban(&first, &user(8)).await.is_err(), "twice");
    tx.undo_step().await.unwrap();
}

pub async fn writes_that_find_nothing_fail(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1, 2]).await;
    let state = room(&*store, 1, &[1]).await;
    let id = state.head.room;
    let nowhere = RoomState {
        head: planned(9, 1).head,
        ..state.clone()
    };
    let mut tx = store.begin().await.unwrap();
    let missed = |done: Result<(), StoreError>| matches!(done, Err(StoreError::Affected { .. }));
    assert!(missed(tx.remove_member(&id, &user(2)).await));
    assert!(missed(tx.change_member(&id, &member(2, Role::Owner)).await));
    let mut renamed = member(1, Role::Owner);
    renamed.keys.username = keys(2).username;
    assert!(missed(tx.change_member(&id, &renamed).await));
    assert!(missed(tx.unban(&id, &user(2)).await));
    assert!(missed(tx.close_room(&nowhere.head.room).await));
    let mut moved = nowhere.clone();
    leave(&mut moved, 1);
    assert!(missed(tx.update_room(&moved).await));
    assert!(missed(tx.set_heads(&[state.head, moved.head]).await));

    tx.begin_step().await.unwrap();
    let twice = tx.add_member(&id, &member(1, Role::Member), 2).await;
    assert!(twice.is_err());
    tx.undo_step().await.unwrap();
    tx.begin_step().await.unwrap();
    let stranger = tx.add_member(&id, &member(7, Role::Member), 2).await;
    assert!(stranger.is_err(), "no such account");
    tx.undo_step().await.unwrap();
    assert_eq!(tx.room(&id).await.unwrap(), Some(state));
}
