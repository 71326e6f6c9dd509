//! Random mixes of what people do, what networks do and what a lying server does. However they are mixed:
//!
//! - whoever has no warning on the screen sees what everyone without one sees, and all that they wrote is there once;
//! - what is written after the server lies no more gets across, or is not called sent;
//! - without a lie nobody is warned, and nothing is lost.
//!
//! `MIXES=200 cargo test --release -p testbench --test mixes` tries more of them.
#![expect(clippy::unwrap_used, reason = "tests")]

use model::{Command, Delivery};
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestCaseResult, TestRng, TestRunner},
};
use protocol::{Entry, RoomId};
use std::{cell::RefCell, time::Duration};
use testbench::{Bench, Network, Who};

/// One thing that happens to one of the three people.
#[derive(Clone, Copy, Debug)]
enum Act {
    Say,
    ChangeKey,
    Reload,
    Cut,
    LoseAnswers,
    Mend,
    RestartServer,
    Wait(u64),
    Lie(Lie),
}

/// What the server can tell someone besides the truth.
#[derive(Clone, Copy, Debug)]
enum Lie {
    /// Nothing new, until it is let go.
    Hold,
    LetGo,
    /// A log of their own from here on.
    Alone,
    /// Their messages are acknowledged and thrown away.
    Lose,
    /// The next entry is not told.
    LeaveOut,
    /// The next two entries change places.
    Swap,
    /// The last message once more.
    Repeat,
    /// The log without its end.
    Rewind(u64),
}

fn doings() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => Just(Act::Say),
        1 => Just(Act::ChangeKey),
        1 => Just(Act::Reload),
        1 => Just(Act::Cut),
        1 => Just(Act::LoseAnswers),
        2 => Just(Act::Mend),
        1 => Just(Act::RestartServer),
        3 => (1..40u64).prop_map(Act::Wait),
    ]
}

fn lies() -> impl Strategy<Value = Act> {
    prop_oneof![
        Just(Lie::Hold),
        Just(Lie::LetGo),
        Just(Lie::Alone),
        Just(Lie::Lose),
        Just(Lie::LeaveOut),
        Just(Lie::Swap),
        Just(Lie::Repeat),
        (1..4u64).prop_map(Lie::Rewind),
    ]
    .prop_map(Act::Lie)
}

#[test]
fn honest_people_agree_or_have_said_that_something_is_wrong() {
    let acts = prop_oneof![3 => doings(), 1 => lies()];
    run(acts, |scene| {
        for (number, who) in scene.people.into_iter().enumerate() {
            let warned = !scene.warnings(who).is_empty();
            if !warned {
                let truth = scene.bench[scene.witness()].messages();
                prop_assert_eq!(scene.bench[who].messages(), truth);
            }
            for said in scene.said.iter().filter(|said| said.by == number) {
                let times = scene.times(&said.text);
                prop_assert!(times <= 1, "{} is there {times} times", said.text);
                let excused = match said.after_the_lies {
                    true => {
                        warned && scene.bench[who].delivery(&said.text) != Some(&Delivery::Sent)
                    }
                    false => warned,
                };
                prop_assert!(times == 1 || excused, "{} is lost", said.text);
            }
        }
        Ok(())
    });
}

#[test]
fn nobody_is_warned_of_a_bad_network_and_nothing_is_lost() {
    run(doings(), |scene| {
        for who in scene.people {
            prop_assert_eq!(scene.warnings(who), Vec::<String>::new());
            let truth = scene.bench[scene.witness()].messages();
            prop_assert_eq!(scene.bench[who].messages(), truth);
        }
        for said in &scene.said {
            prop_assert_eq!(scene.times(&said.text), 1, "{}", said.text);
        }
        Ok(())
    });
}

/// Three people in a room. The server lies to the first two only, so that the third one has what the log says.
struct Scene {
    bench: Bench,
    people: [Who; 3],
    room: RoomId,
    said: Vec<Said>,
}

struct Said {
    by: usize,
    text: String,
    after_the_lies: bool,
}

