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
