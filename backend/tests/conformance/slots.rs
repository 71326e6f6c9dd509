//! How far members have read.

use crate::{database::Database, sample::*};
use backend::{Store, store::NewSlot};
use protocol::{RoomId, frame::Unlogged, open::Role};

fn slot(room: u8, n: u8, epoch: u32, token: &str) -> NewSlot {
    NewSlot {
        room: RoomId([room; 16]),
        slot: Unlogged {
            user: user(n),
            epoch,
            token: token.into(),
        },
    }
}

async fn put(store: &dyn Store, slots: &[NewSlot]) {
    let mut tx = store.begin().await.unwrap();
    tx.put_slots(slots).await.unwrap();
    tx.commit().await.unwrap();
}

async fn read(store: &dyn Store, room: u8) -> Vec<Unlogged> {
    store.slots(&RoomId([room; 16])).await.unwrap()
}

pub async fn a_slot_is_replaced_by_the_next(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1, 2]).await;
    room(&*store, 1, &[1, 2]).await;
    room(&*store, 2, &[1]).await;
    assert!(read(&*store, 1).await.is_empty());
    let first = [
        slot(1, 2, 1, "AAAA"),
        slot(1, 1, 1, "BBBB"),
        slot(2, 1, 1, "CCCC"),
    ];
    put(&*store, &first).await;
    let next = slot(1, 1, 2, "DDDD");
    put(&*store, std::slice::from_ref(&next)).await;
    put(&*store, &[]).await;
    assert_eq!(read(&*store, 1).await, [next.slot, first[0].slot.clone()]);
    assert_eq!(read(&*store, 2).await, [first[2].slot.clone()]);
    assert!(read(&*store, 9).await.is_empty());
}

pub async fn a_slot_goes_with_its_member(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1, 2]).await;
    let id = room(&*store, 1, &[1, 2]).await.head.room;
    let said = [slot(1, 1, 1, "AAAA"), slot(1, 2, 1, "BBBB")];
    put(&*store, &said).await;
    let mut tx = store.begin().await.unwrap();
    tx.change_member(&id, &member(2, Role::Admin))
        .await
        .unwrap();
    tx.remove_member(&id, &user(1)).await.unwrap();
    tx.begin_step().await.unwrap();
    assert!(tx.put_slots(&said).await.is_err(), "no such member");
    tx.undo_step().await.unwrap();
    tx.add_member(&id, &member(1, Role::Member), 5)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(read(&*store, 1).await, [said[1].slot.clone()]);
}

pub async fn only_members_have_an_epoch_to_read_in(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1, 2]).await;
    let first = room(&*store, 1, &[1]).await.head.room;
    let mut second = room(&*store, 2, &[1, 2]).await;
    second.head.epoch = 7;
    let mut tx = store.begin().await.unwrap();
    tx.update_room(&second).await.unwrap();
    let second = second.head.room;
    let asked = [
        (second, user(2)),
        (first, user(2)),
        (first, user(1)),
        (RoomId([9; 16]), user(1)),
        (second, user(1)),
        (second, user(2)),
    ];
    let epochs = tx.member_epochs(&asked).await.unwrap();
    assert_eq!(epochs, [Some(7), None, Some(1), None, Some(7), Some(7)]);
    assert!(tx.member_epochs(&[]).await.unwrap().is_empty());
}
