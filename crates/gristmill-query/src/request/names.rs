//! Names that are not known, and the known ones that they may have meant.

/// A name from outside is compared and shown up to this many characters.
const SHOWN_CHARS: usize = 60;

/// How many known names an error lists.
const LISTED: usize = 8;

/// The message for a `name` that is none of the `known` ones, nearest first; `what` says of what sort they are, such
/// as `"dimension"`.
pub(super) fn unknown(what: &str, name: &str, known: &[&str]) -> String {
    let shown: String = name.chars().take(SHOWN_CHARS).collect();
    let dots = if shown.len() < name.len() { "..." } else { "" };
    format!("unknown {what}: {shown:?}{dots}; expected {}", list(&shown, known))
}

/// The known names, nearest first.
fn list(name: &str, known: &[&str]) -> String {
    let wanted = name.to_lowercase();
    let mut ranked: Vec<(usize, &str)> = known
        .iter()
        .map(|known| (strsim::damerau_levenshtein(&wanted, &known.to_lowercase()), *known))
        .collect();
    ranked.sort_by_key(|&(distance, _)| distance);
    let listed: Vec<&str> = ranked.iter().take(LISTED).map(|&(_, name)| name).collect();
    match known.len().saturating_sub(LISTED) {
        0 => listed.join(", "),
        more => format!("{} or one of {more} more", listed.join(", ")),
    }
}
