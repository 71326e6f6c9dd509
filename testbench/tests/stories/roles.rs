//! Roles: who may decide what, and that there is always exactly one owner, the same on all screens.

use crate::crowd::{
    all_have_key, crowd, give, is_out, nothing_is_wrong, remove, roles, user, view,
};
use model::{Answer, Command, Trouble};
use protocol::{
    RoomId,
    open::{
        Role::{self, Admin, Member, Owner},
        Settings,
    },
};
use testbench::{Bench, Network, Who};

async fn all_see(bench: &mut Bench, people: &[Who], expected: &[(&str, Role)]) {
    let what = format!("all see {expected:?}");
    bench
        .until(&what, |bench| {
            people.iter().all(|who| roles(bench, *who) == expected)
        })
        .await;
}

/// Gives someone a role and waits until they know.
async fn set(bench: &mut Bench, by: Who, room: RoomId, who: Who, role: Role) {
    let command = give(bench, room, who, role);
    assert_eq!(bench.ask(by, command).await, Ok(Answer::Done));
    bench
        .until("they know their role", |bench| {
            view(bench, who).members[0].role == role
        })
        .await;
}

#[tokio::test]
async fn an_admin_may_do_much_but_nothing_to_those_of_the_same_rank() {
    let mut bench = Bench::new().await;
    let ([ana, ben, cleo, dan], room) = crowd(&mut bench, ["ana", "ben", "cleo", "dan"]).await;
    let member = remove(&bench, room, dan);
    assert_eq!(
        bench.ask(ben, member.clone()).await,
        Err(Trouble::NotAllowed)
    );
    set(&mut bench, ana, room, ben, Admin).await;
    set(&mut bench, ana, room, cleo, Admin).await;
    assert_eq!(bench[ben].events().last(), Some(&"ana made cleo an admin"));

    for who in [cleo, ana] {
        let command = remove(&bench, room, who);
        assert_eq!(bench.ask(ben, command).await, Err(Trouble::OwnerOnly));
    }
    let promote = give(&bench, room, dan, Admin);
    assert_eq!(bench.ask(ben, promote).await, Err(Trouble::OwnerOnly));
    assert_eq!(bench.ask(ben, member).await, Ok(Answer::Done));
    is_out(&mut bench, dan).await;
    all_have_key(&mut bench, 2, &[ana, ben, cleo]).await;

    // An admin may step down, and then does nothing more of the kind.
    set(&mut bench, ben, room, ben, Member).await;
    let again = remove(&bench, room, cleo);
    assert_eq!(bench.ask(ben, again).await, Err(Trouble::NotAllowed));
    let expected = [("ana", Owner), ("ben", Member), ("cleo", Admin)];
    all_see(&mut bench, &[ana, ben, cleo], &expected).await;
    let own = bench[ben].events();
    assert!(own.contains(&"ana made you an admin"), "{own:?}");
    assert_eq!(own.last(), Some(&"ben is no longer an admin"));
    nothing_is_wrong(&bench, &[ana, ben, cleo, dan]);
}

#[tokio::test]
async fn a_room_that_is_handed_over_has_its_new_owner_everywhere() {
    let mut bench = Bench::new().await;
    let ([ana, ben, cleo], room) = crowd(&mut bench, ["ana", "ben", "cleo"]).await;
    let phone = bench.second_device("ben").await;
    bench.open(phone, room).await;
    bench.browser_mut(cleo).network = Network::Cut;
    let myself = give(&bench, room, ana, Member);
    assert_eq!(bench.ask(ana, myself).await, Err(Trouble::HandOverFirst));

    set(&mut bench, ana, room, ben, Owner).await;
    bench.browser_mut(cleo).network = Network::Up;
    let expected = [("ana", Admin), ("ben", Owner), ("cleo", Member)];
    all_see(&mut bench, &[ana, ben, phone, cleo], &expected).await;
    let told = bench[phone].events();
    assert_eq!(told.last(), Some(&"ana handed the room over to you"));
    assert_eq!(
        bench[cleo].events().last(),
        Some(&"ana handed the room over to ben")
    );
    // It outlives the key, and a device that starts anew.
    bench.ask(ana, Command::ChangeKey { room }).await.unwrap();
    all_have_key(&mut bench, 2, &[ana, ben, phone, cleo]).await;
    let tablet = bench.second_device("cleo").await;
    bench.open(tablet, room).await;
    all_see(&mut bench, &[ana, ben, phone, cleo, tablet], &expected).await;
    let back = give(&bench, room, ana, Owner);
    assert_eq!(bench.ask(phone, back).await, Ok(Answer::Done));
    let expected = [("ana", Owner), ("ben", Admin), ("cleo", Member)];
    all_see(&mut bench, &[ana, ben, phone, cleo, tablet], &expected).await;
    nothing_is_wrong(&bench, &[ana, ben, phone, cleo, tablet]);
}

