//! Which spans stay where a format holds none that share text.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::format::{Article, Overlap};
use crate::model::{Annotation, Report, Severity};
use crate::text::{Offset, Span};

/// Of the annotations, those of which no two share text, in text order. Those that stay out are
/// reported one by one.
pub(super) fn flat<'a>(
    article: &Article,
    annotations: impl IntoIterator<Item = &'a Arc<Annotation>>,
    overlap: &Overlap,
    report: &mut Report,
) -> Vec<&'a Arc<Annotation>> {
    let mut all: Vec<&Arc<Annotation>> = annotations.into_iter().collect();
    // The wanted ones come first, and of equals the first in the text, then by id.
    let place = |it: &Annotation| (it.span.start(), it.span.end());
    match overlap {
        // What lies in another one comes after it.
        Overlap::Outermost => all.sort_by_key(|it| (it.span.start(), Reverse(it.span.end()), it.id.clone())),
        Overlap::Innermost => all.sort_by_key(|it| (it.span.n_bytes(), place(it), it.id.clone())),
        Overlap::Longest => all.sort_by_key(|it| (Reverse(it.span.n_bytes()), place(it), it.id.clone())),
        Overlap::ByLabel(labels) => all.sort_by_key(|it| {
            let rank = labels.iter().position(|label| *label == it.label).unwrap_or(labels.len());
            (rank, place(it), it.id.clone())
        }),
    }
    let mut taken: BTreeMap<Offset, (Offset, &Arc<Annotation>)> = BTreeMap::new();
    let mut kept = Vec::with_capacity(all.len());
    for annotation in all {
        let rival = annotation.span.ranges().iter().find_map(|range| {
            let (_, &(end, other)) = taken.range(..range.end()).next_back()?;
            (end > range.start()).then_some(other)
        });
        match rival {
            None => {
                for range in annotation.span.ranges() {
                    taken.insert(range.start(), (range.end(), annotation));
                }
                kept.push(annotation);
            }
            Some(other) => {
                let message = format!(
                    "{} “{}” is not exported, since it shares text with {} “{}”",
                    annotation.label,
                    excerpt(article, &annotation.span),
                    other.label,
                    excerpt(article, &other.span)
                );
                report.add(Severity::Warning, article.place_of(annotation), message);
            }
        }
    }
    kept.sort_by_key(|it| (it.span.start(), it.span.end()));
    kept
}

fn excerpt(article: &Article, span: &Span) -> String {
    article.document.text.excerpt(span, 40)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AnnotationSet, Document, Newline, Owner, Source, Status};
    use crate::text::Text;
    use crate::text::marked::Marked;

    fn kept(marked: &str, overlap: &Overlap) -> (String, usize) {
        let marked = Marked::parse(marked).unwrap();
        let text = Text::new(marked.text.as_str());
        let annotations = marked.labels.iter().map(|(number, it)| {
            let id = crate::model::AnnotationId::new(number.to_string());
            Annotation::new(id, it.label.as_str(), marked.spans[number].clone())
        });
        let set = AnnotationSet::new(Status::New, annotations, [], []);
        let source = Source {
            encoding: String::new(),
            bom: false,
            newline: Newline::None,
            file_sha256: String::new(),
            text_sha256: String::new(),
            language: None,
        };
        let article = Article {
            owner: Owner::Gold,
            document: Arc::new(Document { id: "a.txt".into(), text, source }),
            set: Arc::new(set),
        };
        let mut report = Report::default();
        let kept = flat(&article, article.set.annotations(), overlap, &mut report);
        let labels: Vec<&str> = kept.iter().map(|it| it.label.as_str()).collect();
        (labels.join(" "), report.problems.len())
    }

    #[test]
    fn of_spans_that_share_text_the_wanted_one_stays() {
        let nested = "{1}Kami {2}AS{/2} {3}siap{/3}{/1} ya\n---\n1 quote\n2 country\n3 weapon\n";
        let crossing = "{1}Kami {2}AS{/1} siap dan lagi{/2}\n---\n1 quote\n2 country\n";
        let by_label = |label: &str| Overlap::ByLabel(vec![label.to_owned()]);
        for (marked, overlap, expected, n_lost) in [
            (nested, Overlap::Outermost, "quote", 2),
            (nested, Overlap::Longest, "quote", 2),
            (nested, Overlap::Innermost, "country weapon", 1),
            (nested, by_label("quote"), "quote", 2),
            (crossing, Overlap::Outermost, "quote", 1),
            (crossing, Overlap::Longest, "country", 1),
            (crossing, by_label("country"), "country", 1),
        ] {
            assert_eq!(kept(marked, &overlap), (expected.to_owned(), n_lost), "{overlap:?}: {marked}");
        }
    }
}
