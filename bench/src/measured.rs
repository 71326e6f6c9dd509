//! The shape that all results have: series of samples, one sample a round, and what they are to reach.

use serde::{Deserialize, Serialize};

/// SecureChat, in every series that is ours.
pub const SUBJECT: &str = "SecureChat";

/// What one metric gave.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Measured {
    /// Such as `P1`.
    pub id: String,
    /// What it is about, for a headline.
    pub title: String,
    /// What was counted, how, and under what circumstances: Markdown.
    pub counted: String,
    /// All of them.
    pub series: Vec<Series>,
    /// What is to be reached.
    pub targets: Vec<Target>,
    /// How figures grow.
    pub plots: Vec<Plot>,
    /// Runs that count for nothing, and why.
    pub void: Vec<String>,
}

/// Names a series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// What the numbers are, such as `logins a second`.
    pub figure: String,
    /// Under what load, such as `one room of 1,000`.
    pub load: String,
    /// Of whom: [`SUBJECT`] or a reference.
    pub of: String,
}

/// The same figure, of the same program under the same load, in each round.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Series {
    /// Its name.
    #[serde(flatten)]
    pub key: Key,
    /// How large the load is, where a plot shows how the figure grows with it.
    pub size: Option<f64>,
    /// A number a round; none where the run was void.
    pub samples: Vec<Option<f64>>,
}

/// What a series is to reach, in the same round.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Target {
    /// Which series.
    pub key: Key,
    /// From which side.
    pub bound: Bound,
    /// The limit is the sum of these.
    pub limit: Vec<Term>,
}

/// From which side a limit is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// More is better.
    AtLeast,
    /// Less is better.
    AtMost,
}

/// A part of a limit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Term {
    /// So many times …
    pub factor: f64,
    /// … that series, or the number itself.
    pub series: Option<Key>,
}

/// A picture of all series of a figure that have a size.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Plot {
    /// The file's name without its ending.
    pub file: String,
    /// Above it.
    pub title: String,
    /// Which figure: the vertical axis.
    pub figure: String,
    /// The horizontal axis.
    pub across: String,
}

/// Why a run gave no number.
#[derive(Debug)]
pub enum Fault {
    /// It ran and counts for nothing: something was missing, or the load generator was the bottleneck.
    Void(String),
    /// It could not be run at all.
    Broken(String),
}

impl From<String> for Fault {
    fn from(broken: String) -> Self {
        Self::Broken(broken)
    }
}

/// How often a void run is tried again.
const AGAIN: usize = 2;

impl Measured {
    /// Nothing yet.
    pub fn new(id: &str, title: &str, counted: &str) -> Self {
        Self {
            id: id.to_owned(),
            title: title.to_owned(),
            counted: counted.to_owned(),
            series: Vec::new(),
            targets: Vec::new(),
            plots: Vec::new(),
            void: Vec::new(),
        }
    }

    /// Runs until the run counts, twice more at most, and then notes the round's sample of each series: `run` gives one for
    /// each of `keys`. A run that stays void is noted as such, and its samples are missing.
    pub fn sample(
        &mut self,
        keys: &[Key],
        size: Option<f64>,
        mut run: impl FnMut() -> Result<Vec<f64>, Fault>,
    ) -> crate::Outcome {
        let name = |key: &Key| format!("{}, {}", key.of, key.load);
        let what = keys.first().map(name).unwrap_or_default();
        let mut samples = None;
        for _ in 0..=AGAIN {
            match run() {
                Ok(numbers) => {
                    samples = Some(numbers);
                    break;
                }
                Err(Fault::Void(why)) => {
                    crate::say::line(&format!("  void: {what}: {why}"));
                    self.void.push(format!("{what}: {why}"));
                }
                Err(Fault::Broken(why)) => return Err(format!("{what}: {why}")),
            }
        }
        for (at, key) in keys.iter().enumerate() {
            let sample = samples.as_ref().and_then(|it| it.get(at).copied());
            if let Some(number) = sample {
                crate::say::line(&format!("  {what}: {} {}", short(number), key.figure));
            }
            self.series_of(key, size).samples.push(sample);
        }
        Ok(())
    }

    fn series_of(&mut self, key: &Key, size: Option<f64>) -> &mut Series {
        let at = self.series.iter().position(|it| it.key == *key);
        let at = at.unwrap_or_else(|| {
            self.series.push(Series {
                key: key.clone(),
                size,
                samples: Vec::new(),
            });
            self.series.len() - 1
        });
        &mut self.series[at]
    }

