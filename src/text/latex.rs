//! Text for papers.

use super::printable;

/// Text that LaTeX sets as it is, with any engine.
pub fn latex(text: &str) -> String {
    let mut escaped = String::new();
    let (mut before, mut left) = (' ', printable(text).chars().collect::<Vec<_>>().into_iter().peekable());
    while let Some(character) = left.next() {
        let begins_number = !before.is_alphanumeric() && left.peek().is_some_and(char::is_ascii_digit);
        before = character;
        match character {
            '-' if begins_number => escaped.push_str("$-$"),
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => escaped.extend(['\\', character]),
            '~' => escaped.push_str("\\textasciitilde{}"),
            '^' => escaped.push_str("\\textasciicircum{}"),
            '\\' => escaped.push_str("\\textbackslash{}"),
            '|' => escaped.push_str("\\textbar{}"),
            '–' => escaped.push_str("--"),
            '…' => escaped.push_str("\\dots{}"),
            '−' => escaped.push_str("$-$"),
            'α' => escaped.push_str("$\\alpha$"),
            'γ' => escaped.push_str("$\\gamma$"),
            'κ' => escaped.push_str("$\\kappa$"),
            'π' => escaped.push_str("$\\pi$"),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latex_sets_what_is_written() {
        assert_eq!(latex("[-0.1, 2] in SemEval-2013"), "[$-$0.1, 2] in SemEval-2013");
        assert_eq!(
            latex("50 % of a_b & {c} \\ α_U"),
            "50 \\% of a\\_b \\& \\{c\\} \\textbackslash{} $\\alpha$\\_U"
        );
    }
}
