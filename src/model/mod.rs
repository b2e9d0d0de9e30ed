//! The project as values, and the one way to change them.
//!
//! Invariants:
//! - A [`Project`] changes its annotation sets only by [`Project::apply`].
//! - No disk, clock, randomness, threads or serialisation here: ids and times come in as values.
//! - Everything that can reach a file or a screen is kept in an order that does not depend on
//!   hashing.

mod annotation;
mod assignment;
mod country;
mod each;
mod edit;
mod history;
mod journal;
mod merge;
mod problem;
mod ruling;
mod schema;
mod schema_change;
mod schema_plan;
mod timestamp;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::text::Text;

pub use annotation::{
    Annotation, AnnotationSet, Attributes, Change, Entity, Extra, Origin, Relation, Status, Value,
};
pub use assignment::{Assignments, Deal};
pub use country::Country;
pub use each::each;
pub use edit::{Edit, EditError, Transaction};
pub use history::History;
pub use journal::{HistoryEvent, Journal, JournalEntry, Pending, Target, outstanding};
pub use merge::{CONFLICT, edits_between, merge};
pub use problem::{Place, Problem, Report, Severity};
pub use ruling::{Ruling, Statement};
pub use schema::{Attribute, AttributeType, Color, Label, RelationLabel, Schema};
pub use schema_change::{Renaming, SchemaChange, SchemaChangeError, SchemaPart};
pub use schema_plan::{SchemaPlan, Touched};
pub use timestamp::Timestamp;

/// Defines a newtype over a short shared string.
macro_rules! name {
    ($(#[doc = $doc:literal] $name:ident)*) => {$(
        #[doc = $doc]
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Takes the string as it is.
            pub fn new(string: impl Into<Arc<str>>) -> $name {
                $name(string.into())
            }

            /// The string.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(string: &str) -> $name {
                $name(string.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }
    )*};
}

name! {
    #[doc = "An article of a project: its path from the project folder, with `/` between the parts."]
    DocumentId
    #[doc = "An annotation's id, unique in its set."]
    AnnotationId
    #[doc = "A relation's id, unique in its set."]
    RelationId
    #[doc = "An entity's id, unique in its set."]
    EntityId
    #[doc = "A person (or model) who annotates, by the name they gave."]
    AnnotatorId
}

impl DocumentId {
    /// What people call the article: the file's name without folders and ending.
    pub fn title(&self) -> &str {
        let name = self.0.rsplit('/').next().unwrap_or(&self.0);
        match name.rsplit_once('.') {
            Some((stem, _)) if !stem.is_empty() => stem,
            _ => name,
        }
    }
}

/// Whose annotations a set holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// A person's or a model's.
    Annotator(AnnotatorId),
    /// The agreed reference.
    Gold,
}

impl Owner {
    /// The owner that a name stands for; `gold` is the agreed reference.
    pub fn named(name: &str) -> Owner {
        if name == "gold" { Owner::Gold } else { Owner::Annotator(name.into()) }
    }

    /// The name, `gold` for the agreed reference.
    pub fn name(&self) -> &str {
        match self {
            Owner::Annotator(annotator) => annotator.as_str(),
            Owner::Gold => "gold",
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One owner's annotations on one document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SetKey {
    /// The article.
    pub document: DocumentId,
    /// Whose annotations.
    pub owner: Owner,
}

/// How an article came off the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The encoding's name as the WHATWG Encoding Standard gives it, in lower case: `utf-8`.
    pub encoding: String,
    /// True if the file began with a byte order mark, which is not part of the text.
    pub bom: bool,
    /// How its lines end.
    pub newline: Newline,
    /// SHA-256 of the file's bytes, in hexadecimal.
    pub file_sha256: String,
    /// SHA-256 of the text's UTF-8 bytes, in hexadecimal.
    pub text_sha256: String,
    /// BCP 47 tag of the article's language, where it is known.
    pub language: Option<String>,
}

/// How a text's lines end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Newline {
    /// There is one line.
    None,
    /// Line feed.
    Lf,
    /// Carriage return and line feed.
    Crlf,
    /// Carriage return.
    Cr,
    /// More than one kind.
    Mixed,
}

/// An article: its immutable text and where that came from.
#[derive(Clone, Debug)]
pub struct Document {
    /// The article's path in the project.
    pub id: DocumentId,
    /// What is annotated.
    pub text: Text,
    /// How it was read.
    pub source: Source,
}

/// A schema, documents and annotation sets: those in memory, which need not be all on disk.
#[derive(Clone, Debug)]
pub struct Project {
    /// What people call it.
    pub name: String,
    schema: Arc<Schema>,
    documents: BTreeMap<DocumentId, Arc<Document>>,
    sets: BTreeMap<SetKey, Arc<AnnotationSet>>,
    revision: u64,
}

impl Project {
    /// A project without documents.
    pub fn new(name: impl Into<String>, schema: Schema) -> Project {
        Project {
            name: name.into(),
            schema: Arc::new(schema),
            documents: BTreeMap::new(),
            sets: BTreeMap::new(),
            revision: 0,
        }
    }

    /// What may be annotated.
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// A document in memory.
    pub fn document(&self, id: &DocumentId) -> Option<&Arc<Document>> {
        self.documents.get(id)
    }

    /// All documents in memory, in order of their paths.
    pub fn documents(&self) -> impl Iterator<Item = &Arc<Document>> {
        self.documents.values()
    }

    /// An annotation set in memory.
    pub fn set(&self, key: &SetKey) -> Option<&Arc<AnnotationSet>> {
        self.sets.get(key)
    }

    /// All sets in memory, by document, then owner.
    pub fn sets(&self) -> impl Iterator<Item = (&SetKey, &Arc<AnnotationSet>)> {
        self.sets.iter()
    }

    /// Grows with every change, so that caches know when they are stale.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Puts a document that was read into memory. Not an edit: nobody made it.
    pub fn insert_document(&mut self, document: Document) {
        self.revision += 1;
        self.documents.insert(document.id.clone(), Arc::new(document));
    }

    /// Takes a set out of memory, where it is safe on disk. Not an edit: it is still there.
    pub fn forget_set(&mut self, key: &SetKey) {
        self.revision += 1;
        self.sets.remove(key);
    }

    /// Puts a set that was read into memory. Not an edit: nobody made it.
    pub fn insert_set(&mut self, key: SetKey, mut set: AnnotationSet) {
        self.revision += 1;
        // Another state than the one before, whatever the numbers of the two were.
        set.revision =
            self.sets.get(&key).map_or(set.revision, |before| before.revision.max(set.revision) + 1);
        self.sets.insert(key, Arc::new(set));
    }

    /// Puts a schema that was read in place of the one before. Not an edit: nobody made it here.
    pub fn insert_schema(&mut self, schema: Schema) {
        self.revision += 1;
        self.schema = Arc::new(schema);
    }
}
