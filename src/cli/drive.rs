//! `sorot drive`: the application driven by lines of text, as the window drives it, for tests that
//! kill it or let several work on one project.

use std::collections::VecDeque;
use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::cli::Outcome;
use crate::model::{AnnotationId, DocumentId, Owner, Status};
use crate::session::jobs::{Opening, Storage, Worker, open_project};
use crate::session::{Action, AnnotateAction, ArticleAction, Effect, NavigateAction, Session, Surroundings};
use crate::text::{OffsetUnit, Unit};

/// Work on a project by lines of text from standard input
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Lines, each done before the next is read:
  open ARTICLE          show it; the first article is shown from the start
  add LABEL START END   annotate code points START to END
  delete ID             remove an annotation
  relabel ID LABEL      give it another label
  status STATUS         new, in_progress or done
  undo, redo, save
  take over             ask the window that works as the same annotator to let go

Answers:
  ready N               the project is open; its journal holds N changes
  did N ID              change N is made, and ID selected, if anything is
  took N                change N is made, which no line asked for right now
  shown ARTICLE         the article is in memory
  journalled N          changes up to N are in the journal on a disk
  saved N               changes up to N are in files
  writes, looks         what this window may do from now on
  note TEXT             what the window would say")]
pub struct Drive {
    /// The project folder
    project: PathBuf,
    /// Whose annotations to work on
    #[arg(long, value_name = "NAME")]
    annotator: String,
    /// Where the journal goes while the project cannot be written
    #[arg(long, value_name = "FOLDER")]
    recovery: Option<PathBuf>,
}

/// What the loop waits for.
enum Event {
    Line(String),
    /// A job ended.
    Woken,
    /// There are no more lines.
    End,
}

impl Drive {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Outcome> {
        let surroundings = Surroundings {
            storage: Storage { recovery: self.recovery.clone(), ..Storage::default() },
            ..Surroundings::of_system()
        };
        let (sender, events) = channel();
        let waker = sender.clone();
        // Whoever no longer listens has ended.
        let worker = Worker::start(move || drop(waker.send(Event::Woken)))?;
        let opening = Opening::Path(self.project.clone());
        let opened = open_project(opening, Owner::named(&self.annotator), surroundings, |_| None);
        let (session, effects) = opened.map_err(anyhow::Error::msg)?;
        let journalled = session.journalled().1;
        let mut driver = Driver {
            session,
            worker,
            out,
            waiting: VecDeque::new(),
            save_at: None,
            done: journalled,
            journalled,
            saved: 0,
            is_writer: true,
        };
        driver.say(format_args!("ready {journalled}"))?;
        driver.say_access()?;
        driver.take(effects)?;
        std::thread::Builder::new().name("sorot-lines".to_owned()).spawn(move || {
            for line in std::io::stdin().lock().lines().map_while(Result::ok) {
                if sender.send(Event::Line(line)).is_err() {
                    return;
                }
            }
            drop(sender.send(Event::End));
        })?;
        let mut has_ended = false;
        loop {
            driver.do_lines()?;
            if has_ended && driver.waiting.is_empty() && driver.session.is_safe() {
                break;
            }
            let timeout =
                driver.save_at.map_or(Duration::MAX, |at| at.saturating_duration_since(Instant::now()));
            match events.recv_timeout(timeout) {
                Ok(Event::Line(line)) => driver.waiting.push_back(line),
                Ok(Event::Woken) => {}
                Ok(Event::End) => has_ended = true,
                Err(RecvTimeoutError::Timeout) => {
                    driver.save_at = None;
                    driver.perform(ArticleAction::Save.into())?;
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
            driver.finish()?;
        }
        let Driver { session, worker, .. } = driver;
        // Closing waits for what is still on its way.
        drop(worker);
        drop(session);
        Ok(Outcome::Done)
    }
}

struct Driver<'a> {
    session: Session,
    worker: Worker,
    out: &'a mut dyn Write,
    /// Lines that were not done yet.
    waiting: VecDeque<String>,
    save_at: Option<Instant>,
    /// What was said last.
    done: u64,
    journalled: u64,
    saved: u64,
    is_writer: bool,
}

impl Driver<'_> {
    fn say(&mut self, line: std::fmt::Arguments<'_>) -> anyhow::Result<()> {
        writeln!(self.out, "{line}")?;
        Ok(self.out.flush()?)
    }

    /// Does lines until one has to wait for an article.
    fn do_lines(&mut self) -> anyhow::Result<()> {
        while self.session.loading().is_none()
            && let Some(line) = self.waiting.pop_front()
        {
            match self.actions(&line) {
                Ok(actions) => {
                    for action in actions {
                        self.perform(action)?;
                    }
                }
                Err(error) => self.say(format_args!("note {line}: {error}"))?,
            }
            self.say_done(true)?;
        }
        Ok(())
    }

