//! Plain text, which is taken as it is.

use crate::file::Metadata;
use crate::model::Report;
use crate::reader::{Cause, Extracted, ReadOptions, Reader, decoded, stem};

/// Plain text.
pub(super) struct Plain;

impl Reader for Plain {
    fn id(&self) -> &'static str {
        "txt"
    }

    fn summary(&self) -> &'static str {
        "plain text"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["txt"]
    }

    fn read(
        &self,
        file: &str,
        bytes: &[u8],
        _options: &ReadOptions,
        report: &mut Report,
    ) -> Result<Vec<Extracted>, Cause> {
        let text = decoded(file, bytes, None, report)?;
        Ok(vec![Extracted::new(stem(file), text, Metadata::default(), self)])
    }
}
