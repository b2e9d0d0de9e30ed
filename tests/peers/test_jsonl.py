"""JSON lines, by Python's own json: offsets index a str."""

import json


def test_spans_and_relations_are_there(project, tmp_path):
    project.export("jsonl", tmp_path / "out.jsonl")
    lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
    articles = {it["id"]: it for it in map(json.loads, lines)}
    assert articles.keys() == project.sets.keys() and articles
    for name, article in articles.items():
        def spans(of):
            return sorted((it["id"], it["label"], it["start"], it["end"], it.get("fragments", []))
                          for it in of["spans"])

        def ends(of):
            return sorted((it["label"], it["from"], it["to"]) for it in of["relations"])

        assert article["text"] == project.sets[name]["text"], name
        assert spans(article) == spans(project.sets[name]), name
        assert ends(article) == ends(project.sets[name]), name
        for span in article["spans"]:
            pieces = span.get("fragments", [[span["start"], span["end"]]])
            assert " ".join(article["text"][a:b] for a, b in pieces) == span["text"], name
