//! Gold from several annotators: by the command line, by keys, and what any order of rulings keeps.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use expect_test::expect;
use proptest::prelude::*;
use sorot::compare::adjudication::{Case, Choice, Maker, MergeStrategy};
use sorot::compare::{Content, MatchRule};
use sorot::file::{read_header, ruling_edit, rulings};
use sorot::model::{
    Annotation, AnnotationSet, Document, DocumentId, Entity, Extra, Newline, Origin, Owner, Project,
    Relation, Ruling, Schema, SetKey, Source, Status, Timestamp, Transaction, Value,
};
use sorot::session::{AdjudicateAction, ArticleAction, NavigateAction};
use sorot::text::{OffsetUnit, Range, Span, Text};
use tempfile::TempDir;

use crate::cli::{check, run};
use crate::comparing::team;
use crate::desk::{Desk, print};

#[test]
fn a_strategy_fills_gold_and_says_what_is_left() {
    let dir = team();
    check(
        &dir,
        &[
            "adjudicate --annotators Rina,Budi --strategy agreed --dry-run --least 3",
            "adjudicate --annotators Rina,Budi --strategy agreed --dry-run",
            "adjudicate --annotators Rina,Budi --strategy agreed --dry-run --status any",
            "adjudicate --annotators Rina,Budi --strategy agreed --status any",
            "adjudicate --annotators Rina,Budi --strategy agreed --json",
            "adjudicate --annotators Rina,Budi,Sari --strategy majority",
            "adjudicate --annotators Rina,Budi --strategy first",
            "diff --annotators Rina,gold",
            "adjudicate --annotators Rina,gold --strategy agreed",
            "adjudicate --annotators Rina,Nobody --strategy agreed",
            "adjudicate --annotators Rina,Sari",
        ],
        expect![[r#"
            $ sorot adjudicate --annotators Rina,Budi --strategy agreed --dry-run --least 3
            2 annotation sets left out, not done: Budi 1, Rina 1 (--status any takes them)
            2 articles left out: seen and done by fewer than 3
            gold would get nothing: no article was seen and done by enough annotators
            [1]
            $ sorot adjudicate --annotators Rina,Budi --strategy agreed --dry-run
            articles/a.txt: 1 span, 0 relations; 5 left
            2 annotation sets left out, not done: Budi 1, Rina 1 (--status any takes them)
            1 article left out: seen and done by fewer than 2
            gold would get 1 span and 0 relations in 1 article; 5 left to decide
            [1]
            $ sorot adjudicate --annotators Rina,Budi --strategy agreed --dry-run --status any
            articles/a.txt: 1 span, 0 relations; 5 left
            articles/b.txt: 1 span, 0 relations; 0 left
            gold would get 2 spans and 0 relations in 2 articles; 5 left to decide
            [1]
            $ sorot adjudicate --annotators Rina,Budi --strategy agreed --status any
            articles/a.txt: 1 span, 0 relations; 5 left
            articles/b.txt: 1 span, 0 relations; 0 left
            gold got 2 spans and 0 relations in 2 articles; 5 left to decide
            [1]
            $ sorot adjudicate --annotators Rina,Budi --strategy agreed --json
            {
              "articles": [
                {
                  "article": "articles/a.txt",
                  "spans": 0,
                  "relations": 0,
                  "left": 5
                }
              ],
              "skipped": [
                "articles/b.txt"
              ],
              "unfinished": [
                {
                  "annotator": "Rina",
                  "article": "articles/b.txt"
                },
                {
                  "annotator": "Budi",
                  "article": "articles/b.txt"
                }
              ]
            }
            [1]
            $ sorot adjudicate --annotators Rina,Budi,Sari --strategy majority
            articles/a.txt: 3 spans, 1 relation; 1 left
            2 annotation sets left out, not done: Budi 1, Rina 1 (--status any takes them)
            1 article left out: seen and done by fewer than 2
            gold got 3 spans and 1 relation in 1 article; 1 left to decide
            [1]
            $ sorot adjudicate --annotators Rina,Budi --strategy first
            articles/a.txt: 0 spans, 0 relations; 1 left
            2 annotation sets left out, not done: Budi 1, Rina 1 (--status any takes them)
            1 article left out: seen and done by fewer than 2
            gold got 0 spans and 0 relations in 1 article; 1 left to decide
            [1]
            $ sorot diff --annotators Rina,gold
            2 articles seen by all
            0 differences
            $ sorot adjudicate --annotators Rina,gold --strategy agreed
            2> error: gold is made from others' annotations, each named once: Rina,gold
            [2]
            $ sorot adjudicate --annotators Rina,Nobody --strategy agreed
            2> error: Nobody has annotated nothing here; annotators are Budi, Rina, Sari, gold: .
            [2]
            $ sorot adjudicate --annotators Rina,Sari
            2> error: the following required arguments were not provided:
            2>   <--strategy <STRATEGY>|--left|--against-gold|--rulings <FILE>>
            2>
            2> Usage: sorot adjudicate --annotators <NAME,NAME,…> <--strategy <STRATEGY>|--left|--against-gold|--rulings <FILE>> [PROJECT]
            2>
            2> For more information, try '--help'.
            [2]
        "#]],
    );
}

#[test]
fn what_is_left_goes_through_a_table() {
    let dir = team();
    run(&dir, "adjudicate --annotators Rina,Budi --strategy agreed --status any");
    let left = String::from_utf8(run(&dir, "adjudicate --annotators Rina,Budi --left").stdout).unwrap();
    let mut takes = ["Rina", "all", "none", "Budi"].into_iter().cycle();
    let mut rows = left.lines();
    let mut table = format!("{}\n", rows.next().unwrap());
    for row in rows {
        let row = row.strip_suffix(",,,").expect("the last columns are empty");
        table += &format!("{row},{},as the guidelines say,2.1\n", takes.next().unwrap());
    }
    fs::write(dir.path().join("table.csv"), &table).unwrap();
    fs::write(dir.path().join("wrong.csv"), table.replace(",Budi,as", ",Tono,as")).unwrap();
    check(
        &dir,
        &[
            "adjudicate --annotators Rina,Budi --left",
            "adjudicate --annotators Rina,Budi --rulings missing.csv",
            "adjudicate --annotators Rina,Budi --rulings table.csv",
            "adjudicate --annotators Rina,Budi --rulings table.csv",
            "adjudicate --annotators Rina,Budi --left",
            "rulings",
            "rulings --overruled Budi --find RUDAL --markdown",
            "check",
        ],
        expect![[r#"
            $ sorot adjudicate --annotators Rina,Budi --left
            article,line,column,about,differs,said,ids,take,reason,rule
            articles/a.txt,1,1,span,attribute,"Rina: quote ““Ya,” “rudal AS.”” (quote_type: direct); Budi: quote ““Ya,” “rudal AS.”” (quote_type: indirect)",s1 s1,,,
            articles/a.txt,1,1,relation,relation,"Rina: says “Éva → “Ya,” “rudal AS.””; Budi: nothing",r1 .,,,
            articles/a.txt,1,1,relation,relation,"Rina: nothing; Budi: says “AS → “Ya,” “rudal AS.””",. r1,,,
            articles/a.txt,1,20,span,boundary,Rina: weapon “rudal AS” (weapon_class: missile_rocket); Budi: weapon “rudal” (weapon_class: missile_rocket),s3 s3,,,
            articles/a.txt,1,26,span,label,Rina: country “AS” (iso: US); Budi: speaker “AS”,s4 s4,,,
            [1]
            $ sorot adjudicate --annotators Rina,Budi --rulings missing.csv
            2> error: cannot read missing.csv
            [2]
            $ sorot adjudicate --annotators Rina,Budi --rulings table.csv
            5 rulings carried out, 0 left to decide
            $ sorot adjudicate --annotators Rina,Budi --rulings table.csv
            0 rulings carried out, 0 left to decide
            2> articles/a.txt has nothing to decide with the ids s1 s1: table.csv:2
            2> articles/a.txt has nothing to decide with the ids r1 .: table.csv:3
            2> articles/a.txt has nothing to decide with the ids . r1: table.csv:4
            2> articles/a.txt has nothing to decide with the ids s3 s3: table.csv:5
            2> articles/a.txt has nothing to decide with the ids s4 s4: table.csv:6
            [1]
            $ sorot adjudicate --annotators Rina,Budi --left
            article,line,column,about,differs,said,ids,take,reason,rule
            $ sorot rulings
            articles/a.txt: attribute: Rina: quote ““Ya,” “rudal AS.”” (quote_type: direct); Budi: quote ““Ya,” “rudal AS.”” (quote_type: indirect) → quote ““Ya,” “rudal AS.”” (quote_type: direct) (Rina) – as the guidelines say [2.1]
            articles/a.txt: boundary: Rina: weapon “rudal AS” (weapon_class: missile_rocket); Budi: weapon “rudal” (weapon_class: missile_rocket) → weapon “rudal” (weapon_class: missile_rocket) (Budi) – as the guidelines say [2.1]
            articles/a.txt: label: Rina: country “AS” (iso: US); Budi: speaker “AS” → country “AS” (iso: US) (Rina) – as the guidelines say [2.1]
            articles/a.txt: relation: Rina: says “Éva → “Ya,” “rudal AS.””; Budi: nothing → says “Éva → “Ya,” “rudal AS.”” (Rina) – as the guidelines say [2.1]
            articles/a.txt: relation: Rina: nothing; Budi: says “AS → “Ya,” “rudal AS.”” → nothing – as the guidelines say [2.1]
            5 rulings
            $ sorot rulings --overruled Budi --find RUDAL --markdown
            **2.1** (articles/a.txt)

            - Rina: quote ““Ya,” “rudal AS.”” (quote\_type: direct)
            - Budi: quote ““Ya,” “rudal AS.”” (quote\_type: indirect)
            - **gold: quote ““Ya,” “rudal AS.”” (quote\_type: direct)**

            as the guidelines say

            **2.1** (articles/a.txt)

            - Rina: says “Éva → “Ya,” “rudal AS.””
            - Budi: nothing
            - **gold: says “Éva → “Ya,” “rudal AS.””**

            as the guidelines say

            **2.1** (articles/a.txt)

            - Rina: nothing
            - Budi: says “AS → “Ya,” “rudal AS.””
            - **gold: nothing**

            as the guidelines say

            $ sorot check
            3 articles, 7 annotation sets, 0 problems
        "#]],
    );
}

#[test]
fn gold_is_mended_by_a_table() {
    let dir = team();
    run(&dir, "adjudicate --annotators Rina,Budi --strategy first --status any");
    run(&dir, "adjudicate --annotators Rina,Budi --strategy union --status any");
    let table = String::from_utf8(run(&dir, "adjudicate --annotators Budi --against-gold").stdout).unwrap();
    // Gold's ids are made by chance.
    let ids = regex::Regex::new(r"[sr][0-9a-z]{8} (s\d|\.),,,").unwrap();
    expect![[r#"
            article,line,column,about,differs,said,ids,take,reason,rule
            articles/a.txt,1,1,span,attribute,"gold: quote ““Ya,” “rudal AS.”” (quote_type: direct); Budi: quote ““Ya,” “rudal AS.”” (quote_type: indirect)",ID s1,,,
            articles/a.txt,1,1,relation,relation,"gold: says “Éva → “Ya,” “rudal AS.””; Budi: nothing",ID .,,,
            articles/a.txt,1,20,span,boundary,gold: weapon “rudal AS” (weapon_class: missile_rocket); Budi: weapon “rudal” (weapon_class: missile_rocket),ID s3,,,
            articles/a.txt,1,26,span,label,gold: country “AS” (iso: US); Budi: speaker “AS”,ID s4,,,
    "#]]
    .assert_eq(&ids.replace_all(&table, "ID $1,,,"));
    let filled: Vec<String> = table
        .lines()
        .map(|row| match row.strip_suffix(",,,") {
            Some(row) if row.contains("Budi: nothing") => format!("{row},none,,"),
            Some(row) => format!("{row},Budi,gold was wrong,"),
            None => row.to_owned(),
        })
        .collect();
    fs::write(dir.path().join("table.csv"), filled.join("\n")).unwrap();
    check(
        &dir,
        &[
            "adjudicate --annotators Budi --rulings table.csv",
            "adjudicate --annotators Budi --against-gold",
            "diff --annotators gold,Budi",
        ],
        expect![[r#"
            $ sorot adjudicate --annotators Budi --rulings table.csv
            4 rulings carried out, 0 left to decide
            $ sorot adjudicate --annotators Budi --against-gold
            article,line,column,about,differs,said,ids,take,reason,rule
            $ sorot diff --annotators gold,Budi
            2 articles seen by all
            0 differences
        "#]],
    );
}

#[test]
fn a_relation_does_not_take_the_word_from_its_ends() {
    let dir = team();
    let left = String::from_utf8(run(&dir, "adjudicate --annotators Rina,Budi --left").stdout).unwrap();
    let (mut header, mut relations, mut spans) = (String::new(), Vec::new(), Vec::new());
    for row in left.lines() {
        match row.strip_suffix(",,,") {
            Some(row) if row.contains(",relation,") => relations.push(format!("{row},all,,")),
            Some(row) => spans.push(format!("{row},all,seen,")),
            None => header = row.to_owned(),
        }
    }
    let n = relations.len() + spans.len();
    let table = [vec![header], relations, spans].concat().join("\n");
    fs::write(dir.path().join("table.csv"), table).unwrap();
    let output = run(&dir, "adjudicate --annotators Rina,Budi --rulings table.csv");
    assert_eq!(
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap()),
        (format!("{n} rulings carried out, 0 left to decide\n"), String::new())
    );
    // Nothing is left to decide, so the article is done.
    let header = read_header(&bytes(&dir, GOLD).unwrap(), GOLD).unwrap();
    assert_eq!(header.status, Status::Done);
}

#[test]
fn a_formula_in_a_name_stays_text() {
    let dir = team();
    let lines = String::from_utf8(run(&dir, "export jsonl --annotator Budi").stdout).unwrap();
    fs::write(dir.path().join("lines.jsonl"), lines).unwrap();
    assert!(run(&dir, "import jsonl lines.jsonl --into . --annotator =1+1").status.success());
    let left = String::from_utf8(run(&dir, "adjudicate --annotators =1+1,Rina --left").stdout).unwrap();
    assert!(left.lines().count() > 1 && left.contains("'=1+1: "), "{left}");
    assert!(!left.contains(",=") && !left.contains("\"="), "{left}");
}

fn gold(desk: &Desk) -> String {
    let (Some(document), Some(set)) = (desk.session.document(), desk.session.set()) else {
        return String::new();
    };
    print(&document.text, set, &desk.session.schema().label_names())
}

fn compare(desk: &mut Desk) {
    desk.perform(AdjudicateAction::Compare(vec![Owner::named("Rina"), Owner::named("Budi")]));
}

fn bytes(dir: &TempDir, path: &str) -> Option<Vec<u8>> {
    fs::read(dir.path().join(path)).ok()
}

const GOLD: &str = "annotations/gold/a.txt.json";

#[test]
fn keys_decide_and_undo_takes_it_back() {
    let dir = team();
    let mut desk = Desk::open(dir.path(), "gold");
    compare(&mut desk);
    desk.press("Alt+G Alt+N");
    let agreed = gold(&desk);
    let n_open = desk.session.case().unwrap().n_open();
    assert!(n_open > 2, "{n_open}");
    desk.press("1 0 Alt+B");
    // The relation that was taken brought its end along.
    assert_eq!(desk.session.case().unwrap().n_open(), n_open - 4);
    expect![[r#"
        {1}“Ya,”{/1} 😀 ujar {2}Éva{/2}, {1}“rudal {3}AS{/3}.”{/1}
        ---
        1 quote quote_type=direct
        2 speaker
        3 speaker
        says 3 -> 1
    "#]]
    .assert_eq(&gold(&desk));
    let reason = AdjudicateAction::Explain { reason: "both are meant".into(), rule: "3".into() };
    desk.perform(reason);
    assert_eq!(desk.session.last_ruling().unwrap().reason, "both are meant");
    assert_eq!(rulings(desk.session.set().unwrap()).len(), 3);
    drop(desk);

    let mut desk = Desk::open(dir.path(), "gold");
    let said = rulings(desk.session.set().unwrap());
    assert_eq!(said.iter().map(|it| it.rule.as_str()).collect::<Vec<_>>(), ["", "", "3"]);
    compare(&mut desk);
    assert_eq!(desk.session.case().unwrap().n_open(), n_open - 4, "what was rejected stays so");
    desk.press("Ctrl+Z Ctrl+Z Ctrl+Z Ctrl+Z");
    assert_eq!(gold(&desk), agreed);
    assert_eq!(desk.session.case().unwrap().n_open(), n_open);
    desk.press("Ctrl+Z");
    assert_eq!(bytes(&dir, GOLD), None, "the first annotation made the file");
}

#[test]
fn only_gold_decides() {
    let dir = team();
    let mut desk = Desk::open(dir.path(), "Sari");
    compare(&mut desk);
    desk.press("Alt+N");
    let before = bytes(&dir, "annotations/Sari/a.txt.json");
    desk.press("1");
    assert!(desk.notes.last().unwrap().contains("gold"), "{:?}", desk.notes);
    assert_eq!(bytes(&dir, "annotations/Sari/a.txt.json"), before);
    assert_eq!(bytes(&dir, GOLD), None);
}

#[test]
fn lanes_follow_the_article_and_end() {
    let dir = team();
    let mut desk = Desk::open(dir.path(), "gold");
    compare(&mut desk);
    let first = Arc::clone(desk.session.case().unwrap());
    desk.perform(ArticleAction::Next);
    assert!(!Arc::ptr_eq(&first, desk.session.case().unwrap()));
    desk.perform(ArticleAction::Next);
    assert!(desk.session.case().unwrap().names().is_empty(), "nobody has seen the third");
    desk.perform(AdjudicateAction::Compare(Vec::new()));
    assert!(desk.session.case().is_none());
}

#[test]
fn a_pre_merge_of_all_articles_is_one_step() {
    let dir = team();
    let mut desk = Desk::open(dir.path(), "gold");
    let owners = vec![Owner::named("Rina"), Owner::named("Budi")];
    let merge = |is_dry_run| AdjudicateAction::PreMerge {
        owners: owners.clone(),
        strategy: MergeStrategy::Union,
        least: 2,
        takes_unfinished: true,
        is_dry_run,
    };
    desk.perform(merge(true));
    assert_eq!(bytes(&dir, GOLD), None);
    desk.perform(merge(false));
    let merged = desk.session.pre_merged().unwrap();
    assert_eq!((merged.articles.len(), merged.totals().2, merged.obstacle.clone()), (2, 0, None));
    let file = bytes(&dir, GOLD).unwrap();
    let statuses: Vec<Status> = desk.session.articles().iter().map(|it| it.status).collect();
    assert_eq!(statuses, [Status::Done, Status::Done, Status::New]);
    desk.press("Ctrl+Z");
    assert_eq!((bytes(&dir, GOLD), bytes(&dir, "annotations/gold/b.txt.json")), (None, None));
    desk.press("Ctrl+Y");
    assert_eq!(bytes(&dir, GOLD).map(String::from_utf8), Some(String::from_utf8(file)));
}

#[test]
fn annotators_see_where_they_were_overruled() {
    let dir = team();
    let mut desk = Desk::open(dir.path(), "gold");
    compare(&mut desk);
    desk.press("Alt+G Alt+N 1 1");
    drop(desk);
    let mut desk = Desk::open(dir.path(), "Budi");
    desk.perform(ArticleAction::Open(DocumentId::new("articles/b.txt")));
    desk.perform(AdjudicateAction::ReadRulings);
    let all: Vec<_> = desk.session.rulings().unwrap().to_vec();
    let overruled = all.iter().find(|it| it.ruling.overrules("Budi")).unwrap();
    assert!(!overruled.ruling.overrules("Rina"));
    let id = overruled.ruling.said.iter().find(|it| it.annotator == "Budi").unwrap().id.clone();
    desk.perform(AdjudicateAction::Show(overruled.clone().into()));
    assert_eq!(desk.session.document().unwrap().id.as_str(), "articles/a.txt");
    let selected = desk.session.selection().annotation.clone();
    assert_eq!(selected.map(|it| it.to_string()), Some(id).filter(|it| !it.is_empty()));
    desk.perform(NavigateAction::Escape);
}

/// What an annotator says: spans with label, attribute and entity, and relations between some of them.
type Said = (Vec<(usize, usize, usize, usize, usize)>, Vec<(usize, usize, usize)>);

const TEXT: &str = "Rina said that Budi went to Rur and came back with Eva in May";

fn text() -> Text {
    Text::new(TEXT)
}

fn set((spans, relations): &Said) -> AnnotationSet {
    let text = text();
    let at = |n: usize| text.locate(n, OffsetUnit::CodePoint).unwrap();
    let entity = |n: usize| Entity {
        id: format!("e{n}").as_str().into(),
        kind: "person".into(),
        name: format!("N{n}"),
        extra: Extra::default(),
    };
    let annotations = spans.iter().enumerate().map(|(i, &(start, n, label, attribute, who))| {
        let range = Range::new(at(start), at((start + n).min(TEXT.len()))).unwrap();
        let mut it = Annotation::new(format!("s{i}").as_str().into(), ["a", "b"][label], Span::from(range));
        if attribute > 0 {
            it.attributes.insert("x".into(), Value::Integer(attribute as i64));
        }
        it.entity = (who > 0).then(|| format!("e{who}").as_str().into());
        it
    });
    let n = spans.len();
    let relations = relations.iter().enumerate().filter(|(_, (a, b, _))| a % n.max(1) != b % n.max(1));
    let relations = relations.map(|(i, &(a, b, label))| Relation {
        id: format!("r{i}").as_str().into(),
        label: ["p", "q"][label].into(),
        from: format!("s{}", a % n).as_str().into(),
        to: format!("s{}", b % n).as_str().into(),
        attributes: Default::default(),
        note: String::new(),
        origin: Origin::Unknown,
        created: None,
        modified: None,
        extra: Extra::default(),
    });
    AnnotationSet::new(
        Status::Done,
        annotations.collect::<Vec<_>>(),
        relations.collect::<Vec<_>>(),
        (1..3).map(entity),
    )
}

fn said() -> impl Strategy<Value = Said> {
    let span = (0usize..TEXT.len() - 1, 1usize..12, 0usize..2, 0usize..3, 0usize..3);
    (prop::collection::vec(span, 0..8), prop::collection::vec((0usize..8, 0usize..8, 0usize..2), 0..6))
}

/// Gold while random people decide.
struct Gold {
    project: Project,
    key: SetKey,
    sets: Vec<Arc<AnnotationSet>>,
    n_ids: usize,
}

impl Gold {
    fn new(sets: Vec<AnnotationSet>) -> Gold {
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
        project.insert_document(Document { id: key.document.clone(), text: text(), source });
        project.insert_set(key.clone(), AnnotationSet::default());
        Gold { project, key, sets: sets.into_iter().map(Arc::new).collect(), n_ids: 0 }
    }

    fn set(&self) -> &Arc<AnnotationSet> {
        self.project.set(&self.key).unwrap()
    }

    fn case(&self) -> Case {
        let names = (0..self.sets.len()).map(|i| format!("A{i}")).collect();
        let gold = Arc::clone(self.set());
        Case::new(text(), names, self.sets.clone(), gold, &rulings(self.set()), MatchRule::default())
    }

    /// Decides, as the window does, and returns what was undone and done to the gold set.
    fn step(&mut self, (kind, unit, annotator): (usize, usize, usize)) -> Result<(), TestCaseError> {
        let case = self.case();
        let key = self.key.clone();
        let mut n_ids = self.n_ids;
        let mut new_id = |kind: char| {
            n_ids += 1;
            format!("{kind}g{n_ids}")
        };
        let mut maker = Maker { new_id: &mut new_id, at: Timestamp(0) };
        let mut edits = match kind {
            0 => case.merge(MergeStrategy::ALL[unit % 4], &key, &mut maker).0,
            _ if case.units().is_empty() => return Ok(()),
            _ => {
                let unit = unit % case.units().len();
                let choice = match kind {
                    1 => Choice::One(annotator % self.sets.len()),
                    2 => Choice::All,
                    _ => Choice::Neither,
                };
                let mut edits = case.choose(unit, &choice, &key, &mut maker);
                if choice == Choice::Neither {
                    let said = case.statements(&case.units()[unit].compared);
                    let ruling = Ruling {
                        id: (maker.new_id)('u'),
                        kind: String::new(),
                        said,
                        taken: Vec::new(),
                        gold: Vec::new(),
                        reason: String::new(),
                        rule: String::new(),
                        created: None,
                        extra: Extra::default(),
                    };
                    edits.extend(ruling_edit(&key, self.set(), &ruling));
                }
                edits
            }
        };
        self.n_ids = n_ids;
        let before = AnnotationSet::clone(self.set());
        let transaction = Transaction::new("", std::mem::take(&mut edits));
        prop_assert_eq!(self.project.apply(&transaction), Ok(()));
        let after = AnnotationSet::clone(self.set());
        prop_assert_eq!(self.project.apply(&transaction.clone().inverse()), Ok(()));
        let same = |a: &AnnotationSet, b: &AnnotationSet| {
            a.changed_annotations(b).next().is_none()
                && a.changed_relations(b).next().is_none()
                && a.changed_entities(b).next().is_none()
                && a.extra == b.extra
        };
        prop_assert!(same(self.set(), &before), "undo brings back what was");
        prop_assert_eq!(self.project.apply(&transaction), Ok(()));
        prop_assert!(same(self.set(), &after));
        Ok(())
    }
}

proptest! {
    /// Whatever is decided in whatever order can be applied and undone, a strategy done again and
    /// again soon finds nothing more (what gold got may pair others' spans anew), and rejecting what is
    /// left leaves nothing.
    #[test]
    fn decisions_in_any_order_lead_to_an_end(
        people in prop::collection::vec(said(), 1..4),
        steps in prop::collection::vec((0usize..4, 0usize..40, 0usize..4), 0..12),
    ) {
        let mut gold = Gold::new(people.iter().map(set).collect());
        for step in steps {
            gold.step(step)?;
            for relation in gold.set().relations() {
                prop_assert!(gold.set().annotation(&relation.from).is_some());
                prop_assert!(gold.set().annotation(&relation.to).is_some());
            }
        }
        for strategy in 0..4 {
            let mut n = usize::MAX;
            for round in 0..8 {
                gold.step((0, strategy, 0))?;
                let n_now = gold.set().annotations().len() + gold.set().relations().len();
                prop_assert!(round < 7 || n_now == n, "strategy {strategy} finds more and more");
                n = n_now;
            }
        }
        for _ in 0..60 {
            let case = gold.case();
            let Some(open) = case.units().iter().position(|it| case.is_open(it)) else { break };
            gold.step((3, open, 0))?;
        }
        prop_assert_eq!(gold.case().n_open(), 0);
    }

    /// One annotator's whole set comes into gold as it is, from whoever else differs.
    #[test]
    fn who_is_first_is_followed(people in prop::collection::vec(said(), 2..4)) {
        let mut gold = Gold::new(people.iter().map(set).collect());
        gold.step((0, 3, 0))?;
        let case = gold.case();
        for unit in case.units() {
            let has = |i: usize| match &unit.compared.content {
                Content::Annotation(items) => items[i].is_some(),
                Content::Relation(_) | Content::Entity(_) => false,
            };
            if has(1) {
                prop_assert!(case.is_followed(unit, 0) || has(0), "{unit:?}");
            }
        }
    }
}

#[test]
fn a_gold_file_keeps_its_rulings_in_lines() {
    let dir = team();
    let mut desk = Desk::open(dir.path(), "gold");
    compare(&mut desk);
    desk.press("Alt+N 1 0");
    let file = String::from_utf8(bytes(&dir, GOLD).unwrap()).unwrap();
    let lines: Vec<&str> = file.lines().skip_while(|it| !it.contains("\"rulings\"")).collect();
    assert!(lines[1].trim_start().starts_with("{\"id\": \"u") && lines[2].contains("\"said\""), "{file}");
    assert!(run(&dir, "check").status.success());
    assert!(Path::new(&dir.path().join(GOLD)).exists());
}
