//! The rules of style/: every rule in a layer, nothing `!important`, colours and z-index in tokens.css alone.

use crate::{Outcome, paths, text_rules};
use std::fs;

/// Functions and names that make a colour out of nothing. `color-mix` of tokens and `transparent` are fine anywhere.
const COLOURS: [&str; 8] = [
    "rgb(", "rgba(", "hsl(", "hsla(", "hwb(", "lab(", "lch(", "oklch(",
];
const NAMED_COLOURS: [&str; 10] = [
    "white", "black", "red", "green", "blue", "gray", "grey", "orange", "yellow", "silver",
];

/// Checks every style file and names each place that breaks a rule.
pub fn check() -> Outcome {
    let mut files = Vec::new();
    text_rules::collect(&paths::root().join("style"), "css", &mut files)?;
    let mut broken = Vec::new();
    for file in files {
        let name = text_rules::relative(&file);
        let text = fs::read_to_string(&file).map_err(|error| format!("{name}: {error}"))?;
        let is_tokens = name.ends_with("/tokens.css");
        broken.extend(
            faults(&text, is_tokens)
                .into_iter()
                .map(|(line, fault)| format!("{name}:{line}: {fault}")),
        );
    }
    if broken.is_empty() {
        Ok(())
    } else {
        Err(broken.join("\n"))
    }
}

/// Every fault with its line.
fn faults(text: &str, is_tokens: bool) -> Vec<(usize, String)> {
    let text = without_comments(text);
    let mut faults = Vec::new();
    let mut depth = 0_usize;
    let mut piece = String::new();
    for (number, line) in text.lines().enumerate() {
        let number = number + 1;
        for letter in line.chars() {
            match letter {
                '{' | ';' | '}' => {
                    let statement = piece.trim();
                    let opens_rule = letter == '{';
                    if depth == 0
                        && !statement.is_empty()
                        && !belongs_at_the_top(statement, opens_rule)
                    {
                        faults.push((number, format!("`{statement}` is in no layer")));
                    }
                    if !opens_rule && depth > 0 {
                        faults.extend(
                            declaration_fault(statement, is_tokens).map(|fault| (number, fault)),
                        );
                    }
                    depth = match letter {
                        '{' => depth + 1,
                        '}' => depth.saturating_sub(1),
                        _ => depth,
                    };
                    piece.clear();
                }
                _ => piece.push(letter),
            }
        }
        piece.push(' ');
    }
    faults
}

fn belongs_at_the_top(statement: &str, opens_rule: bool) -> bool {
    let starts = |word| statement.starts_with(word);
    if opens_rule {
        starts("@layer ") || starts("@property ")
    } else {
        starts("@layer ") || starts("@import ")
    }
}

fn declaration_fault(statement: &str, is_tokens: bool) -> Option<String> {
    let (name, value) = statement.split_once(':')?;
    let (name, value) = (name.trim(), value.trim());
    if value.replace(' ', "").contains("!important") {
        return Some(format!("`{statement}`: a layer decides, not !important"));
    }
    if is_tokens {
        return None;
    }
    if name == "z-index" && !value.starts_with("var(") {
        return Some(format!("`{statement}`: z-index comes from tokens.css"));
    }
    if is_colour(value) {
        return Some(format!("`{statement}`: colours come from tokens.css"));
    }
    None
}

fn is_colour(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    // A URL or a string may hold anything.
    if value.contains("url(") || value.contains('"') {
        return false;
    }
    let mut words =
        value.split(|letter: char| !(letter.is_alphanumeric() || "-#_(".contains(letter)));
    words.any(|word| {
        let is_hex = word.strip_prefix('#').is_some_and(|hex| {
            hex.len() >= 3 && hex.chars().all(|digit| digit.is_ascii_hexdigit())
        });
        is_hex
            || NAMED_COLOURS.contains(&word)
            || COLOURS.iter().any(|function| word.starts_with(function))
    })
}

/// The text with comments blanked out, line breaks kept.
fn without_comments(text: &str) -> String {
    let mut rest = text;
    let mut kept = String::with_capacity(text.len());
    while let Some((before, after)) = rest.split_once("/*") {
        kept.push_str(before);
        let (comment, after) = after.split_once("*/").unwrap_or((after, ""));
        kept.extend(comment.chars().filter(|letter| *letter == '\n'));
        rest = after;
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use super::faults;

    fn lines(text: &str) -> Vec<usize> {
        faults(text, false)
            .into_iter()
            .map(|(line, _)| line)
            .collect()
    }

    #[test]
    fn accepts_a_layered_rule_made_of_tokens() {
        let text = "@layer base, components;\n@import \"a.css\";\n@layer base {\n  a:hover { color: var(--ink); z-index: var(--z-top) }\n}\n";
        assert_eq!(lines(text), Vec::<usize>::new());
    }

    #[test]
    fn finds_a_rule_outside_of_any_layer() {
        assert_eq!(lines("/* one\n two */\np { margin: 0; }"), [3]);
        assert_eq!(lines("@media print { p { margin: 0; } }"), [1]);
    }

    #[test]
    fn finds_important_colours_and_numbers_for_z_index() {
        assert_eq!(lines("@layer a {\n p { margin: 0 !important; }\n}"), [2]);
        assert_eq!(lines("@layer a {\n p { border: 1px solid #fff; }\n}"), [2]);
        assert_eq!(
            lines("@layer a {\n p {\n  color: oklch(1 0 0);\n  background: white;\n }\n}"),
            [3, 4]
        );
        assert_eq!(lines("@layer a {\n p { z-index: 3 }\n}"), [2]);
    }

    #[test]
    fn leaves_words_that_only_look_like_colours_alone() {
        assert_eq!(
            lines(
                "@layer a {\n p { white-space: nowrap; transition: color-mix(in oklab, var(--a), transparent); grid-area: a; }\n}"
            ),
            []
        );
    }

    #[test]
    fn lets_the_token_file_name_colours() {
        assert!(faults("@layer tokens {\n :root { --ink: #123; }\n}", true).is_empty());
    }
}
