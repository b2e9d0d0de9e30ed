//! What an article is called whose file gives it no name.

/// A file's path without the ending of its last part, and the article's number if it is one of
/// several: `news/train.spacy` gives `news/train-07`.
pub(super) fn numbered(file: &str, number: usize, n_articles: usize) -> String {
    let stem = stem(file);
    let width = n_articles.to_string().len();
    if n_articles < 2 { stem.to_owned() } else { format!("{stem}-{number:0width$}") }
}

fn stem(file: &str) -> &str {
    match file.rsplit_once('.') {
        Some((stem, ending)) if !ending.contains('/') && !stem.is_empty() && !stem.ends_with('/') => stem,
        _ => file,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_are_numbered_in_order() {
        assert_eq!(numbered("a/b.c/train.spacy", 7, 12), "a/b.c/train-07");
        assert_eq!(numbered("train", 1, 1), "train");
        assert_eq!(numbered(".x/.y", 1, 1), ".x/.y");
    }
}
