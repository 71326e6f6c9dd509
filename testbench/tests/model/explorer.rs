//! Breadth-first search through everything that can happen. An own one: the question whether things still come to rest from every world
//! that can be reached needs the whole graph, which the `stateright` crate does not keep; and that crate brings a web server along.

use crate::{model::Model, steps::Step, world::World};
use std::{
    collections::{HashMap, VecDeque},
    hash::{DefaultHasher, Hash, Hasher},
};

/// More worlds than this are a mistake in the bounds.
const MOST: usize = 1_500_000;

pub struct Explored {
    pub worlds: usize,
    /// Whether it can come to rest after all that the scenario names was done and went wrong.
    pub whole: bool,
    pub fault: Option<Fault>,
}

/// What must never be, and the shortest way to it.
pub struct Fault {
    pub rule: &'static str,
    pub way: Vec<Step>,
}

pub fn explore(model: &Model) -> Explored {
    let mut graph = Graph::default();
    let start = model.start();
    graph.add(&start, None);
    let mut waiting = VecDeque::from([(0, start)]);
    let mut next = Vec::new();
    while let Some((number, world)) = waiting.pop_front() {
        if let Some(rule) = model.broken_rule(&world) {
            return graph.explored(Some((rule, number)));
        }
        if model.is_at_rest(&world) {
            graph.at_rest.push(number);
            graph.whole |= world.wishes == 0 && world.mishaps == 0;
        }
        model.steps(&world, &mut next);
        for (step, world) in next.drain(..) {
            let (to, new) = graph.add(&world, Some((number, step)));
            if step.is_due() {
                graph.due.push((to, number));
            }
            if new {
                waiting.push_back((to, world));
            }
        }
    }
    let stuck = graph.stuck();
    graph.explored(stuck.map(|number| ("things come to rest", number)))
}

#[derive(Default)]
struct Graph {
    /// Worlds by their hash: two different ones among millions share 64 bits with a chance of one in millions.
    known: HashMap<u64, u32>,
    /// How each world was reached first.
    came: Vec<Option<(u32, Step)>>,
    /// Steps that happen by themselves, backwards.
    due: Vec<(u32, u32)>,
    at_rest: Vec<u32>,
    whole: bool,
}

impl Graph {
    fn add(&mut self, world: &World, came: Option<(u32, Step)>) -> (u32, bool) {
        let mut bytes = Bytes::default();
        world.hash(&mut bytes);
        let number = self.came.len() as u32;
        let known = *self.known.entry(bytes.finish()).or_insert(number);
        if known == number {
            assert!(self.came.len() < MOST, "the bounds are too wide");
            self.came.push(came);
        }
        (known, known == number)
    }

    /// The first world from which nothing that happens by itself leads to rest.
    fn stuck(&mut self) -> Option<u32> {
        self.due.sort_unstable();
        let mut rests = vec![false; self.came.len()];
        let mut waiting = std::mem::take(&mut self.at_rest);
        while let Some(number) = waiting.pop() {
            if !std::mem::replace(&mut rests[number as usize], true) {
                let from = self.due.partition_point(|(to, _)| *to < number);
                let leads = self.due[from..].iter().take_while(|(to, _)| *to == number);
                waiting.extend(leads.map(|(_, before)| *before));
            }
        }
        rests
            .iter()
            .position(|rests| !rests)
            .map(|number| number as u32)
    }

    fn explored(self, fault: Option<(&'static str, u32)>) -> Explored {
        let fault = fault.map(|(rule, mut number)| {
            let mut way = Vec::new();
            while let Some((before, step)) = self.came[number as usize] {
                way.push(step);
                number = before;
            }
            way.reverse();
            Fault { rule, way }
        });
        Explored {
            worlds: self.came.len(),
            whole: self.whole,
            fault,
        }
    }
}

/// Gathers what there is to hash: hashing it at once takes a fraction of the time of hashing it piece by piece.
#[derive(Default)]
struct Bytes(Vec<u8>);

impl Hasher for Bytes {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn finish(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        hasher.write(&self.0);
        hasher.finish()
    }
}
