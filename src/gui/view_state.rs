//! What the window remembers between frames, and forgets when it closes.

use std::collections::{BTreeMap, BTreeSet};

use crate::gui::canvas::{CanvasView, Caret, ScrollPosition};
use crate::gui::dialogs::{
    AgreementView, AssignView, CompareView, CorrectView, DeleteAllView, EvaluationView, ExportView,
    FreezeView, GoToView, ImportView, KeysView, LogView, LookView, OccurrencesView, OwnerView, PaletteView,
    RulingsView, SchemaView, TrashView,
};
use crate::gui::marks_cache::MarksCache;
use crate::gui::panels::{
    ArticlesView, DifferencesView, FindView, InspectorView, OutlineView, SpansView, StatusView,
};
use crate::gui::shaped::Letters;
use crate::model::{DocumentId, Severity};
use crate::session::Session;
use crate::text::Offset;

/// The part of the window that keys go to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// The article.
    #[default]
    Canvas,
    /// The list of articles.
    Articles,
    /// The outline.
    Outline,
    /// The attributes of the selected annotation.
    Inspector,
}

/// Something to say for some seconds.
#[derive(Clone, Debug)]
pub struct Message {
    /// What.
    pub text: String,
    /// How much it matters.
    pub severity: Severity,
    /// When it appeared, in seconds of egui's clock.
    pub since: f64,
}

/// What the window remembers between frames.
pub struct ViewState {
    /// The drawn article.
    pub canvas: CanvasView,
    /// Draws article text everywhere else.
    pub letters: Letters,
    /// What is shown of the open annotation set.
    pub marks: MarksCache,
    /// Where each article was scrolled to.
    pub scrolls: BTreeMap<DocumentId, ScrollPosition>,
    /// The only label whose spans the overview shows in full, by its place in the schema: the one
    /// that the pointer rests on, or else the pinned one.
    pub only_label: Option<usize>,
    /// The article that the canvas shows.
    pub shown: Option<DocumentId>,
    /// Where the keyboard is.
    pub part: Part,
    /// The list of articles.
    pub articles: ArticlesView,
    /// The outline.
    pub outline: OutlineView,
    /// The inspector.
    pub inspector: InspectorView,
    /// The list of annotations.
    pub spans: SpansView,
    /// The status bar.
    pub status: StatusView,
    /// Characters that the canvas showed last and no font has.
    pub missing: BTreeSet<char>,
    /// The key sheet, when it is open.
    pub keys: Option<KeysView>,
    /// The palette, when it is open.
    pub palette: Option<PaletteView>,
    /// The bar for searching, when it is open.
    pub find: Option<FindView>,
    /// The question what the selected text should say, when it is open.
    pub correct: Option<CorrectView>,
    /// The question where to go, when it is open.
    pub go_to: Option<GoToView>,
    /// The settings of how the article looks, when they are open.
    pub look: Option<LookView>,
    /// How far the wheel has turned towards the next zoom step, as a natural logarithm.
    pub zoom_wheel: f32,
    /// The choice of annotator, when it is open.
    pub owner: Option<OwnerView>,
    /// The checklist of occurrences, when it is open.
    pub occurrences: Option<OccurrencesView>,
    /// Labels and relations, when they are shown to be changed.
    pub schema: Option<SchemaView>,
    /// What is to come in from other programs, while that is asked.
    pub import: Option<ImportView>,
    /// What is to go to other programs, while that is asked.
    pub export: Option<ExportView>,
    /// The choice whose annotations to compare, when it is open.
    pub compare: Option<CompareView>,
    /// Who annotates what, when it is shown.
    pub assign: Option<AssignView>,
    /// What to freeze, while that is asked.
    pub freeze: Option<FreezeView>,
    /// How well predictions agree with gold, when it is shown.
    pub evaluation: Option<EvaluationView>,
    /// How well annotators agree, when it is shown.
    pub agreement: Option<AgreementView>,
    /// What was decided between annotators, when it is shown.
    pub rulings: Option<RulingsView>,
    /// What is typed about the last ruling.
    pub differences: DifferencesView,
    /// The trash, when it is open.
    pub trash: Option<TrashView>,
    /// What changed in the article, when it is shown.
    pub log: Option<LogView>,
    /// The question whether to delete all annotations, when it is open.
    pub delete_all: Option<DeleteAllView>,
    /// True while the list of problems is open.
    pub shows_problems: bool,
    /// True while the guidelines are open.
    pub shows_guidelines: bool,
    /// What is being said.
    pub message: Option<Message>,
}

impl ViewState {
    /// A fresh window around a canvas.
    pub fn new(canvas: CanvasView) -> ViewState {
        ViewState {
            letters: Letters::new(canvas.fonts().clone()),
            canvas,
            marks: MarksCache::default(),
            scrolls: BTreeMap::new(),
            only_label: None,
            shown: None,
            part: Part::Canvas,
            articles: ArticlesView::default(),
            outline: OutlineView::default(),
            inspector: InspectorView::default(),
            spans: SpansView::default(),
            status: StatusView::default(),
            missing: BTreeSet::new(),
            keys: None,
            palette: None,
            find: None,
            correct: None,
            go_to: None,
            look: None,
            zoom_wheel: 0.0,
            owner: None,
            occurrences: None,
            schema: None,
            import: None,
            export: None,
            compare: None,
            assign: None,
            freeze: None,
            evaluation: None,
            agreement: None,
            rulings: None,
            differences: DifferencesView::default(),
            trash: None,
            log: None,
            delete_all: None,
            shows_problems: false,
            shows_guidelines: false,
            message: None,
        }
    }

    /// What one reads: where the caret is, or the top of the window if that is elsewhere.
    pub fn reading_place(&self, session: &Session) -> Offset {
        let caret = session.selection().caret.offset;
        let is_in_view = self.canvas.caret_pos(Caret::new(caret)).is_some();
        if is_in_view { caret } else { self.canvas.position().offset }
    }

    /// Says something for some seconds.
    pub fn say(&mut self, ctx: &egui::Context, severity: Severity, text: impl Into<String>) {
        self.message = Some(Message { text: text.into(), severity, since: ctx.input(|input| input.time) });
    }

    /// True while a dialog takes the keyboard.
    pub fn has_dialog(&self) -> bool {
        self.keys.is_some()
            || self.palette.is_some()
            || self.go_to.is_some()
            || self.owner.is_some()
            || self.occurrences.is_some()
            || self.correct.is_some()
            || self.schema.is_some()
            || self.import.is_some()
            || self.export.is_some()
            || self.compare.is_some()
            || self.assign.is_some()
            || self.freeze.is_some()
            || self.evaluation.is_some()
            || self.agreement.is_some()
            || self.rulings.is_some()
            || self.trash.is_some()
            || self.log.is_some()
            || self.delete_all.is_some()
    }
}
