"""Citron's quotes, read as its documentation has them (bbc/citron, docs/data_format.md): a str is indexed."""

import json

import pytest
from conftest import Project, add_article, convert, new_project


@pytest.fixture(scope="module")
def cued(tmp_path_factory):
    """One article with quotes that have cues, which the other projects have not."""
    folder = tmp_path_factory.mktemp("citron") / "project"
    new_project(folder)
    text = "😀 Éva said “A” and “B”. She and Ali told us “C”. “D”"
    wanted = [("s1", "speaker", "Éva"), ("s2", "cue", "said"), ("s3", "quote", "“A”", "“B”"), ("s4", "speaker", "She"),
              ("s5", "speaker", "Ali"), ("s6", "cue", "told us"), ("s7", "quote", "“C”"), ("s8", "quote", "“D”")]
    spans = []
    for id, label, *parts in wanted:
        at = [[text.index(it), text.index(it) + len(it)] for it in parts]
        span = {"id": id, "label": label, "start": at[0][0], "end": at[-1][1], "text": " ".join(parts)}
        spans.append(span | ({"fragments": at} if len(at) > 1 else {}))
    ends = [("says", "s1", "s3"), ("cues", "s2", "s3"), ("says", "s4", "s7"), ("says", "s5", "s7"), ("cues", "s6", "s7"),
            ("says", "s4", "s8")]
    relations = [{"id": f"r{i}", "label": label, "from": start, "to": end} for i, (label, start, end) in enumerate(ends)]
    add_article(folder, "cued.txt", text, spans, relations)
    return Project(folder, "rina")


def test_quotes_with_a_cue_are_there(cued, tmp_path):
    file = next(iter(exported(cued, tmp_path / "out").values()))
    seen = [{key: [it["text"] for it in quote[key]] for key in ("sources", "contents")} | {"cue": quote["cue"]["text"]}
            for quote in file["quotes"]]
    assert seen == [{"cue": "said", "sources": ["Éva"], "contents": ["“A”", "“B”"]},
                    {"cue": "told us", "sources": ["She", "Ali"], "contents": ["“C”"]}]
    check(file)
    assert [it["label"] for it in file["sorot"]["spans"]] == ["quote"]


def exported(project, out):
    project.export("citron", out)
    files = {it.relative_to(out).as_posix().removesuffix(".json"): json.loads(it.read_text(encoding="utf-8"))
             for it in out.rglob("*.json")}
    assert files.keys() == project.sets.keys() and files
    return files


@pytest.fixture
def files(project, tmp_path):
    return exported(project, tmp_path / "out")


def check(file):
    """That every span covers what it says."""
    quotes = file["quotes"]
    spans = [it["cue"] for it in quotes] + [it for quote in quotes for it in quote["sources"] + quote["contents"]]
    for span in spans + [it for group in file["coreference_groups"] for it in group]:
        assert file["text"][span["start"]:span["end"]] == span["text"] != ""


def test_every_span_covers_what_it_says(files):
    for file in files.values():
        check(file)


def test_the_rest_is_in_the_file(project, files):
    for name, file in files.items():
        quotes = file["quotes"]
        ids = [it["sorot"]["id"] for it in file["sorot"]["spans"]]
        ids += [it["sorot"]["id"] for quote in quotes for it in [quote, quote["cue"], *quote["sources"]]]
        assert set(ids) == {it["id"] for it in project.sets[name]["spans"]}, name


def test_what_went_out_comes_back(project, tmp_path):
    exported(project, tmp_path / "out")
    articles = convert("citron", tmp_path / "out", tmp_path / "back")
    assert articles.keys() == project.sets.keys()
    for name, article in articles.items():
        for key, fields in (("spans", ["id", "label", "start", "end", "fragments", "text", "attributes"]),
                            ("relations", ["id", "label", "from", "to"])):
            def seen(of):
                return sorted(json.dumps([it.get(field) or None for field in fields]) for it in of[key])

            assert seen(article) == seen(project.sets[name]), name
