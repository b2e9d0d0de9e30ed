//! The annotation file's own form, a file for each article.

use std::sync::Arc;

use crate::file;
use crate::format::{Article, Bundle, Capabilities, Format, FormatError};
use crate::model::{Document, Owner, Report, Schema};
use crate::text::OffsetUnit;

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
            reads: true,
            writes: true,
            one_file: false,
            overlapping: true,
            discontinuous: true,
            relations: true,
            attributes: true,
            offset_unit: OffsetUnit::CodePoint,
            losses: &[],
        }
    }

    fn export(&self, articles: &[Article], schema: &Schema, _report: &mut Report) -> Bundle {
        let files = articles.iter().map(|article| {
            let bytes = file::write_set(&article.key(), &article.document, &article.set, schema);
            (format!("{}.json", article.document.id), bytes)
        });
        Bundle { files: files.collect() }
    }

    fn import(
        &self,
        bytes: &[u8],
        file: &str,
        schema: &Schema,
        report: &mut Report,
    ) -> Result<Vec<Article>, FormatError> {
        let stored = file::read_set(bytes, file, schema, report)?;
        let document = Document { id: stored.path.as_str().into(), text: stored.text, source: stored.source };
        Ok(vec![Article {
            owner: Owner::named(&stored.annotator),
            document: Arc::new(document),
            set: Arc::new(stored.set),
        }])
    }
}
