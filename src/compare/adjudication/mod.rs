//! From several annotators' sets of an article to one: what they differ in, what gold says of it so
//! far, and what taking somebody's side changes in gold.
//!
//! Invariants:
//! - What gold holds is never changed by a strategy: it fills what gold leaves open, and nothing else.
//! - Whatever is taken into gold gets an id of its own and says whom it was taken from.
//! - A relation comes in with both its ends, and an entity with a mention of it.

mod change;
mod strategy;

use std::collections::BTreeMap;
use std::sync::Arc;

use change::Change;
pub use strategy::MergeStrategy;

use super::{ComparedUnit, Content, MatchRule, compare_sets};
use crate::model::{
    Annotation, AnnotationId, AnnotationSet, Edit, Entity, Relation, Ruling, SetKey, Statement, Timestamp,
};
use crate::text::Text;

/// Several annotators' sets of one article beside gold.
#[derive(Clone, Debug)]
pub struct Case {
    text: Text,
    names: Vec<String>,
    sets: Vec<Arc<AnnotationSet>>,
    gold: Arc<AnnotationSet>,
    units: Vec<Unit>,
    unit_of_annotation: Vec<BTreeMap<AnnotationId, usize>>,
}

/// Something that annotators or gold say of an article.
#[derive(Clone, Debug)]
pub struct Unit {
    /// What it is: of each content the first is gold's, those after it the annotators'.
    pub compared: ComparedUnit,
    /// How far it is decided.
    pub standing: Standing,
}

/// How far a unit is decided: the five states of a curator's strip, and what gold says by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Gold says what at least one annotator says.
    Accepted,
    /// Gold says something that no annotator says so.
    Own,
    /// A ruling says that nothing belongs here.
    Rejected,
    /// All annotators say the same, and gold nothing yet.
    Agreed,
    /// All annotators say something, not the same, and gold nothing yet.
    Disagreed,
    /// Some annotators say something and others nothing, and gold nothing yet.
    Incomplete,
}

/// Which versions of a unit gold takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// That of one annotator, by number from 0.
    One(usize),
    /// Those of all annotators, each that differs once.
    All,
    /// None: nothing belongs here.
    Neither,
}

/// What makes ids and tells the time for what comes into gold.
pub struct Maker<'a> {
    /// Makes an id whose first letter tells the kind.
    pub new_id: &'a mut dyn FnMut(char) -> String,
    /// When.
    pub at: Timestamp,
}

/// What a set says in a unit; equal where ids, notes and history alone differ.
enum Version<'a> {
    Annotation(&'a Annotation, Option<(&'a str, &'a str)>),
    Relation(&'a Relation),
    Entity(&'a Entity),
}

impl PartialEq for Version<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Version::Annotation(a, of_a), Version::Annotation(b, of_b)) => {
                (&a.label, &a.span, &a.attributes, of_a) == (&b.label, &b.span, &b.attributes, of_b)
            }
            // Their ends are in the same units.
            (Version::Relation(a), Version::Relation(b)) => {
                (&a.label, &a.attributes) == (&b.label, &b.attributes)
            }
            (Version::Entity(a), Version::Entity(b)) => {
                (&a.kind, &a.name, &a.extra) == (&b.kind, &b.name, &b.extra)
            }
            _ => false,
        }
    }
}

impl Standing {
    /// True if a curator has something to decide.
    pub fn is_open(self) -> bool {
        matches!(self, Standing::Agreed | Standing::Disagreed | Standing::Incomplete)
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Standing::Accepted => "accepted",
            Standing::Own => "gold's own",
            Standing::Rejected => "rejected",
            Standing::Agreed => "agreed, not taken yet",
            Standing::Disagreed => "differing",
            Standing::Incomplete => "incomplete",
        }
    }
}