#[tokio::test]
async fn two_hand_overs_at_once_make_one_owner() {
    let mut bench = Bench::new().await;
    let ([ana, ben, cleo], room) = crowd(&mut bench, ["ana", "ben", "cleo"]).await;
    let phone = bench.second_device("ana").await;
    bench.open(phone, room).await;
    let to_ben = give(&bench, room, ben, Owner);
    let to_cleo = give(&bench, room, cleo, Owner);
    let (first, second) = (bench.tell(ana, to_ben), bench.tell(phone, to_cleo));
    bench
        .until("both answers", |bench| {
            bench[ana].answers.contains_key(&first) && bench[phone].answers.contains_key(&second)
        })
        .await;
    let answers = [
        bench[ana].answers[&first].clone(),
        bench[phone].answers[&second].clone(),
    ];
    let (done, other) = match answers[0].is_ok() {
        true => (ben, cleo),
        false => (cleo, ben),
    };
    assert!(answers.contains(&Err(Trouble::OwnerOnly)), "{answers:?}");
    assert!(answers.contains(&Ok(Answer::Done)), "{answers:?}");
    let role = |who| match who {
        it if it == done => Owner,
        it if it == other => Member,
        _ => Admin,
    };
    let expected = [("ana", role(ana)), ("ben", role(ben)), ("cleo", role(cleo))];
    all_see(&mut bench, &[ana, phone, ben, cleo], &expected).await;
    nothing_is_wrong(&bench, &[ana, phone, ben, cleo]);
}

#[tokio::test]
async fn an_owner_who_leaves_is_followed_by_an_admin_before_anyone_else() {
    let mut bench = Bench::new().await;
    let ([ana, ben, cleo, dan], room) = crowd(&mut bench, ["ana", "ben", "cleo", "dan"]).await;
    set(&mut bench, ana, room, dan, Admin).await;
    let phone = bench.second_device("dan").await;
    bench.open(phone, room).await;
    bench.browser_mut(cleo).network = Network::Cut;
    bench.ask(ana, Command::LeaveRoom { room }).await.unwrap();
    bench.get_across(ben, room, "she left").await;
    bench.browser_mut(cleo).network = Network::Up;
    let expected = [("ben", Member), ("cleo", Member), ("dan", Owner)];
    all_see(&mut bench, &[ben, cleo, dan, phone], &expected).await;

    // Without an admin it is whoever joined first, or after a new key whose id is the lowest.
    bench.ask(phone, Command::LeaveRoom { room }).await.unwrap();
    bench.get_across(cleo, room, "and Dan too").await;
    let heir = match user(&bench, ben) < user(&bench, cleo) {
        true => [("ben", Owner), ("cleo", Member)],
        false => [("ben", Member), ("cleo", Owner)],
    };
    all_see(&mut bench, &[ben, cleo], &heir).await;
    nothing_is_wrong(&bench, &[ben, cleo]);
}

