//! What subcommands that change a project have in common: a session over it, and one step of history.

use std::path::Path;

use anyhow::{anyhow, bail};

use crate::cli::output::say_problems;
use crate::model::{Owner, Report};
use crate::session::jobs::{Opening, open_project};
use crate::session::{Action, Session, Surroundings};

/// Opens a project to work as an owner.
pub(super) fn open(project: &Path, owner: Owner) -> anyhow::Result<Session> {
    let opening = Opening::Path(project.to_owned());
    let (mut session, effects) = open_project(opening, owner, Surroundings::of_system(), |_| None)
        .map_err(|message| anyhow!("{message}"))?;
    session.run_now(effects);
    Ok(session)
}

/// The same, and says what was met.
pub(super) fn open_saying(project: &Path, owner: Owner) -> anyhow::Result<Session> {
    let session = open(project, owner)?;
    say_problems(&Report { problems: session.problems().to_vec() });
    Ok(session)
}

/// Does what is one step of history, and fails if it was not done or is not on the disk. `otherwise`
/// is said where the session does not say why.
pub(super) fn perform(session: &mut Session, action: Action, otherwise: &str) -> anyhow::Result<()> {
    let n_done = session.history().done().len();
    let said = session.perform_now(action);
    if session.history().done().len() == n_done {
        bail!("{}", said.last().map_or(otherwise, String::as_str));
    }
    match session.save_error() {
        Some(error) => bail!("{error}"),
        None => Ok(()),
    }
}
