"""spaCy's `Doc.from_json` reads the lines, and Sorot what `Doc.to_json` writes."""

import json

import spacy
from conftest import convert
from spacy.tokens import Doc, Span
from test_spacy import ends, expected_spans, summary


def docs(path):
    vocab = spacy.blank("xx").vocab
    lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    found = [Doc(vocab).from_json(json.loads(line), validate=True) for line in lines]
    return {doc._.sorot["path"]: doc for doc in found}


def test_spacy_reads_the_lines(project, tmp_path):
    project.export("spacy-jsonl", tmp_path / "out.jsonl")
    found = docs(tmp_path / "out.jsonl")
    assert found.keys() == project.sets.keys() and found
    for name, doc in found.items():
        article = project.sets[name]
        assert doc.text == article["text"], name
        group = [] if "sc" not in doc.spans else doc.spans["sc"]
        spans = sorted((it.label_, it.start_char, it.end_char) for it in group)
        assert spans == sorted((label, start, end) for label, _, start, end in expected_spans(article)), name
        assert ends(doc._.sorot) == ends(article), name
        assert {(it.label_, it.start_char, it.end_char) for it in doc.ents} <= set(spans), name


def test_what_spacy_writes_again_comes_in_identically(project, tmp_path):
    project.export("spacy-jsonl", tmp_path / "out.jsonl")
    project.export("spacy", tmp_path / "out.spacy")
    lines = [json.dumps(doc.to_json(underscore=["sorot"])) for doc in docs(tmp_path / "out.jsonl").values()]
    (tmp_path / "again.jsonl").write_text("\n".join(lines), encoding="utf-8")
    one = convert("spacy-jsonl", tmp_path / "out.jsonl", tmp_path / "one")
    two = convert("spacy-jsonl", tmp_path / "again.jsonl", tmp_path / "two")
    other = convert("spacy", tmp_path / "out.spacy", tmp_path / "other")
    assert one.keys() == two.keys() == other.keys() == project.sets.keys()
    for name in one:
        assert summary(one[name]) == summary(two[name]) == summary(other[name]), name


def test_foreign_lines_come_in(tmp_path):
    doc = spacy.blank("en")("😀 Kyiv  said \n\n“José”.")
    doc.ents = [Span(doc, 1, 2, "city")]
    doc.spans["x"] = [Span(doc, 1, 4, "quote"), Span(doc, 6, 7, "speaker")]
    (tmp_path / "doc.jsonl").write_text(json.dumps(doc.to_json()) + "\n", encoding="utf-8")
    [article] = convert("spacy-jsonl", tmp_path / "doc.jsonl", tmp_path / "out").values()
    spans = sorted((it["label"], it["start"], it["end"], it["text"]) for it in article["spans"])
    assert article["text"] == doc.text
    assert spans == sorted((it.label_, it.start_char, it.end_char, it.text)
                           for it in [*doc.ents, *doc.spans["x"]])
