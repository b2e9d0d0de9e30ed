//! What another copy of the project has and this one lacks: shown first, then in with one step.
//!
//! Invariants:
//! - Sets that are not here come in as an import does; those that moved on there become edits. So it
//!   is one step of history, and Undo takes all of it back.
//! - Nothing that was made here goes away unless the copy's set was made of the very one that is
//!   here. Where that cannot be told, what either has stays.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::gather::held;
use super::import::{ImportPlan, ImportRequest, PlannedArticle, Tally};
use super::{Session, sentence};
use crate::file::merge_sets;
use crate::format::Article;
use crate::model::{
    AnnotationSet, Document, DocumentId, Edit, Owner, Place, Report, Schema, SetKey, Severity, edits_between,
};
use crate::store::{Folder, Kinship, LoadedSet};

/// What a plan of this kind is called instead of a format's id.
const COPY: &str = "another copy";

/// A set of which the copy has another version.
#[derive(Clone, Debug)]
pub struct PlannedMerge {
    /// Which.
    pub key: SetKey,
    /// Its article.
    document: Document,
    /// As it is here, on the disk.
    ours: LoadedSet,
    /// As the copy has it.
    theirs: AnnotationSet,
    /// What theirs was made of, if that is known.
    base: AnnotationSet,
}

/// Finds out what a copy has, for `by` to bring it in.
pub(super) fn plan(folder: &Folder, schema: &Schema, path: &Path, by: &Owner) -> Result<ImportPlan, String> {
    let mut report = Report::default();
    let copy = Folder::open(path, &mut Report::default()).map_err(|error| error.to_string())?.folder;
    if folder.is_same_as(&copy) {
        return Err(format!("this is the project itself, and no copy of it: {}", path.display()));
    }
    let past = [&folder.past(), &copy.past()];
    let mut plan = ImportPlan {
        request: ImportRequest {
            format: COPY.to_owned(),
            paths: vec![path.to_owned()],
            owner: None,
            unit: None,
        },
        articles: Vec::new(),
        tally: Tally::default(),
        merges: Vec::new(),
        report: Report::default(),
    };
    let mut held_by: BTreeMap<Owner, Option<String>> = BTreeMap::new();
    let mut articles = Articles { folder, copy: &copy, current: None };
    for key in copy.sets() {
        let kinship = folder.kinship(&copy, &key, past).map_err(|error| error.to_string())?;
        if matches!(kinship, Kinship::Same | Kinship::MadeHere) {
            continue;
        }
        let place = Place {
            document: Some(key.document.clone()),
            owner: Some(key.owner.clone()),
            ..Place::default()
        };
        let mut refuse = |message: String| report.add(Severity::Error, place.clone(), message);
        let is_held = || held(folder, &key.owner).filter(|_| key.owner != *by);
        if let Some(reason) = held_by.entry(key.owner.clone()).or_insert_with(is_held) {
            refuse(format!("not taken in, {reason}"));
            continue;
        }
        let (theirs_on, document) = match articles.of(&key.document) {
            Ok(pair) => pair.clone(),
            Err(message) => {
                refuse(message);
                continue;
            }
        };
        let mut met = Report::default();
        let theirs = match copy.look_at_set(&key, &theirs_on, schema, &mut met) {
            Ok(Some(theirs)) => theirs.set,
            Ok(None) => continue,
            Err(error) => {
                refuse(format!("not taken in, {error}"));
                continue;
            }
        };
        if theirs.is_read_only {
            refuse("not taken in, since a newer version of Sorot wrote it".to_owned());
            continue;
        }
        report.problems.append(&mut met.problems);
        let ours = folder.look_at_set(&key, document.as_ref().unwrap_or(&theirs_on), schema, &mut met);
        match (ours, document) {
            (Err(error), _) => report.add(Severity::Error, place, format!("not taken in, {error}")),
            (Ok(Some(ours)), Some(document)) if !ours.set.is_read_only => {
                let base = match kinship {
                    Kinship::MadeThere => ours.set.clone(),
                    _ => AnnotationSet::default(),
                };
                plan.merges.push(PlannedMerge { key, document, ours, theirs, base });
            }
            (Ok(Some(_)), _) => {
                report.add(Severity::Error, place, "not taken in, since the file here is read-only");
            }
            (Ok(None), document) => {
                let is_new = document.is_none();
                let source = is_new.then(|| copy.read_source(&key.document)).flatten();
                let document = Arc::new(document.unwrap_or(theirs_on));
                let article = Article { owner: key.owner, document, set: Arc::new(theirs) };
                plan.articles.push(PlannedArticle { article, is_new, source });
            }
        }
    }
    plan.merges.retain(|it| {
        let merged = it.merged(&it.ours.set, &mut report);
        !edits_between(&it.key, &it.ours.set, &merged).is_empty()
    });
    plan.tally = Tally::of(&plan.articles);
    plan.report = report;
    Ok(plan)
}

