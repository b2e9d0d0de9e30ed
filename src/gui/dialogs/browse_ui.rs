//! A small file browser, for where no system dialog answers.

use std::path::{Path, PathBuf};

use egui::{Key, RichText, Role, ScrollArea, TextEdit, WidgetInfo};

use crate::gui::theme;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A project folder.
    Folder,
    /// An article.
    Article,
    /// A file of another program.
    ImportFile,
    /// A folder of another program's files.
    ImportFolder,
    /// A file to write.
    ExportFile,
    /// A folder to write into.
    ExportFolder,
    /// A picture to write.
    PictureFile,
    /// A plot to write.
    PlotFile,
    /// Numbers to write.
    TableFile,
}

impl Purpose {
    /// What is done with it.
    pub fn title(self) -> &'static str {
        match self {
            Purpose::Folder => "Open project",
            Purpose::Article => "Open article",
            Purpose::ImportFile | Purpose::ImportFolder => "Import annotations",
            Purpose::ExportFile | Purpose::ExportFolder => "Export annotations",
            Purpose::PictureFile => "Save picture",
            Purpose::PlotFile => "Save plot",
            Purpose::TableFile => "Save numbers",
        }
    }

    /// True if a folder may be chosen.
    fn takes_folder(self) -> bool {
        !matches!(self, Purpose::Article | Purpose::ImportFile) && self.offered().is_none()
    }

    /// True if a file may be chosen that is not there yet.
    fn makes_file(self) -> bool {
        self == Purpose::ExportFile || self.offered().is_some()
    }

    /// The name and the ending that a new file is offered.
    pub fn offered(self) -> Option<(&'static str, &'static str)> {
        match self {
            Purpose::PictureFile => Some(("picture", "svg")),
            Purpose::PlotFile => Some(("agreement", "svg")),
            Purpose::TableFile => Some(("agreement", "csv")),
            _ => None,
        }
    }
}

/// The browser while it is open.
#[derive(Debug)]
pub struct Browser {
    purpose: Purpose,
    folder: PathBuf,
    typed: String,
    entries: Result<Vec<(String, bool)>, String>,
    /// What stood in the field before anything was typed.
    offered: String,
    /// True until it was drawn once.
    is_new: bool,
}

impl Browser {
    /// Opens in a folder.
    pub fn new(purpose: Purpose, folder: PathBuf) -> Browser {
        let mut browser = Browser {
            purpose,
            folder: PathBuf::new(),
            typed: String::new(),
            entries: Ok(Vec::new()),
            offered: String::new(),
            is_new: true,
        };
        browser.go(folder);
        browser
    }

    /// What it asks for.
    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    fn go(&mut self, folder: PathBuf) {
        self.entries = list(&folder, self.purpose);
        let offered = self.purpose.offered();
        let typed = offered.map_or_else(|| folder.clone(), |(name, ending)| free_name(&folder, name, ending));
        self.typed = typed.display().to_string();
        self.offered = self.typed.clone();
        self.folder = folder;
    }

    /// Draws the browser. Tells whether it should close, and what was chosen.
    pub fn ui(&mut self, ctx: &egui::Context) -> (bool, Option<PathBuf>) {
        let mut chosen = None;
        let mut next = None;
        let modal = theme::dialog(ctx, "browser").show(ctx, |ui| {
            theme::name_dialog(ui, "Files");
            let size = ctx.content_rect().size();
            ui.set_width((size.x - 80.0).min(600.0));
            ui.heading(self.purpose.title());
            ui.horizontal(|ui| {
                if ui.button("Up").clicked() {
                    next = self.folder.parent().map(Path::to_owned);
                }
                // Another folder is another field, or the caret would stand where it was in the old path.
                let field = TextEdit::singleline(&mut self.typed).id_salt(("path", &self.offered));
                let field = ui.add(field.desired_width(f32::INFINITY));
                field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Path"));
                if std::mem::take(&mut self.is_new) && self.purpose.makes_file() {
                    field.request_focus();
                }
                if field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
                    let path = PathBuf::from(self.typed.trim());
                    if path.is_dir() {
                        next = Some(path);
                    } else if path.is_file() || self.purpose.makes_file() && path.file_name().is_some() {
                        chosen = Some(path);
                    } else {
                        self.entries = Err(format!("There is nothing at {}", path.display()));
                    }
                }
            });
            ScrollArea::vertical().max_height((size.y - 240.0).max(80.0)).auto_shrink([false, false]).show(
                ui,
                |ui| match &self.entries {
                    Err(error) => drop(ui.label(error)),
                    Ok(entries) if entries.is_empty() => drop(ui.label(RichText::new("Nothing here").weak())),
                    Ok(entries) => {
                        for (name, is_folder) in entries {
                            let text = if *is_folder { format!("{name}/") } else { name.clone() };
                            if ui.selectable_label(false, text).clicked() {
                                let path = self.folder.join(name);
                                match is_folder {
                                    true => next = Some(path),
                                    // What is there is replaced only by who also presses Enter.
                                    false if self.purpose.offered().is_some() => {
                                        self.typed = path.display().to_string();
                                    }
                                    false => chosen = Some(path),
                                }
                            }
                        }
                    }
                },
            );
            ui.horizontal(|ui| {
                let text = if self.purpose == Purpose::Folder { "Open this folder" } else { "This folder" };
                if self.purpose.takes_folder() && ui.button(text).clicked() {
                    chosen = Some(self.folder.clone());
                }
                ui.button("Cancel").clicked()
            })
            .inner
        });
        if let Some(folder) = next {
            self.go(folder);
        }
        (modal.should_close() || modal.inner || chosen.is_some(), chosen)
    }
}

/// True for a project, an article, and a folder with nothing but articles; of other files articles
/// are made.
pub fn opens(path: &Path) -> bool {
    let is_text = |path: &Path| path.extension().is_some_and(|it| it.eq_ignore_ascii_case("txt"));
    if !path.is_dir() {
        return is_text(path);
    }
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    let files: Vec<PathBuf> = entries.map(|it| it.path()).filter(|it| it.is_file()).collect();
    path.join("sorot.json").is_file() || (!files.is_empty() && files.iter().all(|it| is_text(it)))
}

/// A name that nothing in the folder has.
fn free_name(folder: &Path, name: &str, ending: &str) -> PathBuf {
    let names =
        (1..).map(|n| if n == 1 { format!("{name}.{ending}") } else { format!("{name}-{n}.{ending}") });
    let mut paths = names.map(|name| folder.join(name));
    paths.find(|path| !path.exists()).unwrap_or_else(|| folder.to_owned())
}

/// Folders first, then articles, each by name; hidden ones are left out.
fn list(folder: &Path, purpose: Purpose) -> Result<Vec<(String, bool)>, String> {
    let is_article = |name: &str| {
        !matches!(purpose, Purpose::Folder | Purpose::Article) || name.to_lowercase().ends_with(".txt")
    };
    let entries =
        std::fs::read_dir(folder).map_err(|error| format!("Cannot look into this folder: {error}"))?;
    let mut rows: Vec<(String, bool)> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_folder = entry.path().is_dir();
            let is_shown = !name.starts_with('.') && (is_folder || is_article(&name));
            is_shown.then_some((name, is_folder))
        })
        .collect();
    rows.sort_by_key(|(name, is_folder)| (!is_folder, name.to_lowercase()));
    Ok(rows)
}