impl Case {
    /// Compares the sets of annotators, with their names in the same order, and what gold has.
    pub fn new(
        text: Text,
        names: Vec<String>,
        sets: Vec<Arc<AnnotationSet>>,
        gold: Arc<AnnotationSet>,
        rulings: &[Ruling],
        rule: MatchRule,
    ) -> Case {
        // Gold comes first, so that each of its annotations has a unit to itself.
        let all: Vec<&AnnotationSet> = std::iter::once(&gold).chain(&sets).map(|it| &**it).collect();
        let compared = compare_sets(&text, &all, rule);
        let mut unit_of_annotation = vec![BTreeMap::new(); all.len()];
        for (i, unit) in compared.iter().enumerate() {
            if let Content::Annotation(items) = &unit.content {
                for (ids, annotation) in unit_of_annotation.iter_mut().zip(items) {
                    ids.extend(annotation.as_ref().map(|it| (it.id.clone(), i)));
                }
            }
        }
        let mut case = Case { text, names, sets, gold, units: Vec::new(), unit_of_annotation };
        let rejected: Vec<&Ruling> =
            rulings.iter().filter(|it| it.taken.is_empty() && it.gold.is_empty()).collect();
        let with_standing = |compared| Unit { standing: case.standing(&compared, &rejected), compared };
        case.units = compared.into_iter().map(with_standing).collect();
        case.reject_relations();
        case
    }

    /// What there is to look at, in text order.
    pub fn units(&self) -> &[Unit] {
        &self.units
    }

    /// The annotators' names, in the order of the units' contents after gold's.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The annotators' sets, in the order of their names.
    pub fn sets(&self) -> &[Arc<AnnotationSet>] {
        &self.sets
    }

    fn standing(&self, unit: &ComparedUnit, rejected: &[&Ruling]) -> Standing {
        let versions: Vec<Option<Version<'_>>> =
            (0..=self.names.len()).map(|i| self.version(unit, i)).collect();
        let (gold, said) = versions.split_first().map_or((&None, &[][..]), |it| it);
        if gold.is_some() {
            return if said.contains(gold) { Standing::Accepted } else { Standing::Own };
        }
        if !rejected.is_empty() {
            let statements = self.statements(unit);
            if rejected.iter().any(|it| it.settles(&statements)) {
                return Standing::Rejected;
            }
        }
        match said {
            _ if said.contains(&None) => Standing::Incomplete,
            _ if said.windows(2).all(|it| it[0] == it[1]) => Standing::Agreed,
            _ => Standing::Disagreed,
        }
    }

    /// A relation that needs what was rejected cannot be taken.
    fn reject_relations(&mut self) {
        let is_rejected = |i: usize, end: &AnnotationId| {
            let unit = self.unit_of_annotation[i].get(end);
            unit.is_some_and(|&it| self.units[it].standing == Standing::Rejected)
        };
        let falls = |unit: &Unit| match &unit.compared.content {
            Content::Relation(items) if unit.standing.is_open() => items.iter().enumerate().all(|(i, it)| {
                it.as_ref().is_none_or(|it| is_rejected(i, &it.from) || is_rejected(i, &it.to))
            }),
            _ => false,
        };
        let fallen: Vec<usize> = (0..self.units.len()).filter(|&i| falls(&self.units[i])).collect();
        for i in fallen {
            self.units[i].standing = Standing::Rejected;
        }
    }