    /// Says what may be done, if that is something else than before.
    fn say_access(&mut self) -> anyhow::Result<()> {
        let is_writer = self.session.access().holder().is_none();
        if std::mem::replace(&mut self.is_writer, is_writer) != is_writer {
            self.say(format_args!("{}", if is_writer { "writes" } else { "looks" }))?;
        }
        Ok(())
    }

    /// Says that a change was made, if one was: by the line just done, or by a job.
    fn say_done(&mut self, is_asked: bool) -> anyhow::Result<()> {
        let number = self.session.journalled().0;
        if number > self.done {
            self.done = number;
            if !is_asked {
                return self.say(format_args!("took {number}"));
            }
            let selected = self.session.selection().annotation.as_ref();
            let selected = selected.map_or(String::new(), |id| format!(" {id}"));
            self.say(format_args!("did {number}{selected}"))?;
        }
        Ok(())
    }

    /// What a line asks for.
    fn actions(&self, line: &str) -> anyhow::Result<Vec<Action>> {
        let words: Vec<&str> = line.split_whitespace().collect();
        Ok(match words[..] {
            ["open", id] => vec![ArticleAction::Open(DocumentId::new(id)).into()],
            ["add", label, start, end] => {
                let text = &self.session.document().context("no article is open")?.text;
                let locate = |number: &str| anyhow::Ok(text.locate(number.parse()?, OffsetUnit::CodePoint)?);
                let drag = NavigateAction::Drag {
                    anchor: locate(start)?,
                    head: locate(end)?,
                    unit: Unit::Grapheme,
                    is_additional: false,
                    is_done: true,
                };
                vec![drag.into(), AnnotateAction::Label(label.to_owned()).into()]
            }
            ["delete", id] => vec![self.select(id)?, AnnotateAction::Delete.into()],
            ["relabel", id, label] => vec![self.select(id)?, AnnotateAction::Label(label.to_owned()).into()],
            ["status", name] => {
                let all = [Status::New, Status::InProgress, Status::Done];
                let status = all.into_iter().find(|it| it.name() == name).context("this is no status")?;
                vec![ArticleAction::SetStatus(status).into()]
            }
            ["undo"] => vec![Action::Undo],
            ["redo"] => vec![Action::Redo],
            ["save"] => vec![ArticleAction::Save.into()],
            ["take", "over"] => vec![ArticleAction::TakeOver.into()],
            _ => bail!("this means nothing"),
        })
    }

    /// Selecting an annotation, if it is there: what comes next would else go to another one.
    fn select(&self, id: &str) -> anyhow::Result<Action> {
        let id = AnnotationId::new(id);
        let annotation = self.session.set().and_then(|set| set.annotation(&id));
        annotation.context("there is no such annotation")?;
        Ok(NavigateAction::Select(id).into())
    }

    fn perform(&mut self, action: Action) -> anyhow::Result<()> {
        let effects = self.session.perform(action);
        self.take(effects)
    }

    fn take(&mut self, effects: Vec<Effect>) -> anyhow::Result<()> {
        for effect in effects {
            match effect {
                Effect::Start(job) => {
                    if !self.worker.give(job) {
                        bail!("the thread that writes has stopped");
                    }
                }
                Effect::SaveAfter(pause) => self.save_at = Some(Instant::now() + pause),
                Effect::Notify(text) => self.say(format_args!("note {text}"))?,
                Effect::ScrollTo(_)
                | Effect::GoTo(_)
                | Effect::Copy(_)
                | Effect::AskOccurrences(_)
                | Effect::Window(_) => {}
            }
        }
        Ok(())
    }

    /// Takes in what jobs did, and says what is safe now.
    fn finish(&mut self) -> anyhow::Result<()> {
        for outcome in self.worker.outcomes() {
            let loading = self.session.loading().cloned();
            let effects = self.session.finish(outcome);
            self.take(effects)?;
            self.say_access()?;
            self.say_done(false)?;
            if let Some(id) = loading.filter(|_| self.session.loading().is_none()) {
                self.say(format_args!("shown {id}"))?;
            }
        }
        let (last, journalled) = self.session.journalled();
        if journalled > self.journalled {
            self.journalled = journalled;
            self.say(format_args!("journalled {journalled}"))?;
        }
        if self.session.is_saved() && last > self.saved {
            self.saved = last;
            self.say(format_args!("saved {last}"))?;
        }
        Ok(())
    }
}
