"""Prodigy itself is not on the package index; spaCy, on which it builds, rebuilds its tasks."""

import json

import spacy
from conftest import convert
from spacy.tokens import Doc
from test_spacy import expected_spans, pieces, summary


def tasks(path):
    lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    return {it["meta"]["article"]: it for it in map(json.loads, lines)}


def test_spacy_rebuilds_the_tasks(project, tmp_path):
    project.export("prodigy", tmp_path / "out.jsonl")
    found = tasks(tmp_path / "out.jsonl")
    assert found.keys() == project.sets.keys() and found
    vocab = spacy.blank("xx").vocab
    for name, task in found.items():
        article, tokens = project.sets[name], task["tokens"]
        doc = Doc(vocab, words=[it["text"] for it in tokens], spaces=[it["ws"] for it in tokens])
        assert doc.text == task["text"] == article["text"], name
        assert [(it.i, it.idx, it.idx + len(it)) for it in doc] == \
            [(it["id"], it["start"], it["end"]) for it in tokens], name
        for span in task["spans"]:
            same = doc.char_span(span["start"], span["end"])
            assert (same.start, same.end - 1) == (span["token_start"], span["token_end"]), name
        places = sorted((it["label"], it["start"], it["end"]) for it in task["spans"])
        assert places == sorted((label, start, end) for label, _, start, end in expected_spans(article)), name

        # As the relation extraction project of spaCy's makers reads them: head and child are the
        # last tokens of spans.
        starts = {it["token_end"]: it["token_start"] for it in task["spans"]}
        by_id = {it["id"]: it for it in article["spans"]}

        def end(id):
            return by_id[id]["label"], pieces(by_id[id])[0][0]

        wanted = sorted((it["label"], end(it["from"]), end(it["to"])) for it in article["relations"])
        relations = []
        for relation in task["relations"]:
            ends = []
            for key in ("head", "child"):
                span = relation[f"{key}_span"]
                assert relation[key] == span["token_end"] and relation[key] in starts, name
                ends.append((span["label"], span["start"]))
            relations.append((relation["label"], *ends))
        assert sorted(relations) == wanted, name


def test_tasks_come_back(project, tmp_path):
    """Also without the key that only Sorot knows, as far as a task can say it."""
    project.export("prodigy", tmp_path / "out.jsonl")
    whole = convert("prodigy", tmp_path / "out.jsonl", tmp_path / "whole")
    project.export("spacy", tmp_path / "out.spacy")
    other = convert("spacy", tmp_path / "out.spacy", tmp_path / "other")
    assert {name: summary(it) for name, it in whole.items()} == {name: summary(it) for name, it in other.items()}
    bare = [{key: value for key, value in it.items() if key != "sorot"}
            for it in tasks(tmp_path / "out.jsonl").values()]
    (tmp_path / "bare.jsonl").write_text("".join(json.dumps(it) + "\n" for it in bare), encoding="utf-8")
    articles = list(convert("prodigy", tmp_path / "bare.jsonl", tmp_path / "bare").values())
    assert sorted(it["text"] for it in articles) == sorted(it["text"] for it in bare)
    count = {"spans": 0, "relations": 0}
    for key in count:
        assert sum(len(it[key]) for it in articles) == sum(len(it[key]) for it in bare), key
