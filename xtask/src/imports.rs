//! Who may import whom: the direct dependencies between the workspace's packages, and what the server must never link.

use crate::{Outcome, shell};

struct Rule {
    package: &'static str,
    /// Further arguments for `cargo tree`: features and target.
    arguments: &'static [&'static str],
    may_import: &'static [&'static str],
}

const RULES: [Rule; 14] = [
    Rule {
        package: "protocol",
        arguments: &[],
        may_import: &[],
    },
    Rule {
        package: "model",
        arguments: &[],
        may_import: &["protocol"],
    },
    Rule {
        package: "client",
        arguments: &[],
        may_import: &["protocol", "model"],
    },
    Rule {
        package: "backend",
        arguments: &[],
        may_import: &["protocol"],
    },
    Rule {
        package: "app",
        arguments: &[],
        may_import: &["protocol", "model"],
    },
    Rule {
        package: "app",
        arguments: &["--features", "browser"],
        may_import: &["protocol", "model", "client"],
    },
    Rule {
        package: "app",
        arguments: &["--features", "ssr"],
        may_import: &["protocol", "model", "backend"],
    },
    Rule {
        package: "frontend",
        arguments: &["--target", "wasm32-unknown-unknown"],
        may_import: &["app"],
    },
    Rule {
        package: "server",
        arguments: &[],
        may_import: &["protocol", "backend", "app"],
    },
    Rule {
        package: "decoding",
        arguments: &[],
        may_import: &["protocol", "model", "client"],
    },
    Rule {
        package: "testbench",
        arguments: &[],
        may_import: &["protocol", "model", "client", "backend"],
    },
    Rule {
        package: "bench",
        arguments: &[],
        may_import: &["protocol", "client", "backend"],
    },
    Rule {
        package: "faults",
        arguments: &[],
        may_import: &["protocol", "backend"],
    },
    Rule {
        package: "xtask",
        arguments: &[],
        may_import: &[],
    },
];

/// What the server must not be able to do at all: decrypt.
const NEVER_IN_THE_SERVER: [&str; 2] = ["client", "fernet"];

/// Checks every rule and names each import that breaks one.
pub fn check() -> Outcome {
    let mut broken = Vec::new();
    for rule in &RULES {
        let direct = dependencies(rule.package, &[&["--depth", "1"], rule.arguments].concat())?;
        for name in direct
            .iter()
            .filter(|name| is_ours(name) && *name != rule.package)
        {
            if !rule.may_import.contains(&name.as_str()) {
                broken.push(format!("{} must not import {name}", rule.package));
            }
        }
    }
    let linked = dependencies("server", &["--edges", "normal"])?;
    for name in NEVER_IN_THE_SERVER {
        if linked.iter().any(|dependency| dependency == name) {
            broken.push(format!(
                "the server links {name}: it must not be able to decrypt"
            ));
        }
    }
    if broken.is_empty() {
        Ok(())
    } else {
        Err(broken.join("; "))
    }
}

fn is_ours(name: &str) -> bool {
    RULES.iter().any(|rule| rule.package == name)
}

fn dependencies(package: &str, arguments: &[&str]) -> Outcome<Vec<String>> {
    let mut tree = shell::cargo();
    tree.args([
        "tree",
        "--locked",
        "--package",
        package,
        "--prefix",
        "none",
        "--format",
        "{p}",
    ])
    .args(arguments);
    let listing = shell::output(&mut tree)?;
    Ok(listing
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect())
}
