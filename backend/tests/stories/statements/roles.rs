//! Who may do more.

use super::*;

#[tokio::test]
async fn the_owner_makes_admins_who_do_an_admins_work() {
    let mut world = World::new().await;
    let [ana, bob, cyd] = world.people(["ana", "bob", "cyd"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob, &cyd]).await;
    assert_eq!(
        room.refuses(&world, &bob, remove(&cyd)).await,
        PublicError::NotAllowed
    );
    room.state(&world, &ana, role(&bob, Role::Admin))
        .await
        .unwrap();
    world.restart_after_crash().await;
    room.rotate(&mut world, &bob).await.unwrap();
    room.state(&world, &bob, remove(&cyd)).await.unwrap();
    room.state(&world, &ana, role(&bob, Role::Member))
        .await
        .unwrap();
    room.rotate(&mut world, &ana).await.unwrap();
    assert_eq!(
        refused(room.rotate(&mut world, &bob).await),
        PublicError::NotAllowed
    );
}

#[tokio::test]
async fn a_room_that_is_handed_over_has_one_owner_still() {
    let mut world = World::new().await;
    let [ana, bob, cyd] = world.people(["ana", "bob", "cyd"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob, &cyd]).await;
    room.state(&world, &ana, role(&cyd, Role::Owner))
        .await
        .unwrap();
    room.rotate(&mut world, &ana).await.unwrap();
    let opens = world.backend.opens(&bob.session, room.id, 2).await.unwrap();
    let role_of = |person: &Person| {
        let user = person.keys.user;
        let member = opens.members.iter().find(|it| it.keys.user == user);
        member.unwrap().role
    };
    let roles = [&ana, &bob, &cyd].map(role_of);
    assert_eq!(roles, [Role::Admin, Role::Member, Role::Owner]);
    assert_eq!(
        room.refuses(&world, &ana, role(&bob, Role::Admin)).await,
        PublicError::NotAllowed
    );
    room.state(&world, &cyd, remove(&ana)).await.unwrap();
}

#[tokio::test]
async fn roles_are_the_owners_to_give_and_an_admins_to_give_up() {
    let mut world = World::new().await;
    let people = world.people(["ana", "bob", "cyd", "dan"]).await;
    let [ana, bob, cyd, dan] = &people;
    let mut room = Room::with_admin(&mut world, &[ana, bob, cyd]).await;
    use PublicError::{NoChange, NotAllowed, NotMember};
    use Role::{Admin, Member, Owner};
    for (by, whom, to, expected) in [
        (bob, cyd, Admin, NotAllowed),
        (bob, ana, Member, NotAllowed),
        (bob, bob, Owner, NotAllowed),
        (cyd, cyd, Admin, NotAllowed),
        (cyd, bob, Member, NotAllowed),
        (ana, ana, Member, NotAllowed),
        (ana, ana, Admin, NotAllowed),
        (ana, ana, Owner, NotAllowed),
        (ana, dan, Admin, NotMember),
        (dan, cyd, Admin, NotMember),
        (ana, bob, Admin, NoChange),
        (ana, cyd, Member, NoChange),
    ] {
        let (by_name, name) = (&by.keys.username, &whom.keys.username);
        let answer = room.refuses(&world, by, role(whom, to)).await;
        assert_eq!(answer, expected, "{by_name} makes {name} {to:?}");
    }
    room.state(&world, bob, role(bob, Member)).await.unwrap();
    assert_eq!(room.refuses(&world, bob, remove(cyd)).await, NotAllowed);
}

#[tokio::test]
async fn an_owner_who_goes_leaves_the_room_to_the_most_senior_admin() {
    let mut world = World::new().await;
    let [ana, bob, cyd, dan] = world.people(["ana", "bob", "cyd", "dan"]).await;
    let mut room = Room::with(&mut world, &[&ana, &bob, &cyd, &dan]).await;
    for person in [&dan, &cyd] {
        room.state(&world, &ana, role(person, Role::Admin))
            .await
            .unwrap();
    }
    room.leave(&world, &ana).await.unwrap();
    room.state(&world, &cyd, role(&dan, Role::Member))
        .await
        .unwrap();
    // Without any admin it falls to the most senior member.
    room.leave(&world, &cyd).await.unwrap();
    room.state(&world, &bob, role(&dan, Role::Admin))
        .await
        .unwrap();
}
