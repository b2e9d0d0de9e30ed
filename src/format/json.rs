//! The annotation file's own form, a file for each article.

use std::sync::Arc;

use crate::file;
use crate::format::each::read_each;
use crate::format::portions::write_each;
use crate::format::{
    Article, Articles, Bundle, Capabilities, ExportOptions, Format, FormatError, ImportOptions, Sign, Sink,
    Take,
};
use crate::model::{Document, Owner, Report, Schema};

/// Holds everything; what a project's `annotations` folder holds.
pub(super) struct Json;

impl Format for Json {
    fn id(&self) -> &'static str {
        "json"
    }

    fn summary(&self) -> &'static str {
        "Sorot's own annotation files, one for each article"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            one_file: false,
            takes_unit: false,
            signs: &[Sign { ending: ".json", holds: &["\"sorot-annotations\""] }],
            ..Capabilities::WHOLE
        }
    }

    fn write(
        &self,
        articles: &mut dyn Articles,
        _options: &ExportOptions,
        schema: &Schema,
        out: &mut dyn Sink,
        report: &mut Report,
    ) {
        write_each(articles, out, report, |article, name, _| {
            let bytes = file::write_set(&article.key(), &article.document, &article.set, schema);
            [(format!("{name}.json"), bytes)]
        });
    }

    fn read(
        &self,
        files: &Bundle,
        options: &ImportOptions,
        _schema: &Schema,
        report: &mut Report,
        take: &mut Take<'_>,
    ) -> Result<(), FormatError> {
        let read = |(name, bytes): &(String, Vec<u8>), report: &mut Report| {
            // Who imports tells of labels that the schema does not have.
            let stored = file::read_set(bytes, name, &Schema::default(), report)?;
            let document =
                Document { id: stored.path.as_str().into(), text: stored.text, source: stored.source };
            let owner = options.owner.clone().unwrap_or_else(|| Owner::named(&stored.annotator));
            Ok(Some(Article { owner, document: Arc::new(document), set: Arc::new(stored.set) }))
        };
        read_each(&files.files, report, take, read).map(drop)
    }
}
