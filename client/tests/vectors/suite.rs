//! One file of vectors: cases that this crate must answer, and be seen to answer, as the file says.

use crate::given::Given;
use serde_json::{Value, json};
use std::{collections::BTreeSet, fs, path::PathBuf};

/// What a check gives for what it is given, or the reason why it refuses, in one of the words of docs/vectors/README.md.
pub type Outcome = Result<Value, &'static str>;

/// A question that both implementations answer.
pub struct Check {
    pub name: &'static str,
    pub answer: fn(&Given) -> Outcome,
}

impl Check {
    /// What only computes refuses what somebody else claims to come out.
    fn judge(&self, given: &Value) -> Outcome {
        let gives = (self.answer)(&Given(given))?;
        match given.get("claimed") {
            Some(claimed) if *claimed != gives => Err("value"),
            _ => Ok(gives),
        }
    }
}

/// The cases of one file.
pub struct Suite {
    file: &'static str,
    about: &'static str,
    cases: Vec<Value>,
}

impl Suite {
    pub fn new(file: &'static str, about: &'static str) -> Self {
        Self {
            file,
            about,
            cases: Vec::new(),
        }
    }

    /// A case that is in order. Gives what came out.
    pub fn accept(&mut self, name: &str, check: &Check, given: Value) -> Value {
        match check.judge(&given) {
            Ok(gives) => {
                let case =
                    json!({"name": name, "check": check.name, "given": given, "gives": gives});
                self.cases.push(case);
                gives
            }
            Err(reason) => panic!("{}: {name}: refused: {reason}", self.file),
        }
    }

    /// A negative twin: a case in which one thing is not as it should be.
    pub fn refuse(&mut self, name: &str, check: &Check, given: Value, reason: &'static str) {
        match check.judge(&given) {
            Ok(gives) => panic!("{}: {name}: accepted: {gives}", self.file),
            Err(other) => assert_eq!(other, reason, "{}: {name}", self.file),
        }
        let case = json!({"name": name, "check": check.name, "given": given, "refused": reason});
        self.cases.push(case);
    }

    /// The twin of what only computes: that something else came out, as it does after a likely mistake.
    pub fn deny(&mut self, name: &str, check: &Check, mut given: Value, claimed: Value) {
        given["claimed"] = claimed;
        self.refuse(name, check, given, "value");
    }

    pub fn cases(&self) -> &[Value] {
        &self.cases
    }

    /// Compares with the committed file, or writes it where that is asked for.
    pub fn check(&self) {
        let mut seen = BTreeSet::new();
        for name in self.cases.iter().map(|case| case["name"].as_str().unwrap()) {
            assert!(seen.insert(name), "{}: {name}: twice", self.file);
        }
        let made = json!({"about": self.about, "cases": self.cases});
        let text = serde_json::to_string_pretty(&made).unwrap() + "\n";
        if std::env::var_os("SECURECHAT_WRITE_VECTORS").is_some() {
            fs::write(self.path(), text).unwrap();
            return;
        }
        let committed = fs::read_to_string(self.path()).unwrap();
        let parsed: Value = serde_json::from_str(&committed).unwrap();
        for (made, committed) in self.cases.iter().zip(parsed["cases"].as_array().unwrap()) {
            assert_eq!(made, committed, "{}", self.file);
        }
        // The texts are long.
        assert!(text == committed, "{}: written otherwise", self.file);
    }

    pub fn path(&self) -> PathBuf {
        folder().join(format!("{}.json", self.file))
    }
}

/// The same object with another value at a place that it has.
pub fn with(object: &Value, pointer: &str, value: Value) -> Value {
    let mut changed = object.clone();
    *changed.pointer_mut(pointer).unwrap() = value;
    changed
}

/// docs/vectors
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/vectors")
}
