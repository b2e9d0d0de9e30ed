//! Sets side by side from the command line: agreement, differences, evaluation.

use std::fs;

use expect_test::expect;
use serde_json::Value;
use tempfile::TempDir;

use crate::cli::{check, project, run};

/// Rina has annotated two articles, Budi both otherwise, Sari only the first and as Rina did.
pub(crate) fn team() -> TempDir {
    let dir = project();
    let output = run(&dir, "export jsonl --annotator Rina");
    let lines = String::from_utf8(output.stdout).expect("JSON lines are text");
    let mut otherwise = lines.clone();
    for (old, new) in [
        (r#""start":19,"end":27,"text":"rudal AS""#, r#""start":19,"end":24,"text":"rudal""#),
        (
            r#""label":"country","start":25,"end":27,"text":"AS","attributes":{"iso":"US"}"#,
            r#""label":"speaker","start":25,"end":27,"text":"AS""#,
        ),
        (r#""quote_type":"direct""#, r#""quote_type":"indirect""#),
        (r#""from":"s2""#, r#""from":"s4""#),
    ] {
        assert!(otherwise.contains(old), "{old}");
        otherwise = otherwise.replace(old, new);
    }
    let first = lines.lines().next().expect("there are two articles");
    for (name, lines) in [("Budi", otherwise.as_str()), ("Sari", first)] {
        fs::write(dir.path().join("lines.jsonl"), lines).expect("the file can be written");
        let output = run(&dir, &format!("import jsonl lines.jsonl --into . --annotator {name}"));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    fs::remove_file(dir.path().join("lines.jsonl")).expect("it was written");
    dir
}

#[test]
fn labels_that_the_schema_lacks_are_compared_quietly() {
    let dir = project();
    let lines = String::from_utf8(run(&dir, "export jsonl --annotator Rina").stdout).expect("text");
    let lines = lines.replace(r#""label":"weapon""#, r#""label":"gadget""#);
    assert!(lines.contains("gadget"));
    fs::write(dir.path().join("lines.jsonl"), lines).expect("the file can be written");
    for name in ["Wati", "Tono"] {
        run(&dir, &format!("import jsonl lines.jsonl --into . --annotator {name}"));
    }
    let output = run(&dir, "agree --annotators Wati,Tono --measure exact --label gadget --samples 0");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(String::from_utf8_lossy(&output.stdout).contains("1.0000"));
}

#[test]
fn agree_says_how_well() {
    check(
        &team(),
        &[
            "agree --annotators Rina,Budi --samples 200",
            "agree --annotators Rina,Budi,Sari --match exact --per label --samples 0",
            "agree --annotators Rina,Budi --measure cohen,u-alpha --samples 0",
            "agree --annotators Rina,Sari --samples 0 --match token --min 0.99",
            "agree --annotators Rina,Budi --samples 0 --match exact --min 0.99",
        ],
        expect![[r#"
            $ sorot agree --annotators Rina,Budi --samples 200
            Rina, Budi
            2 articles seen by all
            tokens: white-space; 95 % intervals of 200 draws of articles, seed 1

            measure                              of   value  95 % interval
            F1, exact                                0.6000  [0.5000, 1.0000]
              precision                              0.6000  [0.5000, 1.0000]
              recall                                 0.6000  [0.5000, 1.0000]
              found by both                               3
              found by the first only                     2
              found by the second only                    2
            F1, overlap                              0.8000  [0.7500, 1.0000]
              precision                              0.8000  [0.7500, 1.0000]
              recall                                 0.8000  [0.7500, 1.0000]
              found by both                               4
              found by the first only                     1
              found by the second only                    1
            F1, tokens                               0.8000  [0.7692, 1.0000]
              precision                              0.8571  [0.8333, 1.0000]
              recall                                 0.7500  [0.7143, 1.0000]
              found by both                               6
              found by the first only                     2
              found by the second only                    1
            Krippendorff's α                         0.8515  [0.7982, 1.0000]
              α, Jaccard distance of label sets      0.8796  [0.8278, 1.0000]
              α, MASI distance of label sets         0.8571  [0.7999, 1.0000]
            F1, relations                            0.0000  [0.0000, 0.0000]
              precision                              0.0000  [0.0000, 0.0000]
              recall                                 0.0000  [0.0000, 0.0000]
              found by both                               0
              found by the first only                     1
              found by the second only                    1
            accuracy of attributes                   0.5000  [0.0000, 1.0000]
              common spans with attributes                2
            $ sorot agree --annotators Rina,Budi,Sari --match exact --per label --samples 0
            Rina, Budi, Sari
            1 article seen by all
            Sari has not seen 1 article: articles/b.txt
            tokens: white-space

            measure    of                                  value  95 % interval
            F1, exact  mean of pairs, SD 0.2160           0.7000
            F1, exact  country, mean of pairs, SD 0.4157  0.5556
            F1, exact  quote, mean of pairs, SD 0.0000    1.0000
            F1, exact  speaker, mean of pairs, SD 0.1571  0.7778
            F1, exact  weapon, mean of pairs, SD 0.4714   0.3333

            F1, exact
                    Rina    Budi    Sari
            Rina          0.6000  1.0000
            Budi  0.6000          0.5000
            Sari  1.0000  0.5000

            F1, exact, country
                    Rina    Budi    Sari
            Rina          0.6667  1.0000
            Budi  0.6667          0.0000
            Sari  1.0000  0.0000

            F1, exact, quote
                    Rina    Budi    Sari
            Rina          1.0000  1.0000
            Budi  1.0000          1.0000
            Sari  1.0000  1.0000

            F1, exact, speaker
                    Rina    Budi    Sari
            Rina          0.6667  1.0000
            Budi  0.6667          0.6667
            Sari  1.0000  0.6667

            F1, exact, weapon
                    Rina    Budi    Sari
            Rina          0.0000  1.0000
            Budi  0.0000          0.0000
            Sari  1.0000  0.0000
            $ sorot agree --annotators Rina,Budi --measure cohen,u-alpha --samples 0
            Rina, Budi
            2 articles seen by all
            tokens: white-space

            measure    of  value  95 % interval
            Cohen's κ          –  undefined, because an annotator's spans overlap, and this gives each place one label
            uα (2016)          –  undefined, because an annotator's spans overlap, and this gives each place one label
            $ sorot agree --annotators Rina,Sari --samples 0 --match token --min 0.99
            Rina, Sari
            1 article seen by all
            Sari has not seen 1 article: articles/b.txt
            tokens: white-space

            measure                     of   value  95 % interval
            F1, tokens                      1.0000
              precision                     1.0000
              recall                        1.0000
              found by both                      7
              found by the first only            0
              found by the second only           0
            $ sorot agree --annotators Rina,Budi --samples 0 --match exact --min 0.99
            Rina, Budi
            2 articles seen by all
            tokens: white-space

            measure                     of   value  95 % interval
            F1, exact                       0.6000
              precision                     0.6000
              recall                        0.6000
              found by both                      3
              found by the first only            2
              found by the second only           2
            [1]
        "#]],
    );
}

#[test]
fn agree_goes_on_in_other_programs() {
    check(
        &team(),
        &[
            "agree --annotators Rina,Sari --match exact --json --seed 7",
            "agree --annotators Rina,Budi --match overlap --per article --samples 0 --csv",
            "agree --annotators Rina,Budi,Sari --measure alpha,overlap --label country,weapon --samples 0 --latex",
        ],
        expect![[r#"
            $ sorot agree --annotators Rina,Sari --match exact --json --seed 7
            {
              "annotators": [
                "Rina",
                "Sari"
              ],
              "articles": {
                "seen_by_all": 1,
                "unseen": [
                  {
                    "annotator": "Sari",
                    "articles": [
                      "articles/b.txt"
                    ]
                  }
                ]
              },
              "tokens": "white-space",
              "resampling": {
                "samples": 2000,
                "seed": 7,
                "level": 0.95
              },
              "measures": [
                {
                  "id": "exact",
                  "name": "F1, exact",
                  "pairwise": true,
                  "results": [
                    {
                      "annotators": [
                        "Rina",
                        "Sari"
                      ],
                      "mean_of_pairs": false,
                      "label": null,
                      "article": null,
                      "figures": [
                        {
                          "id": "f1",
                          "name": "F1",
                          "value": 1.0,
                          "low": 1.0,
                          "high": 1.0,
                          "undefined": null,
                          "deviation": null,
                          "draws_undefined": 0
                        },
                        {
                          "id": "precision",
                          "name": "precision",
                          "value": 1.0,
                          "low": 1.0,
                          "high": 1.0,
                          "undefined": null,
                          "deviation": null,
                          "draws_undefined": 0
                        },
                        {
                          "id": "recall",
                          "name": "recall",
                          "value": 1.0,
                          "low": 1.0,
                          "high": 1.0,
                          "undefined": null,
                          "deviation": null,
                          "draws_undefined": 0
                        },
                        {
                          "id": "both",
                          "name": "found by both",
                          "value": 4.0,
                          "low": null,
                          "high": null,
                          "undefined": null,
                          "deviation": null,
                          "draws_undefined": null
                        },
                        {
                          "id": "first-only",
                          "name": "found by the first only",
                          "value": 0.0,
                          "low": null,
                          "high": null,
                          "undefined": null,
                          "deviation": null,
                          "draws_undefined": null
                        },
                        {
                          "id": "second-only",
                          "name": "found by the second only",
                          "value": 0.0,
                          "low": null,
                          "high": null,
                          "undefined": null,
                          "deviation": null,
                          "draws_undefined": null
                        }
                      ]
                    }
                  ]
                }
              ]
            }
            $ sorot agree --annotators Rina,Budi --match overlap --per article --samples 0 --csv
            measure,figure,annotators,label,article,value,low,high,undefined
            overlap,f1,"Rina, Budi",,,0.8,,,
            overlap,precision,"Rina, Budi",,,0.8,,,
            overlap,recall,"Rina, Budi",,,0.8,,,
            overlap,both,"Rina, Budi",,,4,,,
            overlap,first-only,"Rina, Budi",,,1,,,
            overlap,second-only,"Rina, Budi",,,1,,,
            overlap,f1,"Rina, Budi",,articles/a.txt,0.75,,,
            overlap,precision,"Rina, Budi",,articles/a.txt,0.75,,,
            overlap,recall,"Rina, Budi",,articles/a.txt,0.75,,,
            overlap,both,"Rina, Budi",,articles/a.txt,3,,,
            overlap,first-only,"Rina, Budi",,articles/a.txt,1,,,
            overlap,second-only,"Rina, Budi",,articles/a.txt,1,,,
            overlap,f1,"Rina, Budi",,articles/b.txt,1,,,
            overlap,precision,"Rina, Budi",,articles/b.txt,1,,,
            overlap,recall,"Rina, Budi",,articles/b.txt,1,,,
            overlap,both,"Rina, Budi",,articles/b.txt,1,,,
            overlap,first-only,"Rina, Budi",,articles/b.txt,0,,,
            overlap,second-only,"Rina, Budi",,articles/b.txt,0,,,
            $ sorot agree --annotators Rina,Budi,Sari --measure alpha,overlap --label country,weapon --samples 0 --latex
            % Rina, Budi, Sari
            % 1 article seen by all
            % Sari has not seen 1 article: articles/b.txt
            % tokens: white-space
            \begin{tabular}{llrl}
            \toprule
            measure & of & value & 95 \% interval \\
            \midrule
            Krippendorff's $\alpha$ & country & 0.7083 &  \\
            Krippendorff's $\alpha$ & weapon & 0.7529 &  \\
            F1, overlap & country, mean of pairs, SD 0.4157 & 0.5556 &  \\
            F1, overlap & weapon, mean of pairs, SD 0.0000 & 1.0000 &  \\
            \bottomrule
            \end{tabular}
        "#]],
    );
}

#[test]
fn agree_says_what_it_cannot_do() {
    check(
        &team(),
        &[
            "agree --annotators Rina",
            "agree --annotators Rina,Nobody",
            "agree --annotators Rina,rina",
            "agree --annotators Rina,Budi --label nothing",
            "agree",
        ],
        expect![[r#"
            $ sorot agree --annotators Rina
            2> error: agreement is between two annotators or more: --annotators NAME,NAME
            [2]
            $ sorot agree --annotators Rina,Nobody
            2> error: Nobody has annotated nothing here; annotators are Budi, Rina, Sari: .
            [2]
            $ sorot agree --annotators Rina,rina
            2> error: rina has annotated nothing here; annotators are Budi, Rina, Sari: .
            [2]
            $ sorot agree --annotators Rina,Budi --label nothing
            2> error: nobody used the label nothing; labels used are country, quote, says, speaker, weapon
            [2]
            $ sorot agree
            2> error: the following required arguments were not provided:
            2>   --annotators <NAME,NAME,…>
            2>
            2> Usage: sorot agree --annotators <NAME,NAME,…> [PROJECT]
            2>
            2> For more information, try '--help'.
            [2]
        "#]],
    );
}

#[test]
fn agree_draws_plots() {
    let dir = team();
    let plots = [
        "agree --annotators Rina,Budi,Sari --samples 0 --match exact --plot pairs.svg",
        "agree --annotators Rina,Budi --samples 0 --match exact --per label --plot labels.svg",
        "agree --annotators Rina,Budi --samples 0 --match exact --plot-of confusion --plot confusion.svg",
    ];
    for (arguments, said) in plots.iter().zip([["Sari", "0.60"], ["weapon", "0.67"], ["none", "country"]]) {
        assert!(run(&dir, arguments).status.success(), "{arguments}");
        let path = arguments.rsplit(' ').next().expect("the last argument is the path");
        let svg = fs::read_to_string(dir.path().join(path)).expect("it was written");
        for said in said {
            assert!(svg.contains(&format!(">{said}</text>")), "{said} in {svg}");
        }
    }
    check(
        &dir,
        &[
            "agree --annotators Rina,Budi --plot labels.svg",
            "agree --annotators Rina,Budi --plot labels.pdf",
            "agree --annotators Rina,Budi --plot-of labels --plot new.svg",
            "agree --annotators Rina,Budi,Sari --plot-of confusion --plot new.svg",
        ],
        expect![[r#"
            $ sorot agree --annotators Rina,Budi --plot labels.svg
            2> error: the file exists, and only --force replaces it: labels.svg
            [2]
            $ sorot agree --annotators Rina,Budi --plot labels.pdf
            2> error: the name of a plot ends in .svg or .png: labels.pdf
            [2]
            $ sorot agree --annotators Rina,Budi --plot-of labels --plot new.svg
            2> error: a plot of labels needs them: --per label
            [2]
            $ sorot agree --annotators Rina,Budi,Sari --plot-of confusion --plot new.svg
            2> error: a confusion matrix is of two annotators: --annotators NAME,NAME
            [2]
        "#]],
    );
    assert!(!dir.path().join("new.svg").exists());
}

#[test]
fn agree_says_how_well_as_the_work_went_on() {
    let dir = team();
    check(
        &dir,
        &[
            "agree --annotators Rina,Budi --over-time --samples 0 --match exact",
            "agree --annotators Rina,Budi,Sari --over-time --window 1 --samples 50 --measure exact,alpha",
            "agree --annotators Rina,Budi --over-time --window 1 --samples 0 --match exact --per label --csv",
            "agree --annotators Rina,Budi --over-time --samples 0 --match exact --json",
            "agree --annotators Rina,Budi --over-time --per article",
            "agree --annotators Rina,Budi --over-time --plot-of pairs --plot new.svg",
            "agree --annotators Rina,Budi --plot-of time --plot new.svg",
            "agree --annotators Rina,Budi --over-time --window 0",
        ],
        expect![[r#"
            $ sorot agree --annotators Rina,Budi --over-time --samples 0 --match exact
            Rina, Budi
            2 articles seen by all
            tokens: white-space
            2 articles in 1 window, in the project's order, since nothing says of 2 of them when they were annotated

            measure    of  articles  annotated   value  95 % interval
            F1, exact      1–2                  0.6000
            $ sorot agree --annotators Rina,Budi,Sari --over-time --window 1 --samples 50 --measure exact,alpha
            Rina, Budi, Sari
            1 article seen by all
            Sari has not seen 1 article: articles/b.txt
            tokens: white-space; 95 % intervals of 50 draws of articles, seed 1
            2 articles in 2 windows, in the project's order, since nothing says of 2 of them when they were annotated

            measure           of             articles  annotated   value  95 % interval
            F1, exact         mean of pairs  1                    0.6667
            F1, exact         mean of pairs  2                    1.0000
            Krippendorff's α                 1                    0.8672
            Krippendorff's α                 2                    1.0000
            $ sorot agree --annotators Rina,Budi --over-time --window 1 --samples 0 --match exact --per label --csv
            measure,figure,annotators,label,first,last,from,to,value,low,high,undefined
            exact,f1,"Rina, Budi",,1,1,,,0.5,,,
            exact,precision,"Rina, Budi",,1,1,,,0.5,,,
            exact,recall,"Rina, Budi",,1,1,,,0.5,,,
            exact,both,"Rina, Budi",,1,1,,,2,,,
            exact,first-only,"Rina, Budi",,1,1,,,2,,,
            exact,second-only,"Rina, Budi",,1,1,,,2,,,
            exact,f1,"Rina, Budi",,2,2,,,1,,,
            exact,precision,"Rina, Budi",,2,2,,,1,,,
            exact,recall,"Rina, Budi",,2,2,,,1,,,
            exact,both,"Rina, Budi",,2,2,,,1,,,
            exact,first-only,"Rina, Budi",,2,2,,,0,,,
            exact,second-only,"Rina, Budi",,2,2,,,0,,,
            exact,f1,"Rina, Budi",country,1,1,,,0,,,
            exact,precision,"Rina, Budi",country,1,1,,,,,,"undefined, because the second annotator marked nothing"
            exact,recall,"Rina, Budi",country,1,1,,,0,,,
            exact,both,"Rina, Budi",country,1,1,,,0,,,
            exact,first-only,"Rina, Budi",country,1,1,,,1,,,
            exact,second-only,"Rina, Budi",country,1,1,,,0,,,
            exact,f1,"Rina, Budi",country,2,2,,,1,,,
            exact,precision,"Rina, Budi",country,2,2,,,1,,,
            exact,recall,"Rina, Budi",country,2,2,,,1,,,
            exact,both,"Rina, Budi",country,2,2,,,1,,,
            exact,first-only,"Rina, Budi",country,2,2,,,0,,,
            exact,second-only,"Rina, Budi",country,2,2,,,0,,,
            exact,f1,"Rina, Budi",quote,1,1,,,1,,,
            exact,precision,"Rina, Budi",quote,1,1,,,1,,,
            exact,recall,"Rina, Budi",quote,1,1,,,1,,,
            exact,both,"Rina, Budi",quote,1,1,,,1,,,
            exact,first-only,"Rina, Budi",quote,1,1,,,0,,,
            exact,second-only,"Rina, Budi",quote,1,1,,,0,,,
            exact,f1,"Rina, Budi",quote,2,2,,,,,,"undefined, because nobody marked anything"
            exact,precision,"Rina, Budi",quote,2,2,,,,,,"undefined, because the second annotator marked nothing"
            exact,recall,"Rina, Budi",quote,2,2,,,,,,"undefined, because the first annotator marked nothing"
            exact,both,"Rina, Budi",quote,2,2,,,0,,,
            exact,first-only,"Rina, Budi",quote,2,2,,,0,,,
            exact,second-only,"Rina, Budi",quote,2,2,,,0,,,
            exact,f1,"Rina, Budi",speaker,1,1,,,0.6666666666666666,,,
            exact,precision,"Rina, Budi",speaker,1,1,,,0.5,,,
            exact,recall,"Rina, Budi",speaker,1,1,,,1,,,
            exact,both,"Rina, Budi",speaker,1,1,,,1,,,
            exact,first-only,"Rina, Budi",speaker,1,1,,,0,,,
            exact,second-only,"Rina, Budi",speaker,1,1,,,1,,,
            exact,f1,"Rina, Budi",speaker,2,2,,,,,,"undefined, because nobody marked anything"
            exact,precision,"Rina, Budi",speaker,2,2,,,,,,"undefined, because the second annotator marked nothing"
            exact,recall,"Rina, Budi",speaker,2,2,,,,,,"undefined, because the first annotator marked nothing"
            exact,both,"Rina, Budi",speaker,2,2,,,0,,,
            exact,first-only,"Rina, Budi",speaker,2,2,,,0,,,
            exact,second-only,"Rina, Budi",speaker,2,2,,,0,,,
            exact,f1,"Rina, Budi",weapon,1,1,,,0,,,
            exact,precision,"Rina, Budi",weapon,1,1,,,0,,,
            exact,recall,"Rina, Budi",weapon,1,1,,,0,,,
            exact,both,"Rina, Budi",weapon,1,1,,,0,,,
            exact,first-only,"Rina, Budi",weapon,1,1,,,1,,,
            exact,second-only,"Rina, Budi",weapon,1,1,,,1,,,
            exact,f1,"Rina, Budi",weapon,2,2,,,,,,"undefined, because nobody marked anything"
            exact,precision,"Rina, Budi",weapon,2,2,,,,,,"undefined, because the second annotator marked nothing"
            exact,recall,"Rina, Budi",weapon,2,2,,,,,,"undefined, because the first annotator marked nothing"
            exact,both,"Rina, Budi",weapon,2,2,,,0,,,
            exact,first-only,"Rina, Budi",weapon,2,2,,,0,,,
            exact,second-only,"Rina, Budi",weapon,2,2,,,0,,,
            $ sorot agree --annotators Rina,Budi --over-time --samples 0 --match exact --json
            {
              "annotators": [
                "Rina",
                "Budi"
              ],
              "articles": {
                "seen_by_all": 2,
                "unseen": []
              },
              "tokens": "white-space",
              "resampling": {
                "samples": 0,
                "seed": 1,
                "level": 0.95
              },
              "measures": [
                {
                  "id": "exact",
                  "name": "F1, exact",
                  "pairwise": true,
                  "results": [
                    {
                      "annotators": [
                        "Rina",
                        "Budi"
                      ],
                      "mean_of_pairs": false,
                      "label": null,
                      "article": null,
                      "figures": [
                        {
                          "id": "f1",
                          "name": "F1",
                          "value": 0.6,
                          "low": null,
                          "high": null,
                          "undefined": null,
                          "deviation": null,
                          "draws_undefined": null
                        },
                        {
                          "id": "precision",
                          "name": "precision",
                          "value": 0.6,
                          "low": null,
                          "high": null,
                          "undefined": null,
                          "deviation": null,
                          "draws_undefined": null
                        },
                        {
                          "id": "recall",
                          "name": "recall",
                          "value": 0.6,
                          "low": null,
                          "high": null,
                          "undefined": null,
                          "deviation": null,
                          "draws_undefined": null
                        },
                        {
                          "id": "both",
                          "name": "found by both",
                          "value": 3.0,
                          "low": null,
                          "high": null,
                          "undefined": null,
                          "deviation": null,
                          "draws_undefined": null
                        },
                        {
                          "id": "first-only",
                          "name": "found by the first only",
                          "value": 2.0,
                          "low": null,
                          "high": null,
                          "undefined": null,
                          "deviation": null,
                          "draws_undefined": null
                        },
                        {
                          "id": "second-only",
                          "name": "found by the second only",
                          "value": 2.0,
                          "low": null,
                          "high": null,
                          "undefined": null,
                          "deviation": null,
                          "draws_undefined": null
                        }
                      ],
                      "window": 1
                    }
                  ]
                }
              ],
              "order": "project",
              "undated": [],
              "windows": [
                {
                  "first": 1,
                  "articles": [
                    "articles/a.txt",
                    "articles/b.txt"
                  ],
                  "from": null,
                  "to": null
                }
              ]
            }
            $ sorot agree --annotators Rina,Budi --over-time --per article
            2> error: over time, articles are measured in windows, not each by itself
            [2]
            $ sorot agree --annotators Rina,Budi --over-time --plot-of pairs --plot new.svg
            2> error: over time the plot is of time, and of nothing else
            [2]
            $ sorot agree --annotators Rina,Budi --plot-of time --plot new.svg
            2> error: over time the plot is of time, and of nothing else
            [2]
            $ sorot agree --annotators Rina,Budi --over-time --window 0
            2> error: invalid value '0' for '--window <N>': a window has one article or more
            2>
            2> For more information, try '--help'.
            [2]
        "#]],
    );
    let plot =
        "agree --annotators Rina,Budi --over-time --window 1 --samples 0 --match exact --plot over.svg";
    assert!(run(&dir, plot).status.success());
    let svg = fs::read_to_string(dir.path().join("over.svg")).expect("it was written");
    assert!(svg.contains(">F1, exact, of articles in the"), "{svg}");
}

#[cfg(feature = "gui")]
#[test]
fn a_plot_as_png_has_300_pixels_an_inch() {
    let dir = team();
    let output = run(&dir, "agree --annotators Rina,Budi --samples 0 --match exact --plot a.png");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let file = fs::File::open(dir.path().join("a.png")).expect("it was written");
    let reader = png::Decoder::new(std::io::BufReader::new(file)).read_info().expect("a picture");
    // 300 pixels an inch are 11811 a metre.
    assert_eq!(reader.info().pixel_dims.map(|it| it.xppu), Some(11_811));
}

#[test]
fn diff_lists_differences() {
    check(
        &team(),
        &[
            "diff --annotators Rina,Sari",
            "diff --annotators Rina,Budi",
            "diff --annotators Rina,Budi,Sari --label weapon",
            "diff --annotators Rina,Budi --match exact --label weapon",
            "diff --annotators Rina,Budi --label country --json",
        ],
        expect![[r#"
            $ sorot diff --annotators Rina,Sari
            1 article seen by all
            Sari has not seen 1 article: articles/b.txt
            0 differences
            $ sorot diff --annotators Rina,Budi
            articles/a.txt:1:1: attribute: Rina: quote "“Ya,” “rudal AS.”" {quote_type=direct}; Budi: quote "“Ya,” “rudal AS.”" {quote_type=indirect}
            articles/a.txt:1:1: relation: Rina: says "Éva" → "“Ya,” “rudal AS.”"; Budi: –
            articles/a.txt:1:1: relation: Rina: –; Budi: says "AS" → "“Ya,” “rudal AS.”"
            articles/a.txt:1:20: boundary: Rina: weapon "rudal AS" at 1:20-1:28; Budi: weapon "rudal" at 1:20-1:25
            articles/a.txt:1:26: label: Rina: country "AS" {iso=US}; Budi: speaker "AS" {}
            2 articles seen by all
            5 differences
            [1]
            $ sorot diff --annotators Rina,Budi,Sari --label weapon
            articles/a.txt:1:20: boundary: Rina: weapon "rudal AS" at 1:20-1:28; Budi: weapon "rudal" at 1:20-1:25; Sari: weapon "rudal AS" at 1:20-1:28
            1 article seen by all
            Sari has not seen 1 article: articles/b.txt
            1 difference
            [1]
            $ sorot diff --annotators Rina,Budi --match exact --label weapon
            articles/a.txt:1:20: missing: Rina: weapon "rudal AS"; Budi: –
            articles/a.txt:1:20: missing: Rina: –; Budi: weapon "rudal"
            2 articles seen by all
            2 differences
            [1]
            $ sorot diff --annotators Rina,Budi --label country --json
            {
              "annotators": [
                "Rina",
                "Budi"
              ],
              "articles": {
                "seen_by_all": 2,
                "unseen": []
              },
              "differences": [
                {
                  "article": "articles/a.txt",
                  "line": 1,
                  "column": 26,
                  "kind": "label",
                  "differs": [
                    "label",
                    "attribute",
                    "relation"
                  ],
                  "about": "span",
                  "annotators": [
                    {
                      "id": "s4",
                      "label": "country",
                      "start": 25,
                      "end": 27,
                      "text": "AS",
                      "attributes": {
                        "iso": "US"
                      },
                      "annotator": "Rina"
                    },
                    {
                      "id": "s4",
                      "label": "speaker",
                      "start": 25,
                      "end": 27,
                      "text": "AS",
                      "attributes": {},
                      "annotator": "Budi"
                    }
                  ]
                }
              ]
            }
            [1]
        "#]],
    );
}

#[test]
fn evaluate_scores_predictions() {
    check(
        &team(),
        &[
            "evaluate --gold Rina --predicted Budi --samples 200 --errors",
            "evaluate --gold Rina --predicted Budi,Sari --samples 0 --label quote,weapon",
            "evaluate --gold Rina --predicted Sari --samples 0 --label country --latex",
            "evaluate --predicted Sari",
            "evaluate --gold Rina --predicted Budi,Sari,Rina",
        ],
        expect![[r#"
            $ sorot evaluate --gold Rina --predicted Budi --samples 200 --errors
            Budi against Rina
            2 articles seen by all
            tokens: white-space; 95 % intervals of 200 draws of articles, seed 1

            scheme                        of              precision  recall      F1  95 % interval
            strict                        all                0.6000  0.6000  0.6000  [0.5000, 1.0000]
            strict                        mean of labels     0.6250  0.6250  0.5833  [0.4167, 1.0000]
            strict                        country            1.0000  0.5000  0.6667  [0.0000, 1.0000]
            strict                        quote              1.0000  1.0000  1.0000  [1.0000, 1.0000]
            strict                        speaker            0.5000  1.0000  0.6667  [0.6667, 0.6667]
            strict                        weapon             0.0000  0.0000  0.0000  [0.0000, 0.0000]
            exact extent                  all                0.8000  0.8000  0.8000  [0.7500, 1.0000]
            exact extent                  mean of labels     0.6250  0.6250  0.5833  [0.4167, 1.0000]
            exact extent                  country            1.0000  0.5000  0.6667  [0.0000, 1.0000]
            exact extent                  quote              1.0000  1.0000  1.0000  [1.0000, 1.0000]
            exact extent                  speaker            0.5000  1.0000  0.6667  [0.6667, 0.6667]
            exact extent                  weapon             0.0000  0.0000  0.0000  [0.0000, 0.0000]
            partial extent                all                0.9000  0.9000  0.9000  [0.8750, 1.0000]
            partial extent                mean of labels     0.7500  0.7500  0.7083  [0.5417, 1.0000]
            partial extent                country            1.0000  0.5000  0.6667  [0.0000, 1.0000]
            partial extent                quote              1.0000  1.0000  1.0000  [1.0000, 1.0000]
            partial extent                speaker            0.5000  1.0000  0.6667  [0.6667, 0.6667]
            partial extent                weapon             0.5000  0.5000  0.5000  [0.5000, 0.5000]
            label where they overlap      all                0.8000  0.8000  0.8000  [0.7500, 1.0000]
            label where they overlap      mean of labels     0.8750  0.8750  0.8333  [0.6667, 1.0000]
            label where they overlap      country            1.0000  0.5000  0.6667  [0.0000, 1.0000]
            label where they overlap      quote              1.0000  1.0000  1.0000  [1.0000, 1.0000]
            label where they overlap      speaker            0.5000  1.0000  0.6667  [0.6667, 0.6667]
            label where they overlap      weapon             1.0000  1.0000  1.0000  [1.0000, 1.0000]
            tokens                        all                0.8571  0.7500  0.8000  [0.7692, 1.0000]
            tokens                        mean of labels     0.8750  0.7500  0.7500  [0.5833, 1.0000]
            tokens                        country            1.0000  0.5000  0.6667  [0.0000, 1.0000]
            tokens                        quote              1.0000  1.0000  1.0000  [1.0000, 1.0000]
            tokens                        speaker            0.5000  1.0000  0.6667  [0.6667, 0.6667]
            tokens                        weapon             1.0000  0.5000  0.6667  [0.6667, 0.6667]
            relations                     all                0.0000  0.0000  0.0000  [0.0000, 0.0000]
            relations                     says               0.0000  0.0000  0.0000  [0.0000, 0.0000]
            speakers of the quotes found  all                0.0000  0.0000  0.0000  [0.0000, 0.0000]
            speakers of the quotes found  direct             0.0000  0.0000  0.0000  [0.0000, 0.0000]

            errors         Budi
            boundary          1
            label             1
            missed            0
            spurious          0
            wrong-speaker     1

            articles/a.txt:1:1: wrong-speaker: Rina: quote "“Ya,” “rudal AS.”" by "Éva"; Budi: quote "“Ya,” “rudal AS.”" by "AS"
            articles/a.txt:1:20: boundary: Rina: weapon "rudal AS" at 1:20-1:28; Budi: weapon "rudal" at 1:20-1:25
            articles/a.txt:1:26: label: Rina: country "AS"; Budi: speaker "AS"
            $ sorot evaluate --gold Rina --predicted Budi,Sari --samples 0 --label quote,weapon
            Budi and Sari against Rina
            1 article seen by all
            Sari has not seen 1 article: articles/b.txt
            tokens: white-space

            scheme                          of              precision  recall      F1  95 % interval
            Budi: strict                    all                0.5000  0.5000  0.5000
            Budi: strict                    mean of labels     0.5000  0.5000  0.5000
            Budi: strict                    quote              1.0000  1.0000  1.0000
            Budi: strict                    weapon             0.0000  0.0000  0.0000
            Budi: exact extent              all                0.5000  0.5000  0.5000
            Budi: exact extent              mean of labels     0.5000  0.5000  0.5000
            Budi: exact extent              quote              1.0000  1.0000  1.0000
            Budi: exact extent              weapon             0.0000  0.0000  0.0000
            Budi: partial extent            all                0.7500  0.7500  0.7500
            Budi: partial extent            mean of labels     0.7500  0.7500  0.7500
            Budi: partial extent            quote              1.0000  1.0000  1.0000
            Budi: partial extent            weapon             0.5000  0.5000  0.5000
            Budi: label where they overlap  all                1.0000  1.0000  1.0000
            Budi: label where they overlap  mean of labels     1.0000  1.0000  1.0000
            Budi: label where they overlap  quote              1.0000  1.0000  1.0000
            Budi: label where they overlap  weapon             1.0000  1.0000  1.0000
            Budi: tokens                    all                1.0000  0.8000  0.8889
            Budi: tokens                    mean of labels     1.0000  0.7500  0.8333
            Budi: tokens                    quote              1.0000  1.0000  1.0000
            Budi: tokens                    weapon             1.0000  0.5000  0.6667
            Sari: strict                    all                1.0000  1.0000  1.0000
            Sari: strict                    mean of labels     1.0000  1.0000  1.0000
            Sari: strict                    quote              1.0000  1.0000  1.0000
            Sari: strict                    weapon             1.0000  1.0000  1.0000
            Sari: exact extent              all                1.0000  1.0000  1.0000
            Sari: exact extent              mean of labels     1.0000  1.0000  1.0000
            Sari: exact extent              quote              1.0000  1.0000  1.0000
            Sari: exact extent              weapon             1.0000  1.0000  1.0000
            Sari: partial extent            all                1.0000  1.0000  1.0000
            Sari: partial extent            mean of labels     1.0000  1.0000  1.0000
            Sari: partial extent            quote              1.0000  1.0000  1.0000
            Sari: partial extent            weapon             1.0000  1.0000  1.0000
            Sari: label where they overlap  all                1.0000  1.0000  1.0000
            Sari: label where they overlap  mean of labels     1.0000  1.0000  1.0000
            Sari: label where they overlap  quote              1.0000  1.0000  1.0000
            Sari: label where they overlap  weapon             1.0000  1.0000  1.0000
            Sari: tokens                    all                1.0000  1.0000  1.0000
            Sari: tokens                    mean of labels     1.0000  1.0000  1.0000
            Sari: tokens                    quote              1.0000  1.0000  1.0000
            Sari: tokens                    weapon             1.0000  1.0000  1.0000

            errors         Budi  Sari
            boundary          1     0
            label             0     0
            missed            0     0
            spurious          0     0
            wrong-speaker     0     0

            difference of F1          of                value       p
            strict                    all             -0.5000  1.0000  all 2 exchanges
            strict                    mean of labels  -0.5000  1.0000  all 2 exchanges
            exact extent              all             -0.5000  1.0000  all 2 exchanges
            exact extent              mean of labels  -0.5000  1.0000  all 2 exchanges
            partial extent            all             -0.2500  1.0000  all 2 exchanges
            partial extent            mean of labels  -0.2500  1.0000  all 2 exchanges
            label where they overlap  all              0.0000  1.0000  all 2 exchanges
            label where they overlap  mean of labels   0.0000  1.0000  all 2 exchanges
            tokens                    all             -0.1111  1.0000  all 2 exchanges
            tokens                    mean of labels  -0.1667  1.0000  all 2 exchanges
            $ sorot evaluate --gold Rina --predicted Sari --samples 0 --label country --latex
            % Sari against Rina
            % 1 article seen by all
            % Sari has not seen 1 article: articles/b.txt
            % tokens: white-space
            \begin{tabular}{llrrrl}
            \toprule
            scheme & of & precision & recall & F1 & 95 \% interval \\
            \midrule
            strict & all & 1.0000 & 1.0000 & 1.0000 &  \\
            strict & mean of labels & 1.0000 & 1.0000 & 1.0000 &  \\
            strict & country & 1.0000 & 1.0000 & 1.0000 &  \\
            exact extent & all & 1.0000 & 1.0000 & 1.0000 &  \\
            exact extent & mean of labels & 1.0000 & 1.0000 & 1.0000 &  \\
            exact extent & country & 1.0000 & 1.0000 & 1.0000 &  \\
            partial extent & all & 1.0000 & 1.0000 & 1.0000 &  \\
            partial extent & mean of labels & 1.0000 & 1.0000 & 1.0000 &  \\
            partial extent & country & 1.0000 & 1.0000 & 1.0000 &  \\
            label where they overlap & all & 1.0000 & 1.0000 & 1.0000 &  \\
            label where they overlap & mean of labels & 1.0000 & 1.0000 & 1.0000 &  \\
            label where they overlap & country & 1.0000 & 1.0000 & 1.0000 &  \\
            tokens & all & 1.0000 & 1.0000 & 1.0000 &  \\
            tokens & mean of labels & 1.0000 & 1.0000 & 1.0000 &  \\
            tokens & country & 1.0000 & 1.0000 & 1.0000 &  \\
            \bottomrule
            \end{tabular}
            $ sorot evaluate --predicted Sari
            2> error: gold has annotated nothing here; annotators are Budi, Rina, Sari: .
            [2]
            $ sorot evaluate --gold Rina --predicted Budi,Sari,Rina
            2> error: one or two predictions are held against gold: --predicted NAME,NAME
            [2]
        "#]],
    );
}

#[test]
fn evaluate_goes_on_in_other_programs() {
    let dir = team();
    check(
        &dir,
        &["evaluate --gold Rina --predicted Budi --samples 0 --label country --csv"],
        expect![[r#"
        $ sorot evaluate --gold Rina --predicted Budi --samples 0 --label country --csv
        predicted,scheme,of,name,correct,incorrect,partial,missed,spurious,precision,recall,f1,low,high,undefined
        Budi,strict,all,,1,0,0,1,0,1,0.5,0.6666666666666666,,,
        Budi,strict,macro,,,,,,,1,0.5,0.6666666666666666,,,
        Budi,strict,label,country,1,0,0,1,0,1,0.5,0.6666666666666666,,,
        Budi,exact,all,,1,0,0,1,0,1,0.5,0.6666666666666666,,,
        Budi,exact,macro,,,,,,,1,0.5,0.6666666666666666,,,
        Budi,exact,label,country,1,0,0,1,0,1,0.5,0.6666666666666666,,,
        Budi,partial,all,,1,0,0,1,0,1,0.5,0.6666666666666666,,,
        Budi,partial,macro,,,,,,,1,0.5,0.6666666666666666,,,
        Budi,partial,label,country,1,0,0,1,0,1,0.5,0.6666666666666666,,,
        Budi,type,all,,1,0,0,1,0,1,0.5,0.6666666666666666,,,
        Budi,type,macro,,,,,,,1,0.5,0.6666666666666666,,,
        Budi,type,label,country,1,0,0,1,0,1,0.5,0.6666666666666666,,,
        Budi,token,all,,1,0,0,1,0,1,0.5,0.6666666666666666,,,
        Budi,token,macro,,,,,,,1,0.5,0.6666666666666666,,,
        Budi,token,label,country,1,0,0,1,0,1,0.5,0.6666666666666666,,,
    "#]],
    );
    let output = run(&dir, "evaluate --gold Rina --predicted Budi,Sari --errors --samples 100 --json");
    assert!(output.status.success());
    let json: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    let keys = |json: &Value| json.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        keys(&json),
        ["gold", "tokens", "articles", "resampling", "schemes", "predictions", "significance"]
    );
    assert_eq!(json["articles"]["seen_by_all"], 1);
    let prediction = &json["predictions"][0];
    assert_eq!(keys(prediction), ["predicted", "scores", "errors", "error_list"]);
    let score = &prediction["scores"][0];
    assert_eq!(keys(score), ["scheme", "of", "name", "counts", "f1", "precision", "recall"]);
    assert_eq!(keys(&score["counts"]), ["correct", "incorrect", "partial", "missed", "spurious"]);
    assert_eq!(keys(&score["f1"]), ["value", "low", "high", "undefined"]);
    assert_eq!(score["f1"]["value"], 0.5);
    let wrong = &prediction["error_list"][0];
    assert_eq!(wrong["kind"], "wrong-speaker");
    assert_eq!(wrong["gold_speakers"][0]["text"], "Éva");
    assert_eq!(wrong["predicted_speakers"][0]["text"], "AS");
    assert_eq!(prediction["errors"]["wrong-speaker"], 1);
    let strict = &json["significance"][0];
    assert_eq!(keys(strict), ["scheme", "of", "difference", "p", "ways", "exhaustive", "undefined"]);
    assert_eq!((&strict["difference"], &strict["p"]), (&Value::from(-0.5), &Value::from(1.0)));
}

#[test]
fn every_measure_is_listed_with_its_paper() {
    let output = run(&project(), "agree --list");
    let listed = String::from_utf8(output.stdout).expect("the list is text");
    for measure in sorot::compare::agreement::MEASURES {
        let line = format!("{}: {}\n  {}\n", measure.id(), measure.name(), measure.definition());
        assert!(listed.contains(&line), "{line}");
        assert!(listed.contains(measure.paper()) && listed.contains(measure.leaves_out()), "{line}");
    }
}