    /// In what annotators differ in a unit: `missing`, `label`, `boundary`, `attribute`, or `relation`
    /// where relations differ; empty if in nothing.
    pub fn difference(&self, unit: &ComparedUnit) -> &'static str {
        self.difference_from(1, unit)
    }

    /// The same with gold among them.
    pub fn difference_with_gold(&self, unit: &ComparedUnit) -> &'static str {
        self.difference_from(0, unit)
    }

    fn difference_from(&self, first: usize, unit: &ComparedUnit) -> &'static str {
        let versions: Vec<Option<Version<'_>>> =
            (first..=self.names.len()).map(|i| self.version(unit, i)).collect();
        let annotations: Vec<&Annotation> = versions
            .iter()
            .filter_map(|it| match it {
                Some(Version::Annotation(it, _)) => Some(*it),
                _ => None,
            })
            .collect();
        let any = |differ: fn(&Annotation, &Annotation) -> bool| {
            annotations.windows(2).any(|it| differ(it[0], it[1]))
        };
        match unit.content {
            _ if versions.windows(2).all(|it| it[0] == it[1]) => "",
            Content::Relation(_) => "relation",
            _ if versions.contains(&None) => "missing",
            _ if any(|a, b| a.label != b.label) => "label",
            _ if any(|a, b| a.span != b.span) => "boundary",
            _ => "attribute",
        }
    }

    /// True if a curator has something to decide in a unit: entities come with what mentions them.
    pub fn is_open(&self, unit: &Unit) -> bool {
        unit.standing.is_open() && !matches!(unit.compared.content, Content::Entity(_))
    }

    /// How many units a curator has to decide.
    pub fn n_open(&self) -> usize {
        self.units.iter().filter(|it| self.is_open(it)).count()
    }

    /// The set whose content stands at a place of a unit.
    fn set(&self, i: usize) -> &AnnotationSet {
        i.checked_sub(1).map_or(&self.gold, |i| &self.sets[i])
    }

    fn version<'a>(&'a self, unit: &'a ComparedUnit, i: usize) -> Option<Version<'a>> {
        Some(match &unit.content {
            Content::Annotation(items) => {
                let annotation = items[i].as_deref()?;
                let entity = annotation.entity.as_ref().and_then(|id| self.set(i).entity(id));
                Version::Annotation(annotation, entity.map(|it| (it.kind.as_str(), it.name.as_str())))
            }
            Content::Relation(items) => Version::Relation(items[i].as_deref()?),
            Content::Entity(items) => Version::Entity(items[i].as_deref()?),
        })
    }

    /// What each annotator says in a unit, in words that stand by themselves.
    pub fn statements(&self, unit: &ComparedUnit) -> Vec<Statement> {
        let statement = |(i, name): (usize, &String)| {
            let (id, label, text) = self.words(unit, i + 1).unwrap_or_default();
            let details = self.details(unit, i + 1);
            Statement { annotator: name.clone(), id, label, text, details }
        };
        self.names.iter().enumerate().map(statement).collect()
    }

    /// The id, label and text of what a set says in a unit; 0 is gold.
    pub fn words(&self, unit: &ComparedUnit, i: usize) -> Option<(String, String, String)> {
        let surface = |id: &AnnotationId| {
            self.set(i).annotation(id).map(|it| self.text.surface(&it.span)).unwrap_or_default()
        };
        Some(match &unit.content {
            Content::Annotation(items) => {
                let it = items[i].as_deref()?;
                (it.id.to_string(), it.label.clone(), self.text.surface(&it.span))
            }
            Content::Relation(items) => {
                let it = items[i].as_deref()?;
                let text = format!("{} → {}", surface(&it.from), surface(&it.to));
                (it.id.to_string(), it.label.clone(), text)
            }
            Content::Entity(items) => {
                let it = items[i].as_deref()?;
                (it.id.to_string(), it.kind.clone(), it.name.clone())
            }
        })
    }

    /// The edits that make gold say what was chosen in a unit, with the relations between what gold
    /// has then of which all annotators say the same. None where gold says so already.
    pub fn choose(&self, unit: usize, choice: &Choice, key: &SetKey, maker: &mut Maker<'_>) -> Vec<Edit> {
        let Some(compared) = self.units.get(unit).map(|it| &it.compared) else { return Vec::new() };
        let mut change = Change::new(self, key, maker);
        let takes: Vec<usize> = match choice {
            Choice::One(i) => vec![i + 1],
            Choice::All => self.distinct(compared),
            Choice::Neither => Vec::new(),
        };
        let taken: Vec<usize> = takes.into_iter().filter(|&i| self.version(compared, i).is_some()).collect();
        match (&compared.content, taken.as_slice()) {
            (_, []) => change.remove(unit),
            (Content::Annotation(_), [first, others @ ..]) => {
                change.take_annotation(unit, *first);
                for &i in others {
                    change.add_annotation(unit, i);
                }
            }
            (Content::Relation(_), [first, others @ ..]) => {
                change.take_relation(unit, *first, true);
                for &i in others {
                    change.add_relation(unit, i);
                }
            }
            // They come with what mentions them.
            (Content::Entity(_), _) => {}
        }
        for i in 0..self.units.len() {
            let it = &self.units[i];
            if matches!(it.compared.content, Content::Relation(_))
                && it.standing == Standing::Agreed
                && i != unit
            {
                change.take_relation(i, 1, false);
            }
        }
        change.edits
    }

    /// The edits by which a strategy fills what gold leaves open, and how much it leaves open still.
    pub fn merge(&self, strategy: MergeStrategy, key: &SetKey, maker: &mut Maker<'_>) -> (Vec<Edit>, usize) {
        let mut change = Change::new(self, key, maker);
        let mut n_open = 0;
        // Ends come before the relations that need them.
        let is_relation = |unit: &Unit| matches!(unit.compared.content, Content::Relation(_));
        for wants_relations in [false, true] {
            for (i, unit) in self.units.iter().enumerate() {
                if !self.is_open(unit) || is_relation(unit) != wants_relations {
                    continue;
                }
                let is_taken = match strategy.version(self, &unit.compared) {
                    Some(version) if wants_relations => change.take_relation(i, version, false),
                    Some(version) => change.take_annotation(i, version),
                    None => false,
                };
                n_open += usize::from(!is_taken);
            }
        }
        (change.edits, n_open)
    }

    /// The numbers of those who say something in a unit, each that differs once.
    fn distinct(&self, unit: &ComparedUnit) -> Vec<usize> {
        let mut distinct: Vec<usize> = Vec::new();
        for i in 1..=self.names.len() {
            let version = self.version(unit, i);
            if version.is_some() && distinct.iter().all(|&other| self.version(unit, other) != version) {
                distinct.push(i);
            }
        }
        distinct
    }

    /// True if gold says in a unit what an annotator says, whose number counts from 0.
    pub fn is_followed(&self, unit: &Unit, annotator: usize) -> bool {
        let gold = self.version(&unit.compared, 0);
        gold.is_some() && gold == self.version(&unit.compared, annotator + 1)
    }

    /// What a set says in a unit beside label and text: attributes, and the entity that is mentioned.
    pub fn details(&self, unit: &ComparedUnit, i: usize) -> String {
        let (attributes, entity) = match self.version(unit, i) {
            Some(Version::Annotation(it, entity)) => (&it.attributes, entity.map(|(_, name)| name)),
            Some(Version::Relation(it)) => (&it.attributes, None),
            Some(Version::Entity(_)) | None => return String::new(),
        };
        let attributes = attributes.iter().map(|(name, value)| format!("{name}: {value}"));
        attributes.chain(entity.map(|name| format!("is {name}"))).collect::<Vec<_>>().join(", ")
    }

    /// The names of those who say in a unit what one of them says; `of` counts as in the unit's content.
    pub fn holders(&self, unit: &ComparedUnit, of: usize) -> Vec<String> {
        let version = self.version(unit, of);
        let holds = |i: &usize| self.version(unit, i + 1) == version;
        (0..self.names.len()).filter(holds).map(|i| self.names[i].clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;
    use crate::compare::marked_set::set;
    use crate::model::{Document, DocumentId, Newline, Owner, Project, Schema, Source, Transaction};

    const A: &str = "{1}Eva{/1} said {2}no{/2} to {3}Rur{/3} and {4}Bor{/4} in {5}May{/5}.\n---\n\
                     1 speaker is=Eva\n2 quote type=direct\n3 country\n4 country\n5 time\nsays 1 -> 2";
    const B: &str = "{1}Eva said{/1} {2}no{/2} to {3}Rur{/3} {6}and{/6} {4}Bor{/4} in May.\n---\n\
                     1 speaker is=Eva\n2 quote type=direct\n3 country\n4 person\n6 word\nsays 1 -> 2";
    const C: &str = "{1}Eva{/1} said {2}no{/2} to {3}Rur{/3} {6}and{/6} Bor in May.\n---\n\
                     1 speaker is=Eva\n2 quote type=direct\n3 country\n6 word\nsays 1 -> 2";

    /// Gold on its way: what is compared, and the project that edits are applied to.
    struct Desk {
        text: Text,
        sets: Vec<Arc<AnnotationSet>>,
        project: Project,
        key: SetKey,
        rulings: Vec<Ruling>,
        n_ids: usize,
    }

    impl Desk {
        fn new(strings: &[&str]) -> Desk {
            let sets: Vec<(Text, AnnotationSet)> = strings.iter().map(|it| set(it)).collect();
            let text = sets[0].0.clone();
            let key = SetKey { document: DocumentId::new("a.txt"), owner: Owner::Gold };
            let mut project = Project::new("", Schema::default());
            let source = Source {
                file_sha256: String::new(),
                text_sha256: String::new(),
                encoding: String::new(),
                bom: false,
                newline: Newline::None,
                language: None,
            };
            project.insert_document(Document { id: key.document.clone(), text: text.clone(), source });
            project.insert_set(key.clone(), AnnotationSet::default());
            let sets = sets.into_iter().map(|it| Arc::new(it.1)).collect();
            Desk { text, sets, project, key, rulings: Vec::new(), n_ids: 0 }
        }

        fn case(&self) -> Case {
            let names = (0..self.sets.len()).map(|i| char::from(b'A' + i as u8).to_string()).collect();
            let gold = Arc::clone(self.project.set(&self.key).unwrap());
            Case::new(self.text.clone(), names, self.sets.clone(), gold, &self.rulings, MatchRule::default())
        }

        fn make(&mut self, make: impl FnOnce(&Case, &SetKey, &mut Maker<'_>) -> Vec<Edit>) {
            let (case, key) = (self.case(), self.key.clone());
            let mut new_id = |kind: char| {
                self.n_ids += 1;
                format!("{kind}{}", self.n_ids)
            };
            let edits = make(&case, &key, &mut Maker { new_id: &mut new_id, at: Timestamp(0) });
            self.project.apply(&Transaction::new("", edits)).unwrap();
        }

        fn merge(&mut self, strategy: MergeStrategy) -> usize {
            let mut n_open = 0;
            self.make(|case, key, maker| {
                let (edits, n) = case.merge(strategy, key, maker);
                n_open = n;
                edits
            });
            n_open
        }

        /// Rules on the first unit in which somebody has this text.
        fn rule(&mut self, text: &str, choice: &Choice) {
            let case = self.case();
            let has_text = |unit: &Unit| case.statements(&unit.compared).iter().any(|it| it.text == text);
            let unit = case.units().iter().position(|it| case.is_open(it) && has_text(it)).expect(text);
            self.make(|case, key, maker| case.choose(unit, choice, key, maker));
            if *choice == Choice::Neither {
                let said = case.statements(&case.units()[unit].compared);
                let (taken, gold) = (Vec::new(), Vec::new());
                let (kind, reason, rule) = Default::default();
                let extra = crate::model::Extra::default();
                self.rulings.push(Ruling {
                    id: "u".into(),
                    kind,
                    said,
                    taken,
                    gold,
                    reason,
                    rule,
                    created: None,
                    extra,
                });
            }
        }

        /// Each unit with its standing, then what gold says and from whom.
        fn shown(&self) -> String {
            let case = self.case();
            let mut out = String::new();
            for unit in case.units() {
                let words = (0..=self.sets.len()).map(|i| match case.words(&unit.compared, i) {
                    Some((_, label, text)) => format!("{label} {text}"),
                    None => "–".to_owned(),
                });
                let words = words.collect::<Vec<_>>().join(" | ");
                let open = if case.is_open(unit) { "*" } else { "" };
                writeln!(
                    out,
                    "{open}{} ({}): {words}",
                    unit.standing.name(),
                    case.difference(&unit.compared)
                )
                .unwrap();
            }
            let gold = self.project.set(&self.key).unwrap();
            for it in gold.in_order(&[]) {
                let Origin::Adjudicated { from } = &it.origin else { panic!("{it:?}") };
                write!(out, "{} {}: {}; ", it.label, self.text.surface(&it.span), from.join("+")).unwrap();
            }
            writeln!(out, "{} relations, {} entities", gold.relations().len(), gold.entities().len())
                .unwrap();
            out
        }
    }

    use crate::model::Origin;

    #[test]
    fn what_all_say_comes_in_and_the_rest_stays_open() {
        let mut desk = Desk::new(&[A, B, C]);
        assert_eq!(desk.merge(MergeStrategy::Agreed), 5);
        expect_test::expect![[r#"
            *differing (boundary): – | speaker Eva | speaker Eva said | speaker Eva
            *agreed, not taken yet (): – | says Eva → no | says Eva said → no | says Eva → no
            agreed, not taken yet (): – |  Eva |  Eva |  Eva
            accepted (): quote no | quote no | quote no | quote no
            accepted (): country Rur | country Rur | country Rur | country Rur
            *incomplete (missing): – | – | word and | word and
            *incomplete (missing): – | country Bor | person Bor | –
            *incomplete (missing): – | time May | – | –
            quote no: A+B+C; country Rur: A+B+C; 0 relations, 0 entities
        "#]]
        .assert_eq(&desk.shown());
        let before = desk.shown();
        desk.merge(MergeStrategy::Agreed);
        assert_eq!(desk.shown(), before, "once more changes nothing");
    }

    #[test]
    fn more_than_half_decide() {
        let mut desk = Desk::new(&[A, B, C]);
        desk.merge(MergeStrategy::Majority);
        expect_test::expect![[r#"
            accepted (boundary): speaker Eva | speaker Eva | speaker Eva said | speaker Eva
            accepted (): says Eva → no | says Eva → no | says Eva said → no | says Eva → no
            accepted ():  Eva |  Eva |  Eva |  Eva
            accepted (): quote no | quote no | quote no | quote no
            accepted (): country Rur | country Rur | country Rur | country Rur
            accepted (missing): word and | – | word and | word and
            *incomplete (missing): – | country Bor | person Bor | –
            *incomplete (missing): – | time May | – | –
            speaker Eva: A+C; quote no: A+B+C; country Rur: A+B+C; word and: B+C; 1 relations, 1 entities
        "#]]
        .assert_eq(&desk.shown());
        assert_eq!(desk.merge(MergeStrategy::Union), 0);
        assert_eq!(desk.case().n_open(), 0);
    }

    #[test]
    fn rulings_take_reject_and_keep_both() {
        let mut desk = Desk::new(&[A, B]);
        desk.merge(MergeStrategy::Agreed);
        desk.rule("Eva said", &Choice::One(1));
        desk.rule("Bor", &Choice::All);
        desk.rule("and", &Choice::Neither);
        desk.rule("May", &Choice::One(0));
        expect_test::expect![[r#"
            accepted (boundary): speaker Eva said | speaker Eva | speaker Eva said
            accepted (): says Eva said → no | says Eva → no | says Eva said → no
            accepted ():  Eva |  Eva |  Eva
            accepted (): quote no | quote no | quote no
            accepted (): country Rur | country Rur | country Rur
            rejected (missing): – | – | word and
            accepted (missing): country Bor | country Bor | –
            accepted (missing): person Bor | – | person Bor
            accepted (missing): time May | time May | –
            speaker Eva said: B; quote no: A+B; country Rur: A+B; country Bor: A; person Bor: B; time May: A; 1 relations, 1 entities
        "#]].assert_eq(&desk.shown());
        assert_eq!(desk.case().n_open(), 0);
    }

    #[test]
    fn a_relation_falls_with_its_end_and_brings_its_ends() {
        let mut desk = Desk::new(&[
            A,
            "{1}Eva{/1} said no to {3}Rur{/3} and Bor in May.\n---\n1 speaker is=Eva\n3 country",
        ]);
        desk.rule("Eva → no", &Choice::One(0));
        expect_test::expect![[r#"
            accepted (): speaker Eva | speaker Eva | speaker Eva
            accepted (relation): says Eva → no | says Eva → no | –
            accepted ():  Eva |  Eva |  Eva
            accepted (missing): quote no | quote no | –
            *agreed, not taken yet (): – | country Rur | country Rur
            *incomplete (missing): – | country Bor | –
            *incomplete (missing): – | time May | –
            speaker Eva: A+B; quote no: A; 1 relations, 1 entities
        "#]]
        .assert_eq(&desk.shown());
        let mut desk = Desk::new(&[A, "Eva said {2}no{/2} to Rur and Bor in May.\n---\n2 quote type=direct"]);
        desk.rule("Eva", &Choice::Neither);
        expect_test::expect![[r#"
            rejected (missing): – | speaker Eva | –
            rejected (relation): – | says Eva → no | –
            incomplete (missing): – |  Eva | –
            *agreed, not taken yet (): – | quote no | quote no
            *incomplete (missing): – | country Rur | –
            *incomplete (missing): – | country Bor | –
            *incomplete (missing): – | time May | –
            0 relations, 0 entities
        "#]]
        .assert_eq(&desk.shown());
    }
}