    /// The samples of a series, round by round.
    pub fn samples(&self, key: &Key) -> &[Option<f64>] {
        let found = self.series.iter().find(|it| it.key == *key);
        found.map(|it| it.samples.as_slice()).unwrap_or_default()
    }

    /// A target's ratio to its limit in each round where all that it needs was measured.
    pub fn against_limit(&self, target: &Target) -> Vec<f64> {
        let values = self.samples(&target.key);
        let limit = |round| {
            let part = |term: &Term| match &term.series {
                None => Some(term.factor),
                Some(key) => {
                    let sample = self.samples(key).get(round).copied().flatten();
                    sample.map(|it| it * term.factor)
                }
            };
            target.limit.iter().map(part).sum::<Option<f64>>()
        };
        let ratio = |(round, value): (usize, &Option<f64>)| Some((*value)? / limit(round)?);
        values.iter().enumerate().filter_map(ratio).collect()
    }
}

impl Key {
    /// A name of three parts.
    pub fn new(figure: &str, load: &str, of: &str) -> Self {
        Self {
            figure: figure.to_owned(),
            load: load.to_owned(),
            of: of.to_owned(),
        }
    }
}

impl Target {
    /// A limit from below, without a part yet.
    pub fn at_least(key: Key) -> Self {
        Self {
            key,
            bound: Bound::AtLeast,
            limit: Vec::new(),
        }
    }

    /// A limit from above, without a part yet.
    pub fn at_most(key: Key) -> Self {
        Self {
            bound: Bound::AtMost,
            ..Self::at_least(key)
        }
    }

    /// Adds so many times the samples of a series.
    pub fn times(mut self, factor: f64, series: Key) -> Self {
        self.limit.push(Term {
            factor,
            series: Some(series),
        });
        self
    }

    /// Adds a number.
    pub fn number(mut self, factor: f64) -> Self {
        self.limit.push(Term {
            factor,
            series: None,
        });
        self
    }

    /// Whether a ratio to the limit is on its right side.
    pub fn is_reached(&self, ratio: f64) -> bool {
        match self.bound {
            Bound::AtLeast => ratio >= 1.0,
            Bound::AtMost => ratio <= 1.0,
        }
    }
}

/// The middle of some numbers, none of nothing.
pub fn median(numbers: &[f64]) -> Option<f64> {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(sorted[middle]),
        _ => Some((sorted[middle - 1] + sorted[middle]) / 2.0),
    }
}

/// A number with three digits that count, and commas between thousands.
pub fn short(number: f64) -> String {
    if number == 0.0 || !number.is_finite() {
        return number.to_string();
    }
    let digits = 2 - number.abs().log10().floor() as i32;
    let scale = 10_f64.powi(digits);
    let rounded = (number * scale).round() / scale;
    let text = format!("{rounded:.*}", digits.max(0) as usize);
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let part = part.trim_end_matches('0');
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) && !grouped.ends_with('-') {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    match part {
        "" => grouped,
        part => format!("{grouped}.{part}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIGURE: &str = "things a second";

    fn key(of: &str) -> Key {
        Key::new(FIGURE, "a load", of)
    }

    #[test]
    fn compares_within_each_round_and_leaves_void_rounds_out() {
        let mut measured = Measured::new("P0", "Things", "");
        for (ours, theirs) in [(20.0, 10.0), (30.0, 10.0), (90.0, 0.0)] {
            let mut give = |of, number| {
                let run = || match number {
                    0.0 => Err(Fault::Void("one was missing".to_owned())),
                    number => Ok(vec![number]),
                };
                measured.sample(&[key(of)], None, run).unwrap();
            };
            give(SUBJECT, ours);
            give("raw", theirs);
        }
        assert_eq!(
            measured.samples(&key("raw")),
            [Some(10.0), Some(10.0), None]
        );
        assert_eq!(measured.void.len(), 3);
        let target = Target::at_least(key(SUBJECT))
            .times(2.0, key("raw"))
            .number(5.0);
        assert_eq!(measured.against_limit(&target), [0.8, 1.2]);
        assert!(target.is_reached(1.2) && !target.is_reached(0.8));
    }

    #[test]
    fn shows_three_digits_that_count() {
        let shown = [1234567.0, 12.345, 0.012345, 100.0, 7.0, 999.9].map(short);
        assert_eq!(shown, ["1,230,000", "12.3", "0.0123", "100", "7", "1,000"]);
    }

    #[test]
    fn finds_the_middle() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(&[]), None);
    }
}
