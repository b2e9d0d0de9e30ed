//! Spans without white space at their ends, for formats that count in tokens and have none for it.

use std::sync::Arc;

use crate::format::Article;
use crate::format::tokens::is_blank;
use crate::model::{Annotation, Report, Schema, Severity};
use crate::text::{Offset, Range, Span, Text};

/// The annotations in order, without white space at the ends of their fragments. Those that
/// were changed or had nothing else are reported one by one.
pub(super) fn trimmed(article: &Article, schema: &Schema, report: &mut Report) -> Vec<Arc<Annotation>> {
    let text = &article.document.text;
    let mut annotations = Vec::new();
    for annotation in article.set.in_order(&schema.label_names()) {
        let span = Span::new(annotation.span.ranges().iter().filter_map(|&it| trim(text, it)));
        let what = match &span {
            Ok(span) if *span == annotation.span => {
                annotations.push(Arc::clone(annotation));
                continue;
            }
            Ok(_) => "is exported without the white space at its ends",
            Err(_) => "is not exported, since it covers nothing but white space",
        };
        let message = format!("{} “{}” {what}", annotation.label, text.excerpt(&annotation.span, 40));
        report.add(Severity::Warning, article.place_of(annotation), message);
        if let Ok(span) = span {
            annotations.push(Arc::new(Annotation { span, ..(**annotation).clone() }));
        }
    }
    annotations
}

fn trim(text: &Text, range: Range) -> Option<Range> {
    let slice = text.slice(range);
    let start = range.start().byte() + (slice.len() - slice.trim_start_matches(is_blank).len());
    let end = start + slice.trim_matches(is_blank).len();
    Range::new(Offset::new(start), Offset::new(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_goes_off_both_ends() {
        for (string, expected) in
            [("Kyiv", Some("Kyiv")), (" \u{a0}Kota Kyiv\n\u{1f}", Some("Kota Kyiv")), (" \n", None)]
        {
            let text = Text::new(string);
            let trimmed = trim(&text, text.whole().expect("there is text"));
            assert_eq!(trimmed.map(|it| text.slice(it)), expected, "{string:?}");
        }
    }
}
