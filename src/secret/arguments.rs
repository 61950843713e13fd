//! What a command line sets: options and assignments, by the names that they are set by.

/// The values in a command and its arguments, each with the name by which it is set: `--token=x`, `--token x`, `TOKEN=x`,
/// also inside an argument such as that of `sh -c`. Every argument stands for itself, too, under the name `argument`.
pub fn arguments(command: &[String]) -> Vec<(String, String)> {
    let whole = command
        .iter()
        .map(|argument| ("argument".to_owned(), argument.clone()));
    let mut found: Vec<(String, String)> = whole.collect();
    let words: Vec<&str> = command
        .iter()
        .flat_map(|argument| argument.split_whitespace())
        .collect();
    for (place, word) in words.iter().enumerate() {
        let set = match word.split_once('=') {
            Some(set) => Some(set),
            None if word.starts_with('-') => words
                .get(place + 1)
                .filter(|value| !value.starts_with('-'))
                .map(|value| (*word, *value)),
            None => None,
        };
        if let Some((name, value)) = set {
            let name = name.trim_matches('-');
            let value = value.trim_matches(['"', '\'', ';']);
            if !name.is_empty() && !value.is_empty() {
                found.push((name.to_owned(), value.to_owned()));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_and_assignments_are_told_by_their_names() {
        let found = |command: &[&str]| {
            let command: Vec<String> = command.iter().map(|&word| word.to_owned()).collect();
            let mut found = arguments(&command);
            found.retain(|(name, _)| name != "argument");
            found
        };
        let set = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(found(&["app.handler"]), []);
        assert_eq!(found(&["--token=a=b"]), [set("token", "a=b")]);
        assert_eq!(
            found(&["-p", "x", "--quiet", "--db-pw", "y"]),
            [set("p", "x"), set("db-pw", "y")]
        );
        assert_eq!(
            found(&["sh", "-c", "DB_PW='x' exec app --key y"]),
            [set("c", "DB_PW='x"), set("DB_PW", "x"), set("key", "y")]
        );
    }
}
