//! Articles in the order of the work: cases in `tests/cases/over_time/`, each an article a line with who has
//! seen it and when their spans were made (`-` for a span without a time), and the windows that come of it.
//! `UPDATE_EXPECT=1` renews these; read them before committing.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use sorot::compare::agreement::{ComparedArticle, Comparison, Resampling, Settings, find};
use sorot::model::{Annotation, AnnotationSet, Owner, Status, Timestamp};
use sorot::session::agreement::{Timeline, Wanted, over_time};
use sorot::text::{OffsetUnit, Range, Span, Text};

const TEXT: &str = "a b c d e f g h";

#[test]
fn articles_are_put_in_the_order_of_the_work() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/over_time");
    let mut n_cases = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let case = fs::read_to_string(&path).unwrap();
        let (given, expected) = case.split_once("---\n").expect("a case has a line of dashes");
        let (_, articles, fewest) = read(given);
        let found = shown(&Timeline::new(&articles, fewest), &articles);
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(&path, format!("{given}---\n{found}")).unwrap();
        } else {
            assert_eq!(found, expected, "{}", path.display());
        }
        n_cases += 1;
    }
    assert!(n_cases > 0);
}

#[test]
fn some_ten_windows_have_five_articles_or_more() {
    for (n_articles, n_windows) in [(1, 1), (4, 1), (9, 1), (10, 2), (50, 10), (60, 10), (99, 9), (1000, 10)]
    {
        let given: String = (0..n_articles).map(|it| format!("{it}.txt Rina {it} Budi {it}\n")).collect();
        let timeline = Timeline::new(&read(&given).1, None);
        let sizes: Vec<usize> = timeline.windows.iter().map(|it| it.articles.len()).collect();
        assert_eq!(sizes.len(), n_windows, "{n_articles}: {sizes:?}");
        assert_eq!(sizes.iter().sum::<usize>(), n_articles);
        let (least, most) = (sizes.iter().min().unwrap(), sizes.iter().max().unwrap());
        assert!(most - least <= 1 && (*least >= 5 || n_windows == 1), "{n_articles}: {sizes:?}");
    }
}

/// Each window is what a comparison of its articles alone would say, interval and all.
#[test]
fn a_window_is_measured_as_if_nothing_were_around_it() {
    let given = "a.txt Rina 1,2 Budi 1\nb.txt Rina 3 Budi 3,3\nc.txt Rina 5 Budi 5\nd.txt Rina 7,7 Budi 8\n";
    let (owners, articles, _) = read(given);
    let wanted = Wanted {
        measures: ["exact", "alpha"].into_iter().filter_map(find).collect(),
        labels: Vec::new(),
        by_label: false,
        by_article: false,
        resampling: Some(Resampling { n: 50, ..Resampling::default() }),
    };
    let comparison = Comparison::new(owners.clone(), &articles, Settings::default());
    let found = over_time::measure(&comparison, &wanted, Timeline::new(&articles, Some(2)), false);
    assert_eq!(found.curves.len(), 2);
    for curve in &found.curves {
        assert_eq!(curve.len(), 2);
        for (window, finding) in found.timeline.windows.iter().zip(curve) {
            let part: Vec<ComparedArticle> = window.articles.iter().map(|&it| articles[it].clone()).collect();
            let alone = Comparison::new(owners.clone(), &part, Settings::default());
            let alone = sorot::session::agreement::measure(&alone, &wanted);
            let alone = alone.iter().find(|it| it.measure.id() == finding.measure.id()).unwrap();
            assert_eq!((&finding.answers, &finding.intervals), (&alone.answers, &alone.intervals));
        }
    }
}

/// When each span of each annotator was made, by the annotator's name.
type Times<'a> = BTreeMap<&'a str, Vec<Option<Timestamp>>>;

/// The articles of a case with everybody's sets, and how many articles a window should have.
fn read(given: &str) -> (Vec<Owner>, Vec<ComparedArticle>, Option<usize>) {
    let lines = || given.lines().filter(|it| !it.starts_with('#'));
    let fewest = lines().find_map(|it| it.strip_prefix("window ")?.parse().ok());
    let rows: Vec<(&str, Times<'_>)> = lines().filter(|it| !it.starts_with("window ")).map(row).collect();
    let mut names: Vec<&str> = rows.iter().flat_map(|it| it.1.keys().copied()).collect();
    names.sort_unstable();
    names.dedup();
    let article = |(name, sets): &(&str, Times<'_>)| ComparedArticle {
        document: (*name).into(),
        text: Text::new(TEXT),
        sets: names.iter().map(|it| Some(Arc::new(set(sets.get(it)?)))).collect(),
    };
    let owners = names.iter().map(|it| Owner::named(it)).collect();
    (owners, rows.iter().map(article).collect(), fewest)
}

fn row(line: &str) -> (&str, Times<'_>) {
    let mut words = line.split_whitespace();
    let name = words.next().expect("an article has a name");
    let mut sets = Times::new();
    let mut owner = "";
    for word in words {
        if word.starts_with(char::is_alphabetic) {
            owner = word;
            sets.insert(owner, Vec::new());
        } else {
            let times = word.split(',').map(|it| it.parse().ok().map(Timestamp));
            sets.get_mut(owner).expect("times come after a name").extend(times);
        }
    }
    (name, sets)
}

/// A span a letter, each made at one of the times.
fn set(times: &[Option<Timestamp>]) -> AnnotationSet {
    let text = Text::new(TEXT);
    let offset = |it: usize| text.locate(it, OffsetUnit::CodePoint).unwrap();
    let annotation = |(i, created): (usize, &Option<Timestamp>)| {
        let span = Span::from(Range::new(offset(2 * i), offset(2 * i + 1)).unwrap());
        Annotation { created: *created, ..Annotation::new(format!("s{i}").as_str().into(), "name", span) }
    };
    AnnotationSet::new(Status::Done, times.iter().enumerate().map(annotation), [], [])
}

fn shown(timeline: &Timeline, articles: &[ComparedArticle]) -> String {
    let mut lines = vec![timeline.told()];
    for window in &timeline.windows {
        let times = window.times.map(|(from, to)| format!(" ({} to {})", from.0, to.0)).unwrap_or_default();
        let names: Vec<&str> = window.articles.iter().map(|&it| articles[it].document.as_str()).collect();
        lines.push(format!("{}{times}: {}", window.range(), names.join(" ")));
    }
    lines.join("\n") + "\n"
}
