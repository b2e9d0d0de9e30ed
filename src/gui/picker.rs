//! The system's file dialog, away from the frame.
//!
//! rfd answers `None` when the person cancels and also when no dialog service exists; the second
//! comes within a fraction of a second, which is how they are told apart.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, TryRecvError, channel};

use crate::gui::dialogs::Purpose;

/// Seconds within which only a missing dialog service answers `None`: a person takes longer.
const TOO_QUICK: f64 = 0.4;
/// Seconds after which the way around a hanging dialog service is offered.
const SLOW: f64 = 1.0;

/// A dialog that is open.
#[derive(Debug)]
pub struct Picker {
    purpose: Purpose,
    since: f64,
    answer: Receiver<Option<PathBuf>>,
}

/// How far the dialog is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picked {
    /// It is open.
    Waiting,
    /// The person chose this.
    Path(PathBuf),
    /// The person chose nothing.
    Cancelled,
    /// There is no dialog service.
    Unavailable(Purpose),
}

impl Picker {
    /// Opens the dialog; nothing if the system gives no thread for it.
    pub fn start(purpose: Purpose, folder: Option<PathBuf>, ctx: &egui::Context) -> Option<Picker> {
        let (sender, answer) = channel();
        let waker = ctx.clone();
        let thread = std::thread::Builder::new().name("sorot-dialog".to_owned()).spawn(move || {
            let mut dialog = rfd::FileDialog::new();
            if let Some(folder) = folder {
                dialog = dialog.set_directory(folder);
            }
            let dialog = dialog.set_title(purpose.title());
            let path = match purpose {
                Purpose::Folder | Purpose::ImportFolder | Purpose::ExportFolder => dialog.pick_folder(),
                Purpose::Article => dialog.add_filter("Text", &["txt"]).pick_file(),
                Purpose::ImportFile => dialog.pick_file(),
                Purpose::ExportFile => dialog.save_file(),
                Purpose::PictureFile => {
                    dialog.add_filter("SVG or PNG", &["svg", "png"]).set_file_name("picture.svg").save_file()
                }
                Purpose::PlotFile => dialog
                    .add_filter("SVG or PNG", &["svg", "png"])
                    .set_file_name("agreement.svg")
                    .save_file(),
                Purpose::TableFile => dialog
                    .add_filter("CSV or LaTeX", &["csv", "tex"])
                    .set_file_name("agreement.csv")
                    .save_file(),
            };
            if sender.send(path).is_ok() {
                waker.request_repaint();
            }
        });
        ctx.request_repaint_after(std::time::Duration::from_secs_f64(SLOW + 0.1));
        thread.ok().map(|_| Picker { purpose, since: ctx.input(|input| input.time), answer })
    }

    /// How far it is, at `now` seconds of egui's clock.
    pub fn poll(&mut self, now: f64) -> Picked {
        match self.answer.try_recv() {
            Ok(Some(path)) => Picked::Path(path),
            Ok(None) if now - self.since < TOO_QUICK => Picked::Unavailable(self.purpose),
            Ok(None) => Picked::Cancelled,
            Err(TryRecvError::Empty) => Picked::Waiting,
            Err(TryRecvError::Disconnected) => Picked::Unavailable(self.purpose),
        }
    }

    /// True if a way around it should be offered.
    pub fn is_slow(&self, now: f64) -> bool {
        now - self.since > SLOW
    }

    /// What it asks for.
    pub fn purpose(&self) -> Purpose {
        self.purpose
    }
}