/// Tries mixes of these acts, each in a room of its own.
fn run(acts: impl Strategy<Value = Act>, holds: impl Fn(&Scene) -> TestCaseResult) {
    let cases = std::env::var("MIXES").ok().and_then(|it| it.parse().ok());
    let config = Config {
        cases: cases.unwrap_or(8),
        max_shrink_iters: 100,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let scene = RefCell::new(runtime.block_on(Scene::new()));
    let mix = prop::collection::vec((0..3usize, acts), 8..30);
    let tried = TestRunner::new_with_rng(config, rng).run(&mix, |mix| {
        let scene = &mut *scene.borrow_mut();
        runtime.block_on(scene.play(&mix));
        holds(scene)
    });
    tried.unwrap_or_else(|error| panic!("{error}"));
}

impl Scene {
    async fn new() -> Self {
        let mut bench = Bench::new().await;
        let ana = bench.person("ana").await;
        let ben = bench.person("ben").await;
        let cleo = bench.person("cleo").await;
        let room = bench.make_room(ana, "Mixed").await;
        Self {
            bench,
            people: [ana, ben, cleo],
            room,
            said: Vec::new(),
        }
    }

    fn witness(&self) -> Who {
        self.people[2]
    }

    async fn play(&mut self, mix: &[(usize, Act)]) {
        self.move_to_a_new_room().await;
        for (by, act) in mix {
            self.act(*by, *act).await;
            self.bench.later(Duration::from_millis(60)).await;
        }
        self.bench.server_is_honest();
        for who in self.people {
            self.bench.browser_mut(who).network = Network::Up;
        }
        for who in self.people {
            self.bench.online(who).await;
            self.look(who).await;
        }
        self.settle().await;
        for by in 0..3 {
            self.say(by, true).await;
        }
        self.settle().await;
    }

    async fn move_to_a_new_room(&mut self) {
        self.said.clear();
        for who in self.people {
            self.bench.browser_mut(who).screen.notices.clear();
        }
        let [ana, ben, cleo] = self.people;
        self.room = self.bench.make_room(ana, "Mixed").await;
        let key = self.bench.room_key(ana, self.room).await;
        for who in [ben, cleo] {
            self.bench.join(who, &key).await;
        }
        self.settle().await;
    }

    async fn act(&mut self, by: usize, act: Act) {
        let who = self.people[by];
        let room = self.room;
        match act {
            Act::Say => self.say(by, false).await,
            Act::ChangeKey => {
                self.bench.tell(who, Command::ChangeKey { room });
            }
            Act::Reload => {
                self.bench.browser_mut(who).reload();
                self.look(who).await;
            }
            Act::Cut => self.bench.browser_mut(who).network = Network::Cut,
            Act::LoseAnswers => self.bench.browser_mut(who).network = Network::AnswersLost,
            Act::Mend => self.bench.browser_mut(who).network = Network::Up,
            Act::RestartServer => {
                self.bench.kill_server();
                self.bench.later(Duration::from_millis(500)).await;
                self.bench.start_server().await;
            }
            Act::Wait(tenths) => self.bench.later(Duration::from_millis(tenths * 100)).await,
            // The witness is told the truth.
            Act::Lie(_) if who == self.witness() => {}
            Act::Lie(lie) => self.lie(who, lie),
        }
    }

    fn lie(&mut self, who: Who, lie: Lie) {
        let telling = self.bench.adversary.tell(who, self.room);
        match lie {
            Lie::Hold => telling.hold(),
            Lie::LetGo => telling.release(),
            Lie::Alone => telling.alone(),
            Lie::Lose => telling.lose(),
            Lie::LeaveOut => {
                let mut left_out = false;
                telling.each(move |it| match std::mem::replace(&mut left_out, true) {
                    false => Vec::new(),
                    true => vec![it.entry.clone()],
                });
            }
            Lie::Swap => {
                let mut held: Option<Entry> = None;
                let mut swapped = false;
                telling.each(move |it| match (swapped, held.take()) {
                    (true, _) => vec![it.entry.clone()],
                    (false, Some(first)) => {
                        swapped = true;
                        vec![it.entry.clone(), first]
                    }
                    (false, None) => {
                        held = Some(it.entry.clone());
                        Vec::new()
                    }
                });
            }
            Lie::Repeat => {
                if !telling.log().sealed().is_empty() {
                    let last = telling.log().last_sealed();
                    telling.add(last);
                }
            }
            Lie::Rewind(by) => {
                // Everybody's joining stays: a log without its first header is no log.
                let end = telling.log().end().saturating_sub(by).max(3);
                telling.rewind(end);
            }
        }
    }

    async fn say(&mut self, by: usize, after_the_lies: bool) {
        let text = format!("words {}", self.said.len());
        let say = Command::SendText {
            room: self.room,
            text: text.clone(),
        };
        // Someone whose page is just loading, or whose room is closed, can't write.
        if self.bench.ask(self.people[by], say).await.is_ok() {
            self.said.push(Said {
                by,
                text,
                after_the_lies,
            });
        }
    }

    /// Opens the room, if it is there to be opened.
    async fn look(&mut self, who: Who) {
        let room = Some(self.room);
        self.bench.tell(who, Command::OpenRoom { room });
        self.bench.later(Duration::from_millis(200)).await;
    }

    /// Lets happen what happens, until all is sent and shown or a minute is over.
    async fn settle(&mut self) {
        for _ in 0..60 {
            self.bench.later(Duration::from_secs(1)).await;
            let truth = self.bench[self.witness()].messages();
            let quiet =
                |who: &Who| self.bench[*who].all_sent() && self.bench[*who].messages() == truth;
            if self.people.iter().all(quiet) {
                return;
            }
        }
    }

    /// Everything on the screen that says that something is wrong.
    fn warnings(&self, who: Who) -> Vec<String> {
        let screen = &self.bench[who];
        let shown = screen.alarms().into_iter().chain(screen.broken());
        let notices = screen.notices.iter().cloned();
        shown.map(str::to_owned).chain(notices).collect()
    }

    /// How often the witness reads this.
    fn times(&self, text: &str) -> usize {
        let line = format!(": {text}");
        let messages = self.bench[self.witness()].messages();
        messages.iter().filter(|it| it.ends_with(&line)).count()
    }
}
