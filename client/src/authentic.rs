//! Who really wrote a stretch of messages, at the price of a few signatures.
//!
//! Each message names `B` of the message before it of the same device. So a message is authentic if its own signature holds,
//! **or** if an authentic message of the same sender, device and epoch with the next number names it: a page of a hundred
//! messages of one device costs one signature (0.15 ms each in a browser) and a hundred hashes.
//!
//! The same chains tell what a lying server or a broken device did: messages left out, repeated, moved, or said twice.
//!
//! A deleted message is a hole in its chain. Its deletion names its `B`, which the message after it names too: so nobody else can
//! have stood there. What the deleted message named is gone, so the message before it needs a signature.

use crate::envelope::Opened;
use protocol::{DeviceId, Epoch, Hash, PublicKey, Seq, UserId};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    iter,
    ops::Range,
};

/// One engine's messages in one epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Chain {
    /// Who.
    pub sender: UserId,
    /// On which device.
    pub device: DeviceId,
    /// In which epoch.
    pub epoch: Epoch,
}

/// A message that opened, and where the log has it.
#[derive(Clone, Copy)]
pub struct Received<'a> {
    /// Its place.
    pub seq: Seq,
    /// The epoch under which it opened.
    pub epoch: Epoch,
    /// What came out.
    pub opened: &'a Opened,
}

/// Whether a message is its sender's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Its signature holds, or an authentic message vouches for it.
    Authentic,
    /// Someone with the room key wrote it in the sender's name.
    Forged,
    /// The sender was no member at that place.
    NotMember,
}

/// What the chains give away. None of these makes the message unreadable; each is said in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Finding {
    /// The server shows a message again at a second place.
    Repeated {
        /// Where it stands the second time.
        seq: Seq,
        /// Where it stood first.
        first: Seq,
    },
    /// The device signed two messages with one number.
    TwoVersions {
        /// The later one's place.
        seq: Seq,
        /// The earlier one's place.
        other: Seq,
    },
    /// The message names another one before it than the one that is there.
    BrokenChain {
        /// The message's place.
        seq: Seq,
    },
    /// The device's messages `from ..= to` are not in the log, though this client has it without gaps.
    Missing {
        /// Whose.
        chain: Chain,
        /// First number that is missing.
        from: u64,
        /// Last number that is missing.
        to: u64,
        /// The place of the message after them.
        before: Seq,
    },
    /// The message stands before one that its device wrote earlier.
    Moved {
        /// The message's place.
        seq: Seq,
    },
    /// The message claims to have seen its own future, less than its epoch's header, or less than the device had seen before.
    ImpossibleSeen {
        /// The message's place.
        seq: Seq,
    },
}

/// The result of [`Verifier::verify`].
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// One for each message, in the same order.
    pub verdicts: Vec<Verdict>,
    /// What is new to say, also about messages of earlier calls.
    pub findings: Vec<Finding>,
}

/// Keeps one room's chains. What it is given must be one stretch of the log without gaps, that grows page by page at either end:
/// otherwise it calls messages missing that are only not loaded. A live message is a page of one.
#[derive(Default)]
pub struct Verifier {
    chains: HashMap<Chain, Links>,
    headers: HashMap<Epoch, Header>,
    reported: HashSet<Finding>,
    /// Deleted entries of which nothing tells yet whose they were.
    holes: BTreeSet<Seq>,
    /// What may be missing, moved or broken only because something stood in one of them.
    deferred: Vec<(Chain, u64)>,
    signatures: u64,
}

/// A chain's authentic messages by number. There is one to a number, unless someone cheats.
type Links = BTreeMap<u64, Vec<Link>>;

struct Link {
    seq: Seq,
    body_hash: Hash,
    /// None of a message that is known from its deletion only.
    told: Option<Told>,
}

/// What a message says of those before it.
struct Told {
    prev: Hash,
    seen: Seq,
}

struct Header {
    seq: Seq,
    hash: Hash,
    reached: bool,
}

impl Verifier {
    /// No chains yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Tells where an epoch's header stands and its `E`, which the first message of every chain names. To be called before the
    /// epoch's messages come.
    pub fn header(&mut self, epoch: Epoch, seq: Seq, hash: Hash) {
        self.headers.entry(epoch).or_insert(Header {
            seq,
            hash,
            reached: false,
        });
    }

