//! The key once more, for someone who could not open theirs.

use super::*;
use protocol::open::Wrap;

fn wrap(recipient: &Person) -> OpenContent {
    OpenContent::Wrap(Wrap {
        recipient: recipient.keys.user,
        sealed: vec![5; 80],
    })
}

#[tokio::test]
async fn any_member_hands_the_key_to_any_other() {
    let mut world = World::new().await;
    let [ana, bob, cyd, dan] = world.people(["ana", "bob", "cyd", "dan"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob, &cyd]).await;
    room.state(&world, &bob, wrap(&cyd)).await.unwrap();
    room.rotate(&mut world, &ana).await.unwrap();
    room.state(&world, &cyd, wrap(&bob)).await.unwrap();
    let opens = world.backend.opens(&ana.session, room.id, 2).await.unwrap();
    assert_eq!(opens.entries.len(), 4);
    use PublicError::NotMember;
    assert_eq!(room.refuses(&world, &ana, wrap(&dan)).await, NotMember);
    assert_eq!(room.refuses(&world, &dan, wrap(&ana)).await, NotMember);
    room.leave(&world, &ana).await.unwrap();
    room.state(&world, &cyd, wrap(&bob)).await.unwrap();
}
