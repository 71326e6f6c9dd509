//! Addresses in a message.

/// A piece of a message's text.
#[derive(Debug, PartialEq)]
pub enum Piece<'a> {
    Text(&'a str),
    /// An http or https address, nothing else: other schemes may act when followed.
    Link(&'a str),
}

/// Cuts a text into plain pieces and addresses. Nothing is lost: the pieces together are the text.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut from = 0;
    while let Some(start) = next_start(rest, from) {
        let end = start + link_len(&rest[start..]);
        if end - start <= "https://".len() {
            from = end;
            continue;
        }
        if start > 0 {
            pieces.push(Piece::Text(&rest[..start]));
        }
        pieces.push(Piece::Link(&rest[start..end]));
        rest = &rest[end..];
        from = 0;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

fn next_start(text: &str, from: usize) -> Option<usize> {
    ["https://", "http://"]
        .iter()
        .filter_map(|scheme| text[from..].find(scheme).map(|at| at + from))
        .min()
}

fn link_len(text: &str) -> usize {
    let end = text
        .find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"'))
        .unwrap_or(text.len());
    let mut link = &text[..end];
    // A sentence's own marks at the end belong to the sentence, a bracket only if the address opens none.
    while let Some(last) = link.chars().last() {
        let belongs = match last {
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '…' | '”' | '’' => false,
            ')' => link.contains('('),
            ']' => link.contains('['),
            _ => true,
        };
        if belongs {
            break;
        }
        link = &link[..link.len() - last.len_utf8()];
    }
    link.len()
}

#[cfg(test)]
mod tests {
    use super::{Piece::*, pieces};

    #[test]
    fn finds_addresses_and_leaves_the_sentence_its_marks() {
        assert_eq!(
            pieces("see https://a.example/x_(y), or (http://b.example)!"),
            [
                Text("see "),
                Link("https://a.example/x_(y)"),
                Text(", or ("),
                Link("http://b.example"),
                Text(")!")
            ]
        );
    }

    #[test]
    fn leaves_other_schemes_and_bare_prefixes_as_text() {
        for text in [
            "javascript:alert(1)",
            "https://",
            "http:// x",
            "ftp://a.example",
            "",
        ] {
            assert!(
                pieces(text).iter().all(|piece| matches!(piece, Text(_))),
                "{text}"
            );
        }
    }

    #[test]
    fn loses_nothing() {
        for text in [
            "ü https://ä.example/ö… https://https:// x http://",
            "https://a.example’",
            "a\nhttps://b.example\nc",
        ] {
            let whole: String = pieces(text)
                .iter()
                .map(|piece| match piece {
                    Text(t) | Link(t) => *t,
                })
                .collect();
            assert_eq!(whole, text);
        }
    }
}