    /// Tells that the loaded stretch reaches back to the epoch's header, so that every chain of it must start with 1. To be called
    /// after the page with the header was verified.
    pub fn header_reached(&mut self, epoch: Epoch) -> Vec<Finding> {
        match self.headers.get_mut(&epoch) {
            Some(header) if !header.reached => header.reached = true,
            _ => return Vec::new(),
        }
        let lowest = |(chain, links): (&Chain, &Links)| Some((*chain, *links.first_key_value()?.0));
        let starts: Vec<_> = self
            .chains
            .iter()
            .filter(|(chain, _)| chain.epoch == epoch)
            .filter_map(lowest)
            .collect();
        self.inspect(starts)
    }

    /// Decides on messages; `key_of` gives the signing key that the roster holds for a user at a place in the log, if they are a
    /// member there.
    pub fn verify(
        &mut self,
        messages: &[Received<'_>],
        key_of: impl Fn(&UserId, Seq) -> Option<PublicKey>,
    ) -> Verified {
        let mut verdicts = vec![Verdict::NotMember; messages.len()];
        let mut accepted = Vec::new();
        // Newest first: each message that is found authentic vouches for the one before it.
        let mut order: Vec<_> = (0..messages.len()).collect();
        order.sort_by_key(|index| std::cmp::Reverse(messages[*index].seq));
        for index in order {
            let message = &messages[index];
            let body = &message.opened.body;
            let Some(key) = key_of(&body.sender, message.seq) else {
                continue;
            };
            let chain = Chain {
                sender: body.sender,
                device: body.device,
                epoch: message.epoch,
            };
            if self.is_vouched_for(&chain, body.n, &message.opened.body_hash)
                || self.is_signed(message.opened, &key)
            {
                verdicts[index] = Verdict::Authentic;
                let link = Link {
                    seq: message.seq,
                    body_hash: message.opened.body_hash,
                    told: Some(Told {
                        prev: body.prev,
                        seen: body.seen.seq,
                    }),
                };
                self.insert(chain, body.n, link);
                accepted.push((chain, body.n));
            } else {
                verdicts[index] = Verdict::Forged;
            }
        }
        Verified {
            verdicts,
            findings: self.inspect(accepted),
        }
    }

    /// Tells of an entry whose payload is gone, before the messages around it are verified. What is missing around it is not said
    /// until [`Verifier::fill`] or [`Verifier::give_up`] tells more.
    pub fn hole(&mut self, seq: Seq) {
        self.holes.insert(seq);
    }

    /// Tells which message a hole was: number `n` of the chain, with this `B`, by the word of whoever was allowed to delete it.
    pub fn fill(&mut self, seq: Seq, chain: Chain, n: u64, body_hash: Hash) -> Vec<Finding> {
        if !self.holes.remove(&seq) {
            return Vec::new();
        }
        let link = Link {
            seq,
            body_hash,
            told: None,
        };
        self.insert(chain, n, link);
        self.look_again(vec![(chain, n)])
    }

    /// Tells that nothing will say which message a hole was.
    pub fn give_up(&mut self, seq: Seq) -> Vec<Finding> {
        self.holes.remove(&seq);
        self.look_again(Vec::new())
    }

    fn look_again(&mut self, mut numbers: Vec<(Chain, u64)>) -> Vec<Finding> {
        numbers.append(&mut self.deferred);
        self.inspect(numbers)
    }

    /// How many signatures were checked so far: what verification costs.
    pub fn signatures_checked(&self) -> u64 {
        self.signatures
    }

    fn is_vouched_for(&self, chain: &Chain, n: u64, body_hash: &Hash) -> bool {
        let Some(links) = self.chains.get(chain) else {
            return false;
        };
        let at = |n| {
            let links = links.get(&n).into_iter().flatten();
            // Whoever deletes says what stood there, and nobody vouches for that.
            links.filter_map(|link| Some((link.body_hash, link.told.as_ref()?.prev)))
        };
        at(n + 1).any(|(_, prev)| prev == *body_hash) || at(n).any(|(same, _)| same == *body_hash)
    }

    fn is_signed(&mut self, opened: &Opened, key: &PublicKey) -> bool {
        self.signatures += 1;
        opened.is_signed_by(key)
    }

    fn insert(&mut self, chain: Chain, n: u64, link: Link) {
        let links = self.chains.entry(chain).or_default();
        let links = links.entry(n).or_default();
        let known = |it: &Link| it.seq == link.seq && it.body_hash == link.body_hash;
        if !links.iter().any(known) {
            let place = links.partition_point(|it| it.seq < link.seq);
            links.insert(place, link);
        }
    }

    /// What is new to say about these numbers and their neighbours.
    fn inspect(&mut self, numbers: Vec<(Chain, u64)>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (chain, n) in numbers {
            let Some(links) = self.chains.get(&chain) else {
                continue;
            };
            let header = self.headers.get(&chain.epoch);
            findings.extend(inspect_number(links, n, header));
            let after = links.range(n + 1..).next().map(|(after, _)| *after);
            for n in iter::once(n).chain(after) {
                if let Some((before, places)) = gap(links, n, header) {
                    if self.holes.range(places).next().is_some() {
                        self.deferred.push((chain, n));
                    } else {
                        findings.push(Finding::Missing {
                            chain,
                            from: number_before(links, n) + 1,
                            to: n - 1,
                            before,
                        });
                    }
                }
                let step = inspect_step(links, n);
                // Where a number has several places, the lowest counts: it may be a hole.
                let lower = first(links, n).map_or(0..0, |link| 0..link.seq);
                if !step.is_empty() && self.holes.range(lower).next().is_some() {
                    self.deferred.push((chain, n));
                } else {
                    findings.extend(step);
                }
            }
        }
        findings.retain(|finding| self.reported.insert(*finding));
        findings
    }
}

/// Where the log has a number first.
fn first(links: &Links, n: u64) -> Option<&Link> {
    links.get(&n)?.first()
}

/// The number before this one that is known; 0 for none.
fn number_before(links: &Links, n: u64) -> u64 {
    links
        .range(..n)
        .next_back()
        .map_or(0, |(before, _)| *before)
}

/// This number's place and the places between which those right before it should stand, if they are not there.
fn gap(links: &Links, n: u64, header: Option<&Header>) -> Option<(Seq, Range<Seq>)> {
    let before = number_before(links, n);
    let after = match before {
        // How the chain starts is known only from the header on.
        0 => header.filter(|header| header.reached)?.seq,
        before => first(links, before)?.seq,
    };
    let seq = first(links, n)?.seq;
    (n - before > 1).then_some((seq, after.min(seq)..after.max(seq)))
}

/// What the messages of one number say by themselves.
fn inspect_number(links: &Links, n: u64, header: Option<&Header>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Some((first, later)) = links.get(&n).and_then(|links| links.split_first()) else {
        return findings;
    };
    for link in later {
        let (seq, other) = (link.seq, first.seq);
        findings.push(if link.body_hash == first.body_hash {
            Finding::Repeated { seq, first: other }
        } else {
            Finding::TwoVersions { seq, other }
        });
    }
    for link in iter::once(first).chain(later) {
        let (seq, Some(told)) = (link.seq, &link.told) else {
            continue;
        };
        if told.seen >= seq || header.is_some_and(|header| told.seen < header.seq) {
            findings.push(Finding::ImpossibleSeen { seq });
        }
        if n == 1 && header.is_some_and(|header| told.prev != header.hash) {
            findings.push(Finding::BrokenChain { seq });
        }
    }
    findings
}

/// What a number says of the one before it.
fn inspect_step(links: &Links, n: u64) -> Vec<Finding> {
    let mut findings = Vec::new();
    let before = number_before(links, n);
    let versions = links.get(&before).map_or(&[][..], Vec::as_slice);
    let (Some(earlier), Some(link)) = (versions.first(), first(links, n)) else {
        return findings;
    };
    let seq = link.seq;
    if seq < earlier.seq {
        findings.push(Finding::Moved { seq });
    }
    if let Some(told) = &link.told {
        if n - before == 1 && !versions.iter().any(|it| it.body_hash == told.prev) {
            findings.push(Finding::BrokenChain { seq });
        }
        let earlier = earlier.told.as_ref().map(|earlier| earlier.seen);
        if earlier.is_some_and(|earlier| told.seen < earlier) {
            findings.push(Finding::ImpossibleSeen { seq });
        }
    }
    findings
}

#[cfg(test)]
mod tests;
