//! The program as scripts see it: standard output, standard error and the exit code.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use expect_test::{Expect, expect};
use serde_json::Value;
use tempfile::TempDir;

#[test]
fn init_makes_a_project() {
    let dir = TempDir::new().expect("a temporary folder");
    check(
        &dir,
        &[
            "init corpus",
            "init corpus",
            "init full --schema full --name Kutipan",
            "init copy --schema full/sorot.json",
            "init other --schema missing.json",
        ],
        expect![[r#"
            $ sorot init corpus
            made a project in corpus
            $ sorot init corpus
            2> error: there is a project already: corpus/sorot.json
            [2]
            $ sorot init full --schema full --name Kutipan
            made a project in full
            $ sorot init copy --schema full/sorot.json
            made a project in copy
            $ sorot init other --schema missing.json
            2> error: the schema cannot be read, No such file or directory (os error 2): missing.json
            [2]
        "#]],
    );
    let project = |name: &str| json(&fs::read(dir.path().join(name).join("sorot.json")).expect("a project"));
    assert_eq!(project("corpus")["name"], "corpus");
    assert_eq!(project("corpus")["schema"]["labels"].as_array().map(Vec::len), Some(4));
    assert!(dir.path().join("corpus/articles").is_dir());
    assert_eq!(project("full")["name"], "Kutipan");
    assert_eq!(project("copy")["schema"], project("full")["schema"]);
    assert!(!dir.path().join("other").exists(), "what fails leaves nothing");
}

#[test]
fn articles_lists_sets() {
    let dir = project();
    check(
        &dir,
        &["articles", "articles . --json", "articles missing"],
        expect![[r#"
            $ sorot articles
            articles/a.txt
              Rina: done, 4 spans
            articles/b.txt
              Rina: in_progress, 1 span
            articles/c.txt
            3 articles, 2 annotation sets, 1 done
            $ sorot articles . --json
            {
              "project": "Test",
              "articles": [
                {
                  "path": "articles/a.txt",
                  "sets": [
                    {
                      "annotator": "Rina",
                      "status": "done",
                      "spans": 4
                    }
                  ]
                },
                {
                  "path": "articles/b.txt",
                  "sets": [
                    {
                      "annotator": "Rina",
                      "status": "in_progress",
                      "spans": 1
                    }
                  ]
                },
                {
                  "path": "articles/c.txt",
                  "sets": []
                }
              ]
            }
            $ sorot articles missing
            2> error: cannot open, No such file or directory (os error 2): missing
            [2]
        "#]],
    );
}

#[test]
fn check_finds_what_is_wrong() {
    let dir = project();
    check(
        &dir,
        &["check"],
        expect![[r#"
            $ sorot check
            3 articles, 2 annotation sets, 0 problems
        "#]],
    );
    let path = dir.path().join("annotations/Rina/a.txt.json");
    let broken = read(&path).replace(r#""start": 13, "end": 16"#, r#""start": 13, "end": 160"#);
    write(&path, &broken);
    check(
        &dir,
        &["check", "check --json"],
        expect![[r#"
            $ sorot check
            error: code point 160 lies past the end of the text, which has 29, so it is kept aside (annotation s2): annotations/Rina/a.txt.json:25:5
            error: the relation's "from" is s2, and there is no such span, so it is kept aside: annotations/Rina/a.txt.json:30:5
            warning: annotations that lost their place in the text wait for somebody to decide: 2: annotations/Rina/a.txt.json
            3 articles, 2 annotation sets, 3 problems
            [1]
            $ sorot check --json
            {
              "articles": 3,
              "annotation_sets": 2,
              "releases": [],
              "problems": [
                {
                  "severity": "error",
                  "message": "code point 160 lies past the end of the text, which has 29, so it is kept aside",
                  "file": "annotations/Rina/a.txt.json",
                  "line": 25,
                  "column": 5,
                  "article": "articles/a.txt",
                  "annotator": "Rina",
                  "annotation": "s2"
                },
                {
                  "severity": "error",
                  "message": "the relation's \"from\" is s2, and there is no such span, so it is kept aside",
                  "file": "annotations/Rina/a.txt.json",
                  "line": 30,
                  "column": 5,
                  "article": "articles/a.txt",
                  "annotator": "Rina"
                },
                {
                  "severity": "warning",
                  "message": "annotations that lost their place in the text wait for somebody to decide: 2",
                  "file": "annotations/Rina/a.txt.json",
                  "article": "articles/a.txt",
                  "annotator": "Rina"
                }
              ]
            }
            [1]
        "#]],
    );
    assert_eq!(read(&path), broken, "looking changes nothing");
}

#[test]
fn export_writes_lines() {
    check(
        &project(),
        &[
            "export jsonl --annotator Rina",
            "export jsonl --annotator Rina --labels quote,weapon --status done",
            "export jsonl --annotator Rina --status new",
        ],
        expect![[r#"
            $ sorot export jsonl --annotator Rina
            {"id":"articles/a.txt","text":"“Ya,” 😀 ujar Éva, “rudal AS.”","text_sha256":"954d9f2e32a9de943ab8fe44c82c17a370cbccb44ae61adee524b0d4b9b72457","language":"id","annotator":"Rina","status":"done","schema":{"id":"news-simple","version":"1"},"offsets":{"unit":"code_point","base":0,"end":"exclusive"},"entities":[{"id":"e1","kind":"person","name":"Éva"}],"spans":[{"id":"s1","label":"quote","start":0,"end":29,"fragments":[[0,5],[18,29]],"text":"“Ya,” “rudal AS.”","attributes":{"quote_type":"direct"},"origin":{"how":"manual"}},{"id":"s2","label":"speaker","start":13,"end":16,"text":"Éva","entity":"e1","origin":{"how":"manual"}},{"id":"s3","label":"weapon","start":19,"end":27,"text":"rudal AS","attributes":{"weapon_class":"missile_rocket"},"origin":{"how":"manual"}},{"id":"s4","label":"country","start":25,"end":27,"text":"AS","attributes":{"iso":"US"},"origin":{"how":"manual"}}],"relations":[{"id":"r1","label":"says","from":"s2","to":"s1","origin":{"how":"manual"}}]}
            {"id":"articles/b.txt","text":"Kyiv diserang.","text_sha256":"bd2d9c668772117113f219013bd0d6955306ddecb0db1fe1b3dfa602c81c199a","language":null,"annotator":"Rina","status":"in_progress","schema":{"id":"news-simple","version":"1"},"offsets":{"unit":"code_point","base":0,"end":"exclusive"},"entities":[],"spans":[{"id":"s1","label":"country","start":0,"end":4,"text":"Kyiv","attributes":{"iso":"UA"},"origin":{"how":"manual"}}],"relations":[]}
            $ sorot export jsonl --annotator Rina --labels quote,weapon --status done
            {"id":"articles/a.txt","text":"“Ya,” 😀 ujar Éva, “rudal AS.”","text_sha256":"954d9f2e32a9de943ab8fe44c82c17a370cbccb44ae61adee524b0d4b9b72457","language":"id","annotator":"Rina","status":"done","schema":{"id":"news-simple","version":"1"},"offsets":{"unit":"code_point","base":0,"end":"exclusive"},"entities":[],"spans":[{"id":"s1","label":"quote","start":0,"end":29,"fragments":[[0,5],[18,29]],"text":"“Ya,” “rudal AS.”","attributes":{"quote_type":"direct"},"origin":{"how":"manual"}},{"id":"s3","label":"weapon","start":19,"end":27,"text":"rudal AS","attributes":{"weapon_class":"missile_rocket"},"origin":{"how":"manual"}}],"relations":[]}
            $ sorot export jsonl --annotator Rina --status new
            2> warning: no article has such annotations of Rina, so nothing is exported
            [1]
        "#]],
    );
}

#[test]
fn export_replaces_nothing_unasked() {
    let dir = project();
    let command = "export jsonl --annotator Rina --out out/rina.jsonl";
    check(
        &dir,
        &[command],
        expect![[r#"
            $ sorot export jsonl --annotator Rina --out out/rina.jsonl
            exported 2 articles with 5 spans to out/rina.jsonl
        "#]],
    );
    let path = dir.path().join("out/rina.jsonl");
    let first = read(&path);
    write(&path, "mine");
    check(
        &dir,
        &[command],
        expect![[r#"
            $ sorot export jsonl --annotator Rina --out out/rina.jsonl
            2> error: the file exists, and only --force replaces it: out/rina.jsonl
            [2]
        "#]],
    );
    assert_eq!(read(&path), "mine");
    assert_eq!(run(&dir, &format!("{command} --force")).status.code(), Some(0));
    assert_eq!(read(&path), first);
    let n_entries = fs::read_dir(dir.path().join("out")).expect("the folder is there").count();
    assert_eq!(n_entries, 1, "no temporary file is left");
}

#[test]
fn export_json_writes_the_files_of_the_project() {
    let dir = project();
    let command = "export json --annotator Rina --out out";
    check(
        &dir,
        &["export json --annotator Rina", command, command],
        expect![[r#"
            $ sorot export json --annotator Rina
            2> error: json writes a file for each article, so it needs a folder: --out FOLDER
            [2]
            $ sorot export json --annotator Rina --out out
            exported 2 articles with 5 spans to out
            $ sorot export json --annotator Rina --out out
            2> error: the folder is not empty, and only --force writes into it: out
            [2]
        "#]],
    );
    for article in ["a.txt", "b.txt"] {
        let exported = read(&dir.path().join(format!("out/articles/{article}.json")));
        let stored = read(&dir.path().join(format!("annotations/Rina/{article}.json")));
        assert_eq!(exported, stored);
    }
}

#[test]
fn export_goes_on_past_a_broken_set() {
    let dir = project();
    write(&dir.path().join("annotations/Rina/a.txt.json"), "{");
    check(
        &dir,
        &["export jsonl --annotator Rina"],
        expect![[r#"
            $ sorot export jsonl --annotator Rina
            {"id":"articles/b.txt","text":"Kyiv diserang.","text_sha256":"bd2d9c668772117113f219013bd0d6955306ddecb0db1fe1b3dfa602c81c199a","language":null,"annotator":"Rina","status":"in_progress","schema":{"id":"news-simple","version":"1"},"offsets":{"unit":"code_point","base":0,"end":"exclusive"},"entities":[],"spans":[{"id":"s1","label":"country","start":0,"end":4,"text":"Kyiv","attributes":{"iso":"UA"},"origin":{"how":"manual"}}],"relations":[]}
            2> error: not exported: the file is broken JSON, EOF while parsing an object: annotations/Rina/a.txt.json:1:1
            [1]
        "#]],
    );
}

#[test]
fn export_says_what_it_cannot_do() {
    check(
        &project(),
        &[
            "export jsonl",
            "export xml --annotator Rina",
            "export jsonl --annotator Budi",
            "export jsonl --annotator Rina --labels quote,quotes",
            "export jsonl --annotator Rina --scheme bilou",
            "export bdocjs --annotator Rina --unit byte --out out",
            "export tei --annotator Rina --no-text --out out",
            "export jsonl --annotator Rina --out articles",
            "export jsonl --annotator Rina --out sorot.json/x",
            "export json --annotator Rina --out sorot.json",
            "export jsonl articles --annotator Rina",
        ],
        expect![[r#"
            $ sorot export jsonl
            2> error: the following required arguments were not provided:
            2>   --annotator <NAME>
            2>
            2> Usage: sorot export --annotator <NAME> <FORMAT> [PROJECT]
            2>
            2> For more information, try '--help'.
            [2]
            $ sorot export xml --annotator Rina
            2> error: invalid value 'xml' for '<FORMAT>'
            2>   [possible values: jsonl, json, spacy, spacy-jsonl, conll, brat, label-studio, doccano, cas-json, cas-xmi, csv, tsv, hugging-face, hugging-face-jsonl, citron, html, prodigy, web-annotation, stam, bdocjs, tei]
            2>
            2>   tip: a similar value exists: 'html'
            2>
            2> For more information, try '--help'.
            [2]
            $ sorot export jsonl --annotator Budi
            2> error: Budi has annotated nothing here; annotators are Rina: .
            [2]
            $ sorot export jsonl --annotator Rina --labels quote,quotes
            2> error: the schema has no label quotes; its labels are speaker, quote, country, weapon
            [2]
            $ sorot export jsonl --annotator Rina --scheme bilou
            2> error: jsonl does nothing with --scheme; it is for conll
            [2]
            $ sorot export bdocjs --annotator Rina --unit byte --out out
            2> error: bdocjs does nothing with --unit byte; it is for doccano, csv, tsv, hugging-face, hugging-face-jsonl
            [2]
            $ sorot export tei --annotator Rina --no-text --out out
            2> error: tei does nothing with --no-text; it is for jsonl, brat, csv, tsv, web-annotation
            [2]
            $ sorot export jsonl --annotator Rina --out articles
            2> error: jsonl writes one file, and this is a folder: articles
            [2]
            $ sorot export jsonl --annotator Rina --out sorot.json/x
            2> error: cannot save, File exists (os error 17): sorot.json/x
            [2]
            $ sorot export json --annotator Rina --out sorot.json
            2> error: json writes into a folder, and this is a file: sorot.json
            [2]
            $ sorot export jsonl articles --annotator Rina
            2> error: the project has no annotations yet: articles
            [2]
        "#]],
    );
}

#[test]
fn formats_prints_the_table() {
    let dir = TempDir::new().expect("a temporary folder");
    check(
        &dir,
        &["formats"],
        expect![[r#"
            $ sorot formats
            FORMAT              READS  WRITES  OFFSETS      WHAT IT IS
            jsonl               yes    yes     code point   one line an article with text, spans and relations, for training
                                                            cannot hold: the article file's encoding and line ends
                                                            cannot hold: file keys that Sorot does not know
            json                yes    yes     code point   Sorot's own annotation files, one for each article
            spacy               yes    yes     code point   spaCy's DocBin (.spacy), as "spacy train" takes it
                                                            cannot hold: white space at the ends of spans
                                                            cannot hold: how and when annotations came to be
                                                            cannot hold: the article file's encoding and line ends
                                                            cannot hold: file keys that Sorot does not know
            spacy-jsonl         yes    yes     code point   spaCy's JSON, one line an article, as Doc.from_json takes it
                                                            cannot hold: white space at the ends of spans
                                                            cannot hold: how and when annotations came to be
                                                            cannot hold: the article file's encoding and line ends
                                                            cannot hold: file keys that Sorot does not know
            conll               yes    yes     code point   columns of tokens and tags (CoNLL; IOB2, IOB1, BILOU, IOBES)
                                                            cannot hold: discontinuous spans
                                                            cannot hold: relations
                                                            cannot hold: attributes
                                                            cannot hold: spans of one label that share text
                                                            cannot hold: ids, entities, notes and flags
                                                            cannot hold: white space, unless an import knows the article
                                                            cannot hold: names and annotators of articles
            brat                yes    yes     code point   brat standoff, a .txt and an .ann for each article, with brat's configuration
                                                            cannot hold: line breaks at the ends of a span
                                                            cannot hold: how and when annotations came to be
                                                            cannot hold: the article file's encoding
                                                            cannot hold: file keys that Sorot does not know
            label-studio        yes    yes     code point   Label Studio tasks with annotations, and the labelling configuration
                                                            cannot hold: how and when annotations came to be
                                                            cannot hold: the article file's encoding and line ends
                                                            cannot hold: file keys that Sorot does not know
            doccano             yes    yes     UTF-16 unit  doccano JSON lines, for projects with relations or sequence labelling
                                                            cannot hold: discontinuous spans
                                                            cannot hold: fragments as one, for doccano itself
                                                            cannot hold: overlapping spans, where a doccano project does not allow them
                                                            cannot hold: how and when annotations came to be
                                                            cannot hold: the article file's encoding and line ends
                                                            cannot hold: file keys that Sorot does not know
            cas-json            yes    yes     UTF-16 unit  UIMA CAS JSON 0.4 with type system, for INCEpTION and dkpro-cassis
                                                            cannot hold: how and when annotations came to be
                                                            cannot hold: the article file's encoding and line ends
                                                            cannot hold: file keys that Sorot does not know
            cas-xmi             yes    yes     UTF-16 unit  UIMA CAS XMI 1.0 with type system, for INCEpTION and dkpro-cassis
                                                            cannot hold: how and when annotations came to be
                                                            cannot hold: the article file's encoding and line ends
                                                            cannot hold: file keys that Sorot does not know
            csv                 yes    yes     code point   tables of spans, relations and articles with commas, for spreadsheets and R
                                                            cannot hold: when and how spans were made
                                                            cannot hold: the article file's encoding
                                                            cannot hold: file keys that Sorot does not know
            tsv                 yes    yes     code point   tables of spans, relations and articles with tabs, for spreadsheets and R
                                                            cannot hold: when and how spans were made
                                                            cannot hold: the article file's encoding
                                                            cannot hold: file keys that Sorot does not know
            hugging-face        yes    yes     code point   Hugging Face data set in Parquet with typed columns and a data set card
                                                            cannot hold: when and how spans were made
                                                            cannot hold: the article file's encoding
                                                            cannot hold: file keys that Sorot does not know
            hugging-face-jsonl  yes    yes     code point   Hugging Face data set as JSON lines with a data set card
                                                            cannot hold: when and how spans were made
                                                            cannot hold: the article file's encoding
                                                            cannot hold: file keys that Sorot does not know
            citron              yes    yes     code point   quotes with cue, sources and contents, for BBC Citron
                                                            cannot hold: Citron itself sees only quotes that have a cue, the rest is kept where it does not look
                                                            cannot hold: how and when annotations came to be
                                                            cannot hold: the article file's encoding and line ends
                                                            cannot hold: file keys that Sorot does not know
            html                no     yes     code point   a web page with the articles and their spans highlighted, to look at and print
                                                            cannot hold: the character U+0000, which no page can hold
                                                            cannot hold: how and when annotations came to be
                                                            cannot hold: the article file's encoding
                                                            cannot hold: file keys that Sorot does not know
            prodigy             yes    yes     code point   Prodigy's JSONL, one line a task with tokens, spans and relations
                                                            cannot hold: white space at the ends of spans
                                                            cannot hold: how and when annotations came to be
                                                            cannot hold: the article file's encoding and line ends
                                                            cannot hold: file keys that Sorot does not know
            web-annotation      yes    yes     code point   W3C Web Annotations, JSON-LD with position and quote selectors
                                                            cannot hold: how and when annotations came to be
                                                            cannot hold: the article file's encoding and line ends
                                                            cannot hold: file keys that Sorot does not know
            stam                yes    yes     code point   STAM JSON, one annotation store for all articles
                                                            cannot hold: how and when annotations came to be
                                                            cannot hold: the article file's encoding and line ends
                                                            cannot hold: file keys that Sorot does not know
            bdocjs              yes    yes     code point   bdoc JSON for GATE and gatenlp, an annotation set for each annotator
                                                            cannot hold: how and when annotations came to be
                                                            cannot hold: the article file's encoding and line ends
                                                            cannot hold: file keys that Sorot does not know
            tei                 no     yes     code point   TEI P5 with stand-off spans
                                                            cannot hold: how and when annotations came to be
                                                            cannot hold: the article file's encoding and line ends
                                                            cannot hold: the status of the work
                                                            cannot hold: file keys that Sorot does not know
            webanno-tsv         yes    no      UTF-16 unit  WebAnno TSV 3, as WebAnno and INCEpTION export it
                                                            cannot hold: discontinuous spans
                                                            cannot hold: what stood between sentences
                                                            cannot hold: white space at the ends of spans
                                                            cannot hold: fragments
                                                            cannot hold: notes
            re3d                yes    no      code point   re3d's folders of documents, entities and relations
                                                            cannot hold: discontinuous spans
                                                            cannot hold: where the words stand that express a relation
                                                            cannot hold: titles and addresses of articles
            litbank             yes    no      code point   quotations of LitBank with who says them, .txt and .ann
                                                            cannot hold: discontinuous spans
                                                            cannot hold: relations
                                                            cannot hold: notes
        "#]],
    );
    let formats = json(&run(&dir, "formats --json").stdout);
    assert_eq!(formats["formats"].as_array().map(Vec::len), Some(sorot::format::FORMATS.len()));
    assert_eq!(formats["formats"][0]["offset_unit"], "code_point");
    assert_eq!(formats["formats"][0]["options"], serde_json::json!(["--no-text"]));
}

#[test]
fn schema_prints_json_schemas() {
    let dir = TempDir::new().expect("a temporary folder");
    assert_eq!(json(&run(&dir, "schema").stdout), sorot::file::annotations_schema());
    assert_eq!(json(&run(&dir, "schema annotations").stdout), sorot::file::annotations_schema());
    assert_eq!(json(&run(&dir, "schema project").stdout), sorot::file::project_schema());
    assert_eq!(json(&run(&dir, "schema release").stdout), sorot::file::release_schema());
    assert_eq!(run(&dir, "schema nothing").status.code(), Some(2));
}

/// A merge that stopped half-way, a copy that a sync program made, a file that was cut off.
#[test]
fn repair_brings_back_what_is_whole() {
    let dir = project();
    let folder = dir.path().join("annotations/Rina");
    let (a, b) = (read(&folder.join("a.txt.json")), read(&folder.join("b.txt.json")));
    let line = b.lines().find(|line| line.contains("\"Kyiv\"")).expect("a span");
    let theirs = line.replace("\"Kyiv\"", "\"Kyiv\", \"note\": \"ibu kota\"");
    let merge = format!("<<<<<<< HEAD\n{line}\n=======\n{theirs}\n>>>>>>> theirs");
    write(&folder.join("b.txt.json"), &b.replace(line, &merge));
    write(&folder.join("a.txt-LAPTOP.json"), &a.replace("\"id\": \"s4\"", "\"id\": \"s5\""));
    let cut = a.find("\"relations\"").expect("a list");
    write(&folder.join("a.txt.json"), &a[..cut]);
    check(
        &dir,
        &["check", "repair --dry-run", "repair", "repair", "check"],
        expect![[r#"
            $ sorot check
            error: the file is broken JSON, EOF while parsing a value: annotations/Rina/a.txt.json:29:2
            error: a merge stopped half-way, and the file holds both sides: annotations/Rina/b.txt.json:21:1
            warning: a sync program made this copy of a.txt.json when two machines changed it, and it counts as no set: annotations/Rina/a.txt-LAPTOP.json
            3 articles, 2 annotation sets, 3 problems
            [1]
            $ sorot repair --dry-run
            would mend annotations/Rina/a.txt.json
              the file is broken JSON, EOF while parsing a value: annotations/Rina/a.txt.json:29:2
            would mend annotations/Rina/b.txt.json
              a merge stopped half-way, and the file holds both sides: annotations/Rina/b.txt.json:21:1
              the span was changed here and elsewhere; both versions are kept (annotation s1-f8d969ad)
            would merge annotations/Rina/a.txt-LAPTOP.json
            2 files to mend, 1 copy to merge, 0 failed
            $ sorot repair
            mended annotations/Rina/a.txt.json
              the file is broken JSON, EOF while parsing a value: annotations/Rina/a.txt.json:29:2
            mended annotations/Rina/b.txt.json
              a merge stopped half-way, and the file holds both sides: annotations/Rina/b.txt.json:21:1
              the span was changed here and elsewhere; both versions are kept (annotation s1-f8d969ad)
            merged annotations/Rina/a.txt-LAPTOP.json
            2 files mended, 1 copy merged, 0 failed
            $ sorot repair
            0 files mended, 0 copies merged, 0 failed
            $ sorot check
            warning: annotations on which two versions do not agree wait for somebody to decide: 1: annotations/Rina/b.txt.json
            3 articles, 2 annotation sets, 1 problem
            [1]
        "#]],
    );
}

#[test]
fn help_is_what_people_read() {
    let dir = TempDir::new().expect("a temporary folder");
    check(
        &dir,
        &[
            "-h",
            "picture -h",
            "screenshot -h",
            "init -h",
            "articles -h",
            "check -h",
            "repair -h",
            "export -h",
            "formats -h",
            "schema -h",
        ],
        expect![[r#"
            $ sorot -h
            Label spans in articles, tie quotes to their speakers, and get JSON that trains and tests models

            Usage: sorot [OPTIONS] [PATH]...
                   sorot <COMMAND>

            Commands:
              picture     Draw a passage with its spans and relations, as SVG or PNG for a paper
              screenshot  Draw the window to a picture; needs no display
              init        Make a folder a project; articles go into its folder "articles"
              add         Take articles out of files and add them to a project, all at once
              articles    List the articles, whose annotations they have, how far those are, and how many spans
              check       Verify every file of a project: hashes, offsets, ids, schema, releases
              change      Rename, merge, split or delete labels, attributes and relations in all annotations of a project
              log         Print who changed what, and when, newest first
              trash       List what Sorot replaced or deleted, and put it back
              repair      Mend broken files, and bring sync programs' copies together with their originals
              import      Bring annotated articles of another program into a project
              export      Write somebody's annotations in a format for other programs
              convert     Turn other programs' files into those of another format, without a project
              formats     List the formats: what each reads, writes and cannot hold
              sync        Send what you changed to the team, and bring what the team changed, by way of git
              collect     Bring in what another copy of a project has, from a stick or a shared folder
              merge       Merge two versions of an annotation file, span by span; made for git
              assign      Give articles to annotators, and show how far everybody is
              agree       Measure how well annotators agree, on all articles that they have seen
              diff        List where annotators differ, one difference a line
              adjudicate  Decide between annotators to make gold
              rulings     List what a curator decided where annotators differed, and why
              evaluate    Hold predictions against gold: precision, recall and F1, errors, and whether two models differ
              freeze      Freeze gold as a release: annotations, schema and guidelines as they are now, with a fingerprint
              releases    List the releases with their fingerprints, the newest last
              leak        Look for articles of a release in texts that a model was trained on
              schema      Print the JSON Schema of Sorot's files

            Arguments:
              [PATH]...  A project folder, or article files

            Options:
                  --renderer <RENDERER>  What draws the window [default: the first that works] [possible values: glow, wgpu, soft]
              -h, --help                 Print help (see more with '--help')
              -V, --version              Print version

            Exit codes: 0 done; 1 done, and there is something to look at; 2 could not.
            $ sorot picture -h
            Draw a passage with its spans and relations, as SVG or PNG for a paper

            Usage: sorot picture [OPTIONS] --annotator <NAME> <OUT.svg|OUT.png> [PATH]

            Arguments:
              <OUT.svg|OUT.png>  The picture to write; the ending says how
              [PATH]             A project folder or an article file [default: .]

            Options:
                  --article <ARTICLE>   Which article of the project [default: its only one]
                  --annotator <NAME>    Whose annotations; gold for the agreed reference
                  --lines <FIRST-LAST>  Only these lines, such as 3 or 3-7, counted from 1
                  --from <START>        Only what begins here, in code points from 0, as in the annotation file
                  --to <END>            Only what ends here; the end is exclusive
                  --span <ID>           Only the sentences that hold the span with this id
                  --width <POINTS>      How wide it is at most, in points [default: 450]
                  --text-size <POINTS>  Size of the text in points [default: 11]
                  --dpi <N>             Pixels an inch, of a PNG [default: 300]
                  --theme <THEME>       Light or dark [default: light] [possible values: light, dark]
                  --legend              Say below the text which label looks how
                  --force               Replace a file that exists
              -h, --help                Print help (see more with '--help')

            A point is 1/72 inch. SVG holds outlines instead of letters, and looks the same without the fonts. Without --lines, --from, --to or --span the whole article is drawn.
            $ sorot screenshot -h
            Draw the window to a picture; needs no display

            Usage: sorot screenshot [OPTIONS] <OUT.png> [PATH]

            Arguments:
              <OUT.png>  The picture to write
              [PATH]     A project folder or an article file [default: the sample project]

            Options:
                  --theme <THEME>     Light or dark [default: light] [possible values: light, dark]
                  --size <WxH>        Width and height of the picture in pixels [default: 1280x800]
                  --zoom <N>          How large things are drawn, 1 being their normal size [default: 1]
                  --annotator <NAME>  Whose annotations to show [default: the system's user]
              -h, --help              Print help (see more with '--help')
            $ sorot init -h
            Make a folder a project; articles go into its folder "articles"

            Usage: sorot init [OPTIONS] <DIR>

            Arguments:
              <DIR>  The folder, which need not exist yet

            Options:
                  --schema <simple|full|FILE>  The labels to start with: simple, full, or the sorot.json of another project [default: simple]
                  --name <NAME>                What people call the project [default: the folder's name]
              -h, --help                       Print help
            $ sorot articles -h
            List the articles, whose annotations they have, how far those are, and how many spans

            Usage: sorot articles [OPTIONS] [PROJECT]

            Arguments:
              [PROJECT]  The project folder [default: .]

            Options:
                  --json  Print one JSON document
              -h, --help  Print help

            With --json, an object with these keys:
              project   its name
              articles  [{path, sets: [{annotator, status, spans}]}]; status is new, in_progress or done; spans
                        says how many
            $ sorot check -h
            Verify every file of a project: hashes, offsets, ids, schema, releases

            Usage: sorot check [OPTIONS] [PROJECT]

            Arguments:
              [PROJECT]  The project folder [default: .]

            Options:
                  --json  Print one JSON document
              -h, --help  Print help (see more with '--help')

            Exit code 1 if there is a warning or an error.

            With --json, an object with these keys:
              articles         how many were read
              annotation_sets  how many were read
              releases         [{name, fingerprint, whole}]; whole is false if anything in it is not as it was
                               frozen
              problems         [{severity, message, file, line, column, article, annotator, annotation}]; severity
                               is note, warning or error; from file on, what is not known is left out; line and
                               column count from 1
            $ sorot repair -h
            Mend broken files, and bring sync programs' copies together with their originals

            Usage: sorot repair [OPTIONS] [PROJECT]

            Arguments:
              [PROJECT]  The project folder [default: .]

            Options:
                  --dry-run  Change nothing, and say what would be done
                  --json     Print one JSON document
              -h, --help     Print help (see more with '--help')

            Exit code 1 if something could not be mended; sorot check tells what is left to look at.

            With --json, an object with these keys:
              dry_run   true if nothing was changed
              repaired  [{file, merged, problems}]; merged is true for a sync program's copy that was brought
                        together with its original; problems are as those of sorot check
              failed    the problems of files that could not be mended
            $ sorot export -h
            Write somebody's annotations in a format for other programs

            Usage: sorot export [OPTIONS] <FORMAT> [PROJECT]

            Arguments:
              <FORMAT>   The format's id, as "sorot formats" lists it [possible values: jsonl, json, spacy, spacy-jsonl, conll, brat, label-studio, doccano, cas-json, cas-xmi, csv, tsv, hugging-face, hugging-face-jsonl, citron, html, prodigy, web-annotation, stam, bdocjs, tei]
              [PROJECT]  The project folder [default: .]

            Options:
                  --annotator <NAME>                Whose annotations; gold for the agreed reference [default with a release: whose it holds]
                  --split <PART>                    Only this part of a release, as "sorot releases" lists it [default release: the newest]
                  --release <NAME>                  The annotations of this release, as they were frozen
                  --out <PATH>                      Where to: a file, or for json a folder [default: standard output, if the format is one file]
                  --force                           Replace files that exist
                  --status <STATUS>                 Only articles whose annotations are this far [possible values: new, in_progress, done]
                  --labels <LABEL,…>                Only spans of these labels, and the relations between them
                  --only <LABEL.ATTRIBUTE=VALUE,…>  Of the spans of a label only those with this value, such as quote.quote_type=direct
                  --examples <PIECE>                What is one example: article, paragraph, sentence, or a number of words; no span is cut [default: article]
                  --pseudonyms                      Call annotators annotator-1, annotator-2 … in the order of their names
                  --overlap <WHICH>                 Of spans that share text, the one that stays in formats that hold no such: outermost, innermost, longest, or labels with the most wanted first [default: outermost]
                  --scheme <SCHEME>                 How columns of tokens say where spans begin and end [default: iob2] [possible values: iob2, iob1, bilou, iobes]
                  --one-column                      One column of tags for all labels, though --overlap then decides between spans that share text
                  --unit <UNIT>                     What offsets count, in formats that leave it open [possible values: code_point, utf16, byte]
                  --formula-safe                    Let no cell of a table run as a formula in a spreadsheet: such cells get an apostrophe in front
                  --no-text                         Leave out the articles' texts and what spans cover, such as for articles that may not be passed on: labels and offsets stay, and the text's SHA-256. Whoever has the articles can import it
              -h, --help                            Print help

            Each line of jsonl is one article, an object with these keys:
              id           the article's path in the project
              text         the article; offsets count its code points from 0, the end is exclusive
              text_sha256  of the text in UTF-8
              language, annotator, status, schema, offsets
              entities     [{id, kind, name, …}]
              spans        [{id, label, start, end, text, …}], and fragments [[start, end], …] where there are
                           several; text is then the fragments joined by a space
              relations    [{id, label, from, to, …}] with the ids of spans
            json writes the same files as the project's annotations folder, as "sorot schema" describes them.

            With --release or --split the annotations are those that were frozen, to the letter; what was
            annotated since plays no part.
            $ sorot formats -h
            List the formats: what each reads, writes and cannot hold

            Usage: sorot formats [OPTIONS]

            Options:
                  --json  Print one JSON document
              -h, --help  Print help

            With --json, an object with the key formats, a list of objects with these keys:
              id, summary
              reads, writes, one_file                              true or false
              overlapping, discontinuous, relations, attributes    true or false
              offset_unit                                          byte, code_point or utf16
              options                                              [what "sorot export" may choose for it]
              losses                                               [what it cannot hold]
            $ sorot schema -h
            Print the JSON Schema of Sorot's files

            Usage: sorot schema [FILE]

            Arguments:
              [FILE]  Which file [default: annotations] [possible values: annotations, project, release]

            Options:
              -h, --help  Print help (see more with '--help')
        "#]],
    );
}

#[test]
fn what_is_typed_wrong_is_explained() {
    let dir = TempDir::new().expect("a temporary folder");
    for arguments in [
        "--no-such-option",
        "init",
        "picture out.svg",
        "picture out.svg --annotator a --lines 7-3",
        "picture out.svg --annotator a --from 3",
        "picture out.svg --annotator a --width 0",
        "picture out.pdf --annotator a",
        "picture out.svg nowhere --annotator a",
        "screenshot",
        "screenshot out.png --size 0x0",
        "screenshot out.png --zoom nan",
        "--renderer crayon",
    ] {
        let output = run(&dir, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments}");
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(message.starts_with("error: "), "{arguments}: {message}");
        assert!(output.stdout.is_empty(), "{arguments}");
    }
}

/// `sorot export … | head -1` ends without a word.
#[test]
#[cfg(unix)]
fn a_closed_pipe_is_quiet() {
    let dir = TempDir::new().expect("a temporary folder");
    let mut child = command(&dir, "schema")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

/// Two articles that Rina annotated, and one that nobody did.
pub(crate) fn project() -> TempDir {
    let dir = TempDir::new().expect("a temporary folder");
    assert_eq!(run(&dir, "init . --name Test").status.code(), Some(0));
    for (path, content) in [
        ("articles/a.txt", "“Ya,” 😀 ujar Éva, “rudal AS.”"),
        ("articles/b.txt", "Kyiv diserang."),
        ("articles/c.txt", "Belum."),
        ("annotations/Rina/a.txt.json", include_str!("../cases/cli/a.txt.json")),
        ("annotations/Rina/b.txt.json", include_str!("../cases/cli/b.txt.json")),
    ] {
        write(&dir.path().join(path), content);
    }
    dir
}

/// Runs commands one after the other and compares what a terminal would show: lines of standard
/// error begin with `2>`, and an exit code other than 0 stands in brackets.
pub(crate) fn check(dir: &TempDir, commands: &[&str], transcript: Expect) {
    let mut shown = String::new();
    for arguments in commands {
        let output = run(dir, arguments);
        shown += &format!("$ sorot {arguments}\n{}", String::from_utf8_lossy(&output.stdout));
        for line in String::from_utf8_lossy(&output.stderr).lines() {
            shown += format!("2> {line}").trim_end();
            shown += "\n";
        }
        match output.status.code() {
            Some(0) => {}
            Some(code) => shown += &format!("[{code}]\n"),
            None => shown += "[killed]\n",
        }
    }
    transcript.assert_eq(&shown);
}

/// The program's result for arguments without white space in them.
pub(crate) fn run(dir: &TempDir, arguments: &str) -> Output {
    command(dir, arguments).output().expect("the program starts")
}

fn command(dir: &TempDir, arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sorot"));
    command.args(arguments.split_whitespace()).current_dir(dir.path()).stdin(Stdio::null());
    command
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("the file can be read")
}

fn write(path: &Path, content: &str) {
    fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("the folder can be made");
    fs::write(path, content).expect("the file can be written");
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).expect("JSON")
}

#[test]
fn import_brings_in_what_export_wrote() {
    let dir = project();
    check(
        &dir,
        &[
            "export jsonl . --annotator Rina --out all.jsonl",
            "init other",
            "import jsonl all.jsonl --into other --annotator Budi --dry-run",
            "articles other",
            "import jsonl all.jsonl --into other --annotator Budi",
            "articles other",
            "import jsonl all.jsonl --into other --annotator Budi",
            "import jsonl all.jsonl --into other --annotator Sari --keep-annotators",
            "import jsonl sorot.json --into other --annotator Budi",
            "import nothing all.jsonl --into other --annotator Budi",
            "check other",
        ],
        expect![[r#"
            $ sorot export jsonl . --annotator Rina --out all.jsonl
            exported 2 articles with 5 spans to all.jsonl
            $ sorot init other
            made a project in other
            $ sorot import jsonl all.jsonl --into other --annotator Budi --dry-run
            would import 2 articles (new) with 5 spans and 1 relation
            $ sorot articles other
            0 articles, 0 annotation sets, 0 done
            $ sorot import jsonl all.jsonl --into other --annotator Budi
            imported 2 articles (new) with 5 spans and 1 relation
            $ sorot articles other
            articles/a.txt
              Budi: done, 4 spans
            articles/b.txt
              Budi: in_progress, 1 span
            2 articles, 2 annotation sets, 1 done
            $ sorot import jsonl all.jsonl --into other --annotator Budi
            nothing to import
            2> error: not taken in, the project has annotations of Budi on this article: articles/a.txt
            2> error: not taken in, the project has annotations of Budi on this article: articles/b.txt
            [1]
            $ sorot import jsonl all.jsonl --into other --annotator Sari --keep-annotators
            imported 2 articles with 5 spans and 1 relation
            $ sorot import jsonl sorot.json --into other --annotator Budi
            2> error: the file is not in the format jsonl, line 1: it is no JSON object: sorot.json
            [2]
            $ sorot import nothing all.jsonl --into other --annotator Budi
            2> error: invalid value 'nothing' for '<FORMAT>'
            2>   [possible values: jsonl, json, spacy, spacy-jsonl, conll, brat, label-studio, doccano, cas-json, cas-xmi, csv, tsv, hugging-face, hugging-face-jsonl, citron, prodigy, web-annotation, stam, bdocjs, webanno-tsv, re3d, litbank]
            2>
            2> For more information, try '--help'.
            [2]
            $ sorot check other
            2 articles, 4 annotation sets, 0 problems
        "#]],
    );
    for article in ["a", "b"] {
        let spans = |path: &str| json(&fs::read(dir.path().join(path)).expect("a set"))["spans"].clone();
        assert_eq!(
            spans(&format!("other/annotations/budi/{article}.txt.json")),
            spans(&format!("annotations/Rina/{article}.txt.json")),
        );
    }
}

#[test]
fn convert_needs_no_project() {
    let dir = project();
    check(
        &dir,
        &[
            "export jsonl . --annotator Rina --out all.jsonl",
            "convert jsonl all.jsonl json out",
            "convert json out jsonl again.jsonl",
            "convert json out jsonl again.jsonl",
            "convert jsonl all.jsonl jsonl - --labels country --examples sentence",
            "convert jsonl all.jsonl jsonl - --labels nothing",
            "convert jsonl all.jsonl jsonl - --only quote.quote_type",
        ],
        expect![[r#"
            $ sorot export jsonl . --annotator Rina --out all.jsonl
            exported 2 articles with 5 spans to all.jsonl
            $ sorot convert jsonl all.jsonl json out
            converted 2 articles with 5 spans to out
            $ sorot convert json out jsonl again.jsonl
            converted 2 articles with 5 spans to again.jsonl
            $ sorot convert json out jsonl again.jsonl
            2> error: the file exists, and only --force replaces it: again.jsonl
            [2]
            $ sorot convert jsonl all.jsonl jsonl - --labels country --examples sentence
            {"id":"articles/a.0001.txt","text":"“Ya,” 😀 ujar Éva, “rudal AS.”","text_sha256":"954d9f2e32a9de943ab8fe44c82c17a370cbccb44ae61adee524b0d4b9b72457","language":"id","annotator":"Rina","status":"done","schema":{"id":"","version":""},"offsets":{"unit":"code_point","base":0,"end":"exclusive"},"entities":[],"spans":[{"id":"s4","label":"country","start":25,"end":27,"text":"AS","attributes":{"iso":"US"},"origin":{"how":"manual"}}],"relations":[]}
            {"id":"articles/b.0001.txt","text":"Kyiv diserang.","text_sha256":"bd2d9c668772117113f219013bd0d6955306ddecb0db1fe1b3dfa602c81c199a","language":null,"annotator":"Rina","status":"in_progress","schema":{"id":"","version":""},"offsets":{"unit":"code_point","base":0,"end":"exclusive"},"entities":[],"spans":[{"id":"s1","label":"country","start":0,"end":4,"text":"Kyiv","attributes":{"iso":"UA"},"origin":{"how":"manual"}}],"relations":[]}
            $ sorot convert jsonl all.jsonl jsonl - --labels nothing
            2> error: the schema has no label nothing; its labels are country, quote, speaker, weapon
            [2]
            $ sorot convert jsonl all.jsonl jsonl - --only quote.quote_type
            2> error: invalid value 'quote.quote_type' for '--only <LABEL.ATTRIBUTE=VALUE,…>': it is written LABEL.ATTRIBUTE=VALUE
            2>
            2> For more information, try '--help'.
            [2]
        "#]],
    );
    let lines = |name: &str| {
        let string = read(&dir.path().join(name));
        string.lines().map(|it| json(it.as_bytes())["spans"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(lines("all.jsonl"), lines("again.jsonl"));
}
