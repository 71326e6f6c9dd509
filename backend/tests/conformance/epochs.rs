//! Epochs: their members, their open entries, and how rooms are found.

use crate::{database::Database, sample::*};
use backend::store::RoomState;
use protocol::{
    RoomId, Seq,
    open::{Role, RosterMember},
    roster::Roster,
};

/// The next epoch, with its header as the next entry.
async fn rotate(store: &dyn backend::Store, state: &mut RoomState, author: u8, to: u8) -> bool {
    let mut tx = store.begin().await.unwrap();
    state.head.epoch += 1;
    let entry = header(state, author);
    let seq = entry.logged.seq;
    tx.append(&[entry]).await.unwrap();
    tx.update_room(state).await.unwrap();
    let started = tx.start_epoch(state, &locator(to), seq).await.unwrap();
    if started {
        tx.commit().await.unwrap();
    }
    started
}

pub async fn an_epoch_keeps_whom_it_started_with_and_without(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1, 2]).await;
    let id = room(&*store, 1, &[1, 2]).await.head.room;
    let mut tx = store.begin().await.unwrap();
    tx.change_member(&id, &member(2, Role::Owner))
        .await
        .unwrap();
    tx.remove_member(&id, &user(1)).await.unwrap();
    tx.commit().await.unwrap();
    let opens = store.opens(&id, 1).await.unwrap().unwrap();
    let first = [member(1, Role::Owner)];
    assert_eq!(opens.members, first, "the second came later");
    assert!(opens.banned.is_empty());
    assert_eq!(store.opens(&id, 2).await.unwrap(), None);
    assert_eq!(store.opens(&RoomId([9; 16]), 1).await.unwrap(), None);

    let mut tx = store.begin().await.unwrap();
    tx.ban(&id, &user(1)).await.unwrap();
    let mut state = tx.room(&id).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    assert!(rotate(&*store, &mut state, 2, 2).await);
    let mut tx = store.begin().await.unwrap();
    tx.unban(&id, &user(1)).await.unwrap();
    tx.commit().await.unwrap();
    let opens = store.opens(&id, 2).await.unwrap().unwrap();
    assert_eq!(opens.members, [member(2, Role::Owner)]);
    assert_eq!(opens.banned, [user(1)].into());
}

pub async fn open_entries_belong_to_the_epoch_that_they_stand_in(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1]).await;
    let mut state = room(&*store, 1, &[1]).await;
    let said = key(&state, 1, 1, 1);
    let entries = [message(&mut state, said, "AAAA"), leave(&mut state, 1)];
    write(&*store, &state, &entries).await;
    assert!(rotate(&*store, &mut state, 1, 2).await);
    let last = leave(&mut state, 1);
    write(&*store, &state, std::slice::from_ref(&last)).await;

    let id = state.head.room;
    for (epoch, expected) in [(1, &[1, 3][..]), (2, &[4, 5])] {
        let opens = store.opens(&id, epoch).await.unwrap().unwrap();
        let seqs: Vec<Seq> = opens.entries.iter().map(|it| it.seq).collect();
        assert_eq!(seqs, expected, "epoch {epoch}");
    }
    let opens = store.opens(&id, 2).await.unwrap().unwrap();
    assert_eq!(opens.entries[1], last.logged);
}

pub async fn a_new_epoch_moves_the_locator_and_starts_seniority_anew(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1, 2, 3]).await;
    let mut state = room(&*store, 1, &[3]).await;
    let id = state.head.room;
    let mut tx = store.begin().await.unwrap();
    for (n, since) in [(2, 5), (1, 6)] {
        tx.add_member(&id, &member(n, Role::Member), since)
            .await
            .unwrap();
    }
    state.roster = tx.room(&id).await.unwrap().unwrap().roster;
    tx.commit().await.unwrap();
    assert_eq!(order(&state.roster), [3, 2, 1]);

    assert!(rotate(&*store, &mut state, 3, 2).await);
    assert_eq!(store.room_by_locator(&locator(1)).await.unwrap(), None);
    let found = store.room_by_locator(&locator(2)).await.unwrap();
    assert_eq!(found, Some(state.head));
    let mut tx = store.begin().await.unwrap();
    let read = tx.room(&id).await.unwrap().unwrap();
    assert_eq!((read.head.epoch, order(&read.roster)), (2, vec![1, 2, 3]));
    drop(tx);
    let opens = store.opens(&id, 2).await.unwrap().unwrap();
    assert_eq!(opens.members.len(), 3);
}

fn order(roster: &Roster) -> Vec<u8> {
    let number = |member: &RosterMember| member.keys.user.0[0];
    roster.members().iter().map(number).collect()
}

pub async fn a_locator_of_another_room_starts_no_epoch(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1]).await;
    let other = room(&*store, 2, &[1]).await;
    let before = room(&*store, 1, &[1]).await;
    assert!(!rotate(&*store, &mut before.clone(), 1, 2).await);
    for (n, state) in [(1, before), (2, other)] {
        let found = store.room_by_locator(&locator(n)).await.unwrap();
        assert_eq!(found, Some(state.head));
    }
}

pub async fn a_closed_room_is_not_found_and_frees_its_locator(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1]).await;
    let state = room(&*store, 1, &[1]).await;
    let id = state.head.room;
    let mut tx = store.begin().await.unwrap();
    tx.remove_member(&id, &user(1)).await.unwrap();
    tx.close_room(&id).await.unwrap();
    let closed = tx.room(&id).await.unwrap().unwrap();
    assert!(closed.roster.members().is_empty());
    let mut next = planned(2, 1);
    header(&mut next, 1);
    assert!(tx.create_room(&next, &locator(1)).await.unwrap());
    tx.commit().await.unwrap();
    let found = store.room_by_locator(&locator(1)).await.unwrap();
    assert_eq!(found.map(|head| head.room), Some(next.head.room));
    assert!(
        store.opens(&id, 1).await.unwrap().is_some(),
        "its log stays"
    );
}