#[tokio::test]
async fn a_hand_over_to_someone_who_leaves_finds_an_owner_all_the_same() {
    let mut bench = Bench::new().await;
    let ([ana, ben, cleo], room) = crowd(&mut bench, ["ana", "ben", "cleo"]).await;
    let over = give(&bench, room, ben, Owner);
    let hand = bench.tell(ana, over);
    let leave = bench.tell(ben, Command::LeaveRoom { room });
    bench
        .until("both answers", |bench| {
            bench[ana].answers.contains_key(&hand) && bench[ben].answers.contains_key(&leave)
        })
        .await;
    assert_eq!(bench[ben].answers[&leave], Ok(Answer::Done));
    let hand = bench[ana].answers[&hand].clone();
    let fits = matches!(hand, Ok(Answer::Done) | Err(Trouble::MemberGone));
    assert!(fits, "{hand:?}");
    bench.get_across(cleo, room, "who now?").await;
    all_see(
        &mut bench,
        &[ana, cleo],
        &[("ana", Owner), ("cleo", Member)],
    )
    .await;
    nothing_is_wrong(&bench, &[ana, cleo]);
}

#[tokio::test]
async fn settings_are_an_admins_and_the_same_for_all() {
    let mut bench = Bench::new().await;
    let ([ana, ben, cleo], room) = crowd(&mut bench, ["ana", "ben", "cleo"]).await;
    let settings = Settings {
        history_for_newcomers: true,
        admins_may_delete: false,
    };
    let change = Command::SetSettings { room, settings };
    assert_eq!(
        bench.ask(cleo, change.clone()).await,
        Err(Trouble::NotAllowed)
    );
    set(&mut bench, ana, room, ben, Admin).await;
    assert_eq!(bench.ask(ben, change.clone()).await, Ok(Answer::Done));
    assert_eq!(
        bench.ask(ana, change).await,
        Ok(Answer::Done),
        "it is so already"
    );
    bench.ask(ana, Command::ChangeKey { room }).await.unwrap();
    all_have_key(&mut bench, 2, &[ana, ben, cleo]).await;
    for who in [ana, ben, cleo] {
        assert_eq!(view(&bench, who).settings, settings);
        let said = bench[who].events();
        let changes = said.iter().filter(|it| it.contains("settings"));
        assert_eq!(changes.count(), 1, "{said:?}");
    }
    nothing_is_wrong(&bench, &[ana, ben, cleo]);
}

#[tokio::test]
async fn who_was_away_for_removals_roles_and_keys_finds_everything_in_order() {
    let mut bench = Bench::new().await;
    let ([ana, ben, cleo, dan], room) = crowd(&mut bench, ["ana", "ben", "cleo", "dan"]).await;
    bench.get_across(ben, room, "off I go").await;
    bench.shows(ana, &["ben: off I go"]).await;
    bench.browser_mut(ben).network = Network::Cut;
    bench.say(ben, room, "written in the train").await;

    set(&mut bench, ana, room, dan, Admin).await;
    let command = remove(&bench, room, cleo);
    bench.ask(dan, command).await.unwrap();
    all_have_key(&mut bench, 2, &[ana, dan]).await;
    bench.get_across(dan, room, "second key").await;
    set(&mut bench, ana, room, dan, Owner).await;
    bench.ask(ana, Command::ChangeKey { room }).await.unwrap();
    bench.get_across(ana, room, "third key").await;
    bench.ask(ana, Command::LeaveRoom { room }).await.unwrap();
    bench.get_across(dan, room, "fourth key").await;
    let ben_is_admin = give(&bench, room, ben, Admin);
    bench.ask(dan, ben_is_admin).await.unwrap();

    bench.browser_mut(ben).network = Network::Up;
    let all = [
        "ben: off I go",
        "dan: second key",
        "ana: third key",
        "dan: fourth key",
        "ben: written in the train",
    ];
    for who in [ben, dan] {
        bench.shows(who, &all).await;
    }
    all_see(&mut bench, &[ben, dan], &[("ben", Admin), ("dan", Owner)]).await;
    let phone = bench.second_device("ben").await;
    bench.open(phone, room).await;
    bench.shows(phone, &all).await;
    assert_eq!(view(&bench, phone).epoch, 4);
    nothing_is_wrong(&bench, &[ben, dan, phone]);
}
