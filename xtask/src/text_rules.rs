//! Rules of the house that no compiler knows, checked on the text of the sources.

use crate::{Outcome, paths};
use std::fs;
use std::path::{Path, PathBuf};

struct Rule {
    /// The folder that the rule is about.
    within: &'static str,
    /// The one place inside where the words are at home; empty where there is none.
    except: &'static str,
    words: &'static [&'static str],
    reason: &'static str,
}

const RULES: [Rule; 4] = [
    Rule {
        within: "app/src",
        except: "app/src/bridge",
        words: &["client::", "use client;"],
        reason: "only the bridge names the end-to-end engine",
    },
    Rule {
        within: "backend/src",
        except: "backend/src/store",
        words: &["sqlx::"],
        reason: "all SQL lives in the store",
    },
    Rule {
        within: "app/src",
        except: "",
        words: &["inner_html", "set_inner_html", "insert_adjacent_html"],
        reason: "text becomes nodes, never markup",
    },
    Rule {
        within: "app/src",
        except: "app/src/bridge",
        words: &["cfg!(", "target_arch"],
        reason: "the app must start with the very view that the HTML shows",
    },
];

/// Looks through every Rust source that a rule is about.
pub fn check() -> Outcome {
    let mut broken = Vec::new();
    for rule in &RULES {
        let mut files = Vec::new();
        collect(&paths::root().join(rule.within), "rs", &mut files)?;
        for file in files {
            let name = relative(&file);
            if !rule.except.is_empty() && name.starts_with(rule.except) {
                continue;
            }
            let text = fs::read_to_string(&file).map_err(|error| format!("{name}: {error}"))?;
            for (number, line) in text.lines().enumerate() {
                if let Some(word) = rule.words.iter().find(|word| has_word(line, word)) {
                    broken.push(format!("{name}:{}: `{word}`: {}", number + 1, rule.reason));
                }
            }
        }
    }
    if broken.is_empty() {
        Ok(())
    } else {
        Err(broken.join("\n"))
    }
}

/// All files below a folder that end in `.extension`, in order.
pub fn collect(folder: &Path, extension: &str, files: &mut Vec<PathBuf>) -> Outcome {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .map_err(|error| format!("{}: {error}", folder.display()))?
        .flatten()
        .map(|entry| entry.path())
        .collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            collect(&entry, extension, files)?;
        } else if entry.extension().is_some_and(|end| end == extension) {
            files.push(entry);
        }
    }
    Ok(())
}

/// A path as people write it, from the repository's root on.
pub fn relative(file: &Path) -> String {
    file.strip_prefix(paths::root())
        .unwrap_or(file)
        .to_string_lossy()
        .replace('\\', "/")
}

/// The word in code: not in a comment, and not as the end of a longer name (`http_client::`).
fn has_word(line: &str, word: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    code.match_indices(word).any(|(at, _)| {
        let before = code.get(..at).and_then(|text| text.chars().next_back());
        !before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::has_word;

    #[test]
    fn finds_a_name_in_code_but_not_in_a_comment_or_inside_another_name() {
        assert!(has_word("use client::Engine;", "client::"));
        assert!(!has_word("// client:: is named here", "client::"));
        assert!(!has_word("http_client::get()", "client::"));
    }
}