/// Articles, each read once for the sets on it.
struct Articles<'a> {
    folder: &'a Folder,
    copy: &'a Folder,
    current: Option<(DocumentId, Result<Pair, String>)>,
}

/// An article as the copy has it, and as it is here if it is.
type Pair = (Document, Option<Document>);

impl Articles<'_> {
    fn of(&mut self, id: &DocumentId) -> Result<&Pair, String> {
        if self.current.as_ref().is_none_or(|(of, _)| of != id) {
            self.current = Some((id.clone(), self.read(id)));
        }
        match &self.current {
            Some((_, pair)) => pair.as_ref().map_err(Clone::clone),
            None => Err(String::new()),
        }
    }

    fn read(&self, id: &DocumentId) -> Result<Pair, String> {
        let read = |folder: &Folder| {
            let document = folder.read_document(id, &mut Report::default());
            document.map_err(|error| format!("not taken in, {error}"))
        };
        let theirs = read(self.copy)?;
        if !self.folder.articles().contains(id) {
            return match self.folder.has_file(id.as_str()) {
                true => Err("not taken in, since there is another file of that name here".to_owned()),
                false => Ok((theirs, None)),
            };
        }
        let ours = read(self.folder)?;
        if ours.text == theirs.text {
            return Ok((theirs, Some(ours)));
        }
        Err("not taken in, since the article has another text there than here".to_owned())
    }
}

impl PlannedMerge {
    /// What becomes of the set as it is here.
    fn merged(&self, ours: &AnnotationSet, report: &mut Report) -> AnnotationSet {
        let mut conflicts = Report::default();
        let merged = merge_sets(&self.base, ours, &self.theirs, &mut conflicts);
        for mut problem in conflicts.problems {
            problem.place.document = Some(self.key.document.clone());
            problem.place.owner = Some(self.key.owner.clone());
            report.problems.push(problem);
        }
        merged
    }
}

impl Session {
    /// The edits that bring in what a copy made of sets that are here, which come into memory.
    pub(super) fn edits_of_copy(&mut self, plan: &ImportPlan) -> Vec<Edit> {
        let mut report = Report::default();
        let mut edits = Vec::new();
        for merge in &plan.merges {
            if self.project.set(&merge.key).is_none() {
                self.take_loaded(&merge.key, merge.document.clone(), Some(merge.ours.clone()));
            }
            let Some(ours) = self.project.set(&merge.key) else { continue };
            edits.extend(edits_between(&merge.key, ours, &merge.merged(ours, &mut report)));
        }
        self.problems.append(&mut report.problems);
        edits
    }

    /// Says what became of a copy whose sets were all here.
    pub(super) fn say_copied(&mut self, plan: &ImportPlan) {
        self.notify(sentence(&format!("{} from another copy; Undo takes that back", plan.summary())));
    }
}
