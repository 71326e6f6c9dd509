//! One model: a scenario, how it starts, and every step that can come next.

use crate::{
    engine::random,
    rosters::{Rosters, Said},
    scenario::{Broken, Scenario},
    world::*,
};

pub struct Model {
    pub scenario: Scenario,
    pub rosters: Rosters,
}

impl Model {
    pub fn new(scenario: Scenario) -> Self {
        let people = scenario.devices.iter().max().map_or(0, |last| last + 1);
        let rosters = Rosters::new(people, scenario.broken != Some(Broken::NoHeir));
        Self { scenario, rosters }
    }

    pub fn is(&self, broken: Broken) -> bool {
        self.scenario.broken == Some(broken)
    }

    /// The room is made, the members joined, and everybody has heard of it.
    pub fn start(&self) -> World {
        let mut made = Made::default();
        let secret = random(0, 1, &mut made.secrets);
        let people = self
            .scenario
            .devices
            .iter()
            .max()
            .map_or(0, |last| last + 1);
        let is_member = |user: User| self.scenario.members & 1 << user != 0;
        let header = Entry::Header {
            epoch: 1,
            author: 0,
            secret,
        };
        let mut roster = self
            .rosters
            .apply(0, 0, Said::Header(0))
            .expect("a room starts with its maker");
        let mut log = vec![Logged {
            entry: header,
            epoch: 1,
            roster,
        }];
        for user in (1..people).filter(|user| is_member(*user)) {
            roster = self
                .rosters
                .apply(roster, user, Said::Join)
                .expect("each joins once");
            log.push(Logged {
                entry: Entry::Join(user),
                epoch: 1,
                roster,
            });
        }
        let head = log.len() as Seq;
        let vault = |user| match is_member(user) {
            true => Vault {
                secrets: vec![(1, secret)],
                head,
            },
            false => Vault::default(),
        };
        let client = |user: User| {
            let member = is_member(user);
            let room = Room {
                listed: Some(member),
                claim: member.then_some(Claim { epoch: 1, head }),
                opens: if member { head } else { 0 },
                window: member.then_some(Window { base: 0, head }),
                verified: vault(user).head,
                secrets: vault(user).secrets,
                ..Room::default()
            };
            let room = if member { room } else { Room::default() };
            Client {
                user,
                link: Link::Up,
                up: [].into(),
                down: [].into(),
                asked: [].into(),
                hears: member,
                room,
                disk: Disk::default(),
                made: Made::default(),
            }
        };
        let mut clients: Vec<_> = self.scenario.devices.iter().copied().map(client).collect();
        clients[0].made = made;
        World {
            server: Server {
                log,
                vaults: (0..people).map(vault).collect(),
            }
            .into(),
            clients: Clients(clients.into_iter().map(Into::into).collect()),
            calls: Vec::new(),
            strays: Vec::new(),
            wishes: (1 << self.scenario.wishes.len()) - 1,
            mishaps: self.scenario.mishaps,
            invited: (1..people)
                .filter(|user| is_member(*user))
                .map(|user| (user, secret))
                .collect(),
            sent: Vec::new(),
            dropped: Vec::new(),
            alarm: None,
        }
    }
}
