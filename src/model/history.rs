//! What can be undone and redone: one history for the whole project.

use super::{EditError, Project, Transaction};

/// Done and undone transactions, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    done: Vec<Transaction>,
    undone: Vec<Transaction>,
}

impl History {
    /// How many transactions can be undone at most; older ones are forgotten (their effect stays).
    pub const LIMIT: usize = 10_000;

    /// Applies a transaction and remembers it; what was undone before can no longer be redone.
    ///
    /// # Errors
    /// If the project refuses it; nothing has changed then.
    pub fn commit(&mut self, project: &mut Project, transaction: Transaction) -> Result<(), EditError> {
        project.apply(&transaction)?;
        self.record(transaction);
        Ok(())
    }

    /// Remembers a transaction that was applied elsewhere, as a journal's reader does.
    pub fn record(&mut self, transaction: Transaction) {
        self.undone.clear();
        self.done.push(transaction);
        if self.done.len() > History::LIMIT {
            self.done.remove(0);
        }
    }

    /// Moves the newest done transaction to the undone ones without touching a project, as a
    /// journal's reader does. False if there is none.
    pub fn record_undo(&mut self) -> bool {
        self.done.pop().map(|transaction| self.undone.push(transaction)).is_some()
    }

    /// The counterpart of [`History::record_undo`].
    pub fn record_redo(&mut self) -> bool {
        self.undone.pop().map(|transaction| self.done.push(transaction)).is_some()
    }

    /// Takes back the newest transaction and returns what was taken back.
    ///
    /// # Errors
    /// If there is none, or the project has changed so that it cannot be taken back; nothing has
    /// changed then.
    pub fn undo(&mut self, project: &mut Project) -> Result<&Transaction, EditError> {
        let transaction = self.done.last().ok_or(EditError::Nothing("undo"))?;
        project.apply(&transaction.clone().inverse())?;
        self.record_undo();
        self.undone.last().ok_or(EditError::Nothing("undo"))
    }

    /// Makes the newest undone transaction again and returns it.
    ///
    /// # Errors
    /// As [`History::undo`].
    pub fn redo(&mut self, project: &mut Project) -> Result<&Transaction, EditError> {
        let transaction = self.undone.last().ok_or(EditError::Nothing("redo"))?;
        project.apply(transaction)?;
        self.record_redo();
        self.done.last().ok_or(EditError::Nothing("redo"))
    }

    /// The transaction that would be undone next.
    pub fn next_undo(&self) -> Option<&Transaction> {
        self.done.last()
    }

    /// The transaction that would be redone next.
    pub fn next_redo(&self) -> Option<&Transaction> {
        self.undone.last()
    }

    /// What can be undone, oldest first.
    pub fn done(&self) -> &[Transaction] {
        &self.done
    }

    /// What can be redone, oldest first: the last is next.
    pub fn undone(&self) -> &[Transaction] {
        &self.undone
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Document, Edit, Newline, Owner, Schema, SetKey, Source, Status};
    use crate::text::Text;

    fn key() -> SetKey {
        SetKey { document: "a.txt".into(), owner: Owner::Gold }
    }

    fn project() -> Project {
        let mut project = Project::new("p", Schema::default());
        project.insert_document(Document {
            id: key().document,
            text: Text::new("x"),
            source: Source {
                encoding: "utf-8".to_owned(),
                bom: false,
                newline: Newline::None,
                file_sha256: String::new(),
                text_sha256: String::new(),
                language: None,
            },
        });
        project
    }

    fn step(before: Status, after: Status) -> Transaction {
        Transaction::new(format!("{after:?}"), vec![Edit::Status { set: key(), before, after }])
    }

    fn status(project: &Project) -> Status {
        project.set(&key()).map(|set| set.status()).unwrap_or_default()
    }

    fn names(transactions: &[Transaction]) -> Vec<&str> {
        transactions.iter().map(|it| it.name.as_str()).collect()
    }

    #[test]
    fn steps_go_back_and_forth_one_by_one() {
        let (mut project, mut history) = (project(), History::default());
        history.commit(&mut project, step(Status::New, Status::InProgress)).expect("it is new");
        history.commit(&mut project, step(Status::InProgress, Status::Done)).expect("it is in progress");
        let undone = history.undo(&mut project).expect("two were done");
        assert_eq!(undone, &step(Status::InProgress, Status::Done), "what was taken back, as it was made");
        assert_eq!(status(&project), Status::InProgress);
        history.undo(&mut project).expect("one is left");
        assert_eq!(history.undo(&mut project), Err(EditError::Nothing("undo")));
        assert_eq!(names(history.undone()), ["Done", "InProgress"]);
        assert_eq!(history.next_redo().map(|it| it.name.as_str()), Some("InProgress"));
        history.redo(&mut project).expect("two were undone");
        history.redo(&mut project).expect("one is left");
        assert_eq!(history.redo(&mut project), Err(EditError::Nothing("redo")));
        assert_eq!(status(&project), Status::Done);
        assert_eq!(history.next_undo().map(|it| it.name.as_str()), Some("Done"));
    }

    #[test]
    fn a_new_step_forgets_what_was_undone() {
        let (mut project, mut history) = (project(), History::default());
        history.commit(&mut project, step(Status::New, Status::InProgress)).expect("it is new");
        history.undo(&mut project).expect("one was done");
        history.commit(&mut project, step(Status::New, Status::Done)).expect("it is new again");
        assert!(history.undone().is_empty());
        assert_eq!(names(history.done()), ["Done"]);
    }

    #[test]
    fn refused_steps_leave_the_history_as_it_was() {
        let (mut project, mut history) = (project(), History::default());
        assert!(history.commit(&mut project, step(Status::Done, Status::New)).is_err());
        assert_eq!(history, History::default());
        history.commit(&mut project, step(Status::New, Status::InProgress)).expect("it is new");
        project.apply(&step(Status::InProgress, Status::Done)).expect("somebody else's change");
        assert!(history.undo(&mut project).is_err(), "it is not in progress any more");
        assert_eq!(names(history.done()), ["InProgress"]);
        assert!(history.undone().is_empty());
    }

    #[test]
    fn a_journal_is_replayed_without_a_project() {
        let mut history = History::default();
        assert!(!history.record_undo() && !history.record_redo());
        history.record(step(Status::New, Status::Done));
        assert!(history.record_undo());
        assert!(history.record_redo());
        assert_eq!(names(history.done()), ["Done"]);
    }

    #[test]
    fn the_oldest_steps_are_forgotten() {
        let mut history = History::default();
        for n in 0..History::LIMIT + 2 {
            history.record(Transaction::new(n.to_string(), vec![]));
        }
        assert_eq!(history.done().len(), History::LIMIT);
        assert_eq!(history.done()[0].name, "2");
    }
}
