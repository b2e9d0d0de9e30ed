//! The datasheet of a release, after Gebru et al. 2021 (Datasheets for Datasets, Communications of
//! the ACM 64:12): what the program knows is filled in, and what only a person can know stands open.
//!
//! A release is never written to, so a person answers in the project: what stands under a question
//! in `datasheet.md` there goes into the next release.

use std::collections::BTreeMap;

use crate::file::Release;
use crate::model::Schema;
use crate::session::release::Citation;
use crate::text::markdown;

/// The project's file with answers.
pub(super) const ANSWERS: &str = "datasheet.md";

/// What stands under a question that nobody has answered.
const OPEN: &str = "**Open: to be answered by a person.**";

/// What the program knows.
pub(super) struct Facts<'a> {
    pub(super) release: &'a Release,
    pub(super) fingerprint: &'a str,
    pub(super) schema: &'a Schema,
    pub(super) citation: &'a Citation,
    pub(super) has_guidelines: bool,
}

/// Who answers a question, and what the program knows of it; empty if that is nothing.
enum Answer {
    /// The program, anew for each release; a person where it knows nothing.
    Program(fn(&Facts<'_>) -> String),
    /// A person; until then what the program was told.
    Person(fn(&Facts<'_>) -> String),
    /// A person alone.
    Open,
}

use Answer::{Open, Person, Program};

/// A question and who answers it.
type Question = (&'static str, Answer);

/// The questions, by their sections.
const SECTIONS: &[(&str, &[Question])] = &[
    (
        "Motivation",
        &[
            ("For what purpose was the dataset created?", Person(|it| markdown(&it.release.description))),
            (
                "Who created the dataset, and on behalf of whom?",
                Person(|it| {
                    let authors: Vec<String> = it.citation.authors.iter().map(|it| markdown(it)).collect();
                    authors.join("; ")
                }),
            ),
            ("Who funded it?", Open),
        ],
    ),
    (
        "Composition",
        &[
            ("What do the instances represent, and how many are there?", Program(instances)),
            ("Is it a sample of a larger set, and is the sample representative?", Open),
            ("What is annotated in each instance?", Program(labels)),
            ("How often is each label used?", Program(frequencies)),
            (
                "Is any information missing from individual instances?",
                Program(|it| {
                    let counts = &it.release.counts;
                    if counts.n_done == counts.n_articles {
                        return "No: every article is marked as done.".to_owned();
                    }
                    format!(
                        "{} of {} articles are done; in the others unlabelled text does not mean that there is nothing.",
                        counts.n_done, counts.n_articles
                    )
                }),
            ),
            ("Are there relationships between instances?", Program(duplicates)),
            ("Are there recommended splits?", Program(split)),
            ("Are there errors, noise or redundancies?", Program(agreement)),
            (
                "Does it rely on external resources?",
                Person(|_| "No: each file of annotations holds the whole text of its article.".to_owned()),
            ),
            ("Does it hold confidential data, or what may offend, threaten or identify people?", Open),
            ("In which languages are the texts?", Program(languages)),
        ],
    ),
    (
        "Collection",
        &[
            ("How were the articles acquired, by whom, and over what time?", Open),
            ("Who annotated them, how were they trained, and how were they paid?", Open),
            (
                "By what guidelines were they annotated?",
                Person(|it| match it.has_guidelines {
                    true => "By the guidelines that lie in this release.".to_owned(),
                    false => String::new(),
                }),
            ),
            ("Was there an ethical review, and did people that it is about know and consent?", Open),
        ],
    ),
    (
        "Preprocessing and labelling",
        &[
            (
                "Was the text preprocessed or cleaned?",
                Person(|_| {
                    "Sorot changes nothing in a text but a byte order mark, which is taken off; positions count Unicode \
                 code points of the text in each file. What was done to the articles before has to be said by a person."
                    .to_owned()
                }),
            ),
            ("How did one annotation come of several annotators'?", Open),
            ("With which software was it labelled?", Person(|it| markdown(&it.release.made_by))),
        ],
    ),
    (
        "Uses",
        &[
            ("What has it been used for?", Open),
            ("For what should it not be used?", Open),
            ("Could its composition lead to unfair treatment or other harm?", Open),
        ],
    ),
    (
        "Distribution",
        &[
            ("How is it distributed, and how is it identified?", Program(identity)),
            (
                "Under which licence, and may the articles be passed on?",
                Person(|it| it.citation.licence.as_deref().map(markdown).unwrap_or_default()),
            ),
        ],
    ),
    (
        "Maintenance",
        &[
            ("Who maintains it, and how can they be reached?", Open),
            (
                "Is there an erratum, and will it be updated?",
                Program(|it| {
                    match &it.release.earlier {
                Some(earlier) => format!(
                    "It follows release {} (SHA-256 `{}`); CHANGES.md lists what changed. A release is never altered: \
                     corrections become a new one.",
                    markdown(&earlier.name),
                    earlier.fingerprint
                ),
                None => "A release is never altered: corrections become a new one, with a list of what changed."
                    .to_owned(),
            }
                }),
            ),
        ],
    ),
];

/// The datasheet as Markdown.
pub(super) fn write(facts: &Facts<'_>, answers: &BTreeMap<String, String>) -> String {
    let (project, name) = (markdown(&facts.release.project), markdown(&facts.release.name));
    let mut out = format!("# Datasheet of {project} {name}\n\n");
    out += "After Gebru et al. 2021, Datasheets for Datasets. A release is never changed: copy this file to the \
            project as `datasheet.md`, answer there what is open, and the next release has the answers.\n";
    for (section, questions) in SECTIONS {
        out += &format!("\n## {section}\n");
        for (question, known) in *questions {
            let written = answers.get(*question).cloned();
            let answer = match known {
                Program(known) => Some(known(facts)).filter(|it| !it.is_empty()).or(written),
                Person(known) => written.or_else(|| Some(known(facts))),
                Open => written,
            };
            let answer = answer.unwrap_or_default();
            let answer = if answer.trim().is_empty() { OPEN } else { answer.trim() };
            out += &format!("\n### {question}\n\n{answer}\n");
        }
    }
    out
}

/// What a person wrote, by the question that it stands under.
pub(super) fn answers(text: &str) -> BTreeMap<String, String> {
    let questions: Vec<&str> = SECTIONS.iter().flat_map(|it| it.1).map(|it| it.0).collect();
    let mut answers: BTreeMap<String, String> = BTreeMap::new();
    let mut question = None;
    for line in text.lines() {
        if line.starts_with('#') {
            let heading = line.trim_start_matches('#').trim();
            question = questions.iter().find(|it| **it == heading);
        } else if let Some(question) = question {
            let answer = answers.entry((*question).to_owned()).or_default();
            answer.push_str(line);
            answer.push('\n');
        }
    }
    answers.retain(|_, answer| !answer.trim().is_empty() && !answer.contains(OPEN));
    answers
}

fn instances(facts: &Facts<'_>) -> String {
    let counts = &facts.release.counts;
    format!(
        "Articles: {}, with {} characters (Unicode code points), {} annotated spans and {} relations.",
        counts.n_articles,
        counts.n_code_points,
        counts.n_spans(),
        counts.n_relations()
    )
}

fn labels(facts: &Facts<'_>) -> String {
    let definition = |name: &str, definition: &str| match definition {
        "" => format!("- {}", markdown(name)),
        text => format!("- {}: {}", markdown(name), markdown(text)),
    };
    let labels = facts.schema.labels.iter().map(|it| definition(&it.name, &it.definition));
    let relations = facts.schema.relations.iter().map(|it| {
        let ends = format!("{} → {}", it.from.join(" or "), it.to.join(" or "));
        let text = if it.definition.is_empty() { ends } else { format!("{ends}; {}", it.definition) };
        definition(&format!("{} (relation)", it.name), &text)
    });
    let lines: Vec<String> = labels.chain(relations).collect();
    format!("Labels, as `sorot.json` defines them:\n\n{}", lines.join("\n"))
}

fn frequencies(facts: &Facts<'_>) -> String {
    let counts = &facts.release.counts;
    let rows = counts.spans.iter().chain(&counts.relations);
    let rows: Vec<String> = rows.map(|(label, n)| format!("| {} | {n} |", markdown(label))).collect();
    format!("| label | number |\n|---|--:|\n{}", rows.join("\n"))
}

fn languages(facts: &Facts<'_>) -> String {
    let counts = &facts.release.counts;
    if counts.languages.is_empty() {
        return String::new();
    }
    let known: usize = counts.languages.values().sum();
    let listed: Vec<String> =
        counts.languages.iter().map(|(it, n)| format!("{} {n}", markdown(it))).collect();
    format!(
        "Articles by language: {}; of {} it is not recorded.",
        listed.join(", "),
        counts.n_articles - known
    )
}

fn duplicates(facts: &Facts<'_>) -> String {
    let Some(split) = &facts.release.split else { return String::new() };
    let groups = &split.near_duplicates;
    let n: usize = groups.iter().map(Vec::len).sum();
    format!(
        "{n} articles are near-duplicates of others, in {} groups, which `release.json` lists. No group is in two \
         parts of the split.",
        groups.len()
    )
}

fn split(facts: &Facts<'_>) -> String {
    let Some(split) = &facts.release.split else {
        return "No.".to_owned();
    };
    let parts: Vec<String> = split
        .parts
        .iter()
        .map(|it| {
            format!(
                "- {}: {} articles, {} spans",
                markdown(&it.name),
                it.counts.n_articles,
                it.counts.n_spans()
            )
        })
        .collect();
    format!("{}\n\nMade by {}, seed {}.", parts.join("\n"), markdown(&split.method), split.seed)
}

fn agreement(facts: &Facts<'_>) -> String {
    let Some(agreement) = &facts.release.agreement else { return String::new() };
    let rows: Vec<String> = agreement
        .figures
        .iter()
        .filter(|it| it.label.is_none())
        .map(|it| {
            let value = it.value.map_or_else(|| it.undefined.clone(), |value| format!("{value:.3}"));
            format!("- {}: {value}", markdown(&it.name))
        })
        .collect();
    format!(
        "Agreement of {} on the {} articles that all of them have seen:\n\n{}",
        markdown(&agreement.annotators.join(", ")),
        agreement.n_articles,
        rows.join("\n")
    )
}

fn identity(facts: &Facts<'_>) -> String {
    let Citation { url, doi, .. } = facts.citation;
    let at: String = [url, doi].into_iter().flatten().map(|it| format!(" {}", markdown(it))).collect();
    format!(
        "It is identified by the SHA-256 of `release.json`, `{}`, which names the checksum of each file of data.{at}",
        facts.fingerprint
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_what_a_person_wrote_under_a_question() {
        let text = format!(
            "## Motivation\n\n### Who funded it?\n\nNobody.\nReally.\n\n### For what should it not be used?\n\n\
             {OPEN}\n\n### Something else\n\nx\n"
        );
        let expected = BTreeMap::from([("Who funded it?".to_owned(), "\nNobody.\nReally.\n\n".to_owned())]);
        assert_eq!(answers(&text), expected);
    }
}
