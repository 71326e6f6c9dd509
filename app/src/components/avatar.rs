//! A round or square with initials, coloured by id.

use leptos::prelude::*;

/// Which of the ten hues an id has. Ids are hashes or random, so their first byte spreads well enough.
pub fn tone(id: &[u8]) -> String {
    id.first().map_or(0, |byte| byte % 10).to_string()
}

/// One or two letters that stand for a name.
pub fn initials(name: &str) -> String {
    let letters: Vec<char> = name
        .split_whitespace()
        .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()))
        .collect();
    match letters.as_slice() {
        [] => "·".to_owned(),
        [only] => only.to_uppercase().to_string(),
        [first, .., last] => first.to_uppercase().chain(last.to_uppercase()).collect(),
    }
}

/// What an avatar stands for.
#[derive(Clone, Copy, PartialEq)]
pub enum Of {
    Person,
    Room,
}

/// Initials of `name` on the hue of `id`. Says nothing to a screen reader: the name stands beside it.
#[component]
pub fn Avatar(
    of: Of,
    #[prop(into)] name: Signal<String>,
    #[prop(into)] tone: String,
    #[prop(optional)] size: &'static str,
) -> impl IntoView {
    let class = format!(
        "avatar {} {size}",
        if of == Of::Room { "avatar-room" } else { "" }
    );
    view! {
        <span class=class data-tone=tone aria-hidden="true">
            {move || initials(&name.read())}
        </span>
    }
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn takes_the_first_and_the_last_word() {
        assert_eq!(initials("ada"), "A");
        assert_eq!(initials("Ada Augusta Lovelace"), "AL");
        assert_eq!(initials("  (élan) vital "), "ÉV");
    }

    #[test]
    fn has_something_to_show_for_names_without_letters() {
        assert_eq!(initials(""), "·");
        assert_eq!(initials("… !"), "·");
    }
}
