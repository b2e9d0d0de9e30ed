"""Hugging Face data sets, by datasets, pyarrow and pandas: offsets index a str."""

import json
import os
import subprocess

import datasets
import pandas
import pyarrow.parquet
import pytest
from conftest import add_article, convert, new_project

FORMATS = ["hugging-face", "hugging-face-jsonl"]


@pytest.fixture(autouse=True)
def offline(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_DISABLE_PROGRESS_BARS", True)


def load(folder):
    return datasets.load_dataset(str(folder), split="train")


def export(project, format, folder):
    project.export(format, folder)
    return folder


@pytest.mark.parametrize("format", FORMATS)
def test_columns_are_typed(project, format, tmp_path):
    features = load(export(project, format, tmp_path / "out")).features
    span = datasets.List(features["spans"]).feature.feature
    assert features["text"] == datasets.Value("string")
    assert span["start"] == span["end"] == datasets.Value("int64")
    label = span["label"]
    assert isinstance(label, datasets.ClassLabel)
    used = {it["label"] for article in project.sets.values() for it in article["spans"]}
    assert label.names[:4] == ["speaker", "quote", "country", "weapon"] and used <= set(label.names)
    relation = features["relations"].feature
    assert isinstance(relation["label"], datasets.ClassLabel) and "says" in relation["label"].names


@pytest.mark.parametrize("format", FORMATS)
def test_spans_and_relations_are_there(project, format, tmp_path):
    data = load(export(project, format, tmp_path / "out"))
    label = data.features["spans"].feature["label"]
    relation = data.features["relations"].feature["label"]
    assert sorted(data["id"]) == sorted(project.sets)
    for row in data:
        article = project.sets[row["id"]]
        assert row["text"] == article["text"] and row["annotator"] == article["annotator"]

        def pieces(span):
            return [list(it) for it in span.get("fragments") or [[span["start"], span["end"]]]]

        ours = [(it["id"], it["label"], it["start"], it["end"], pieces(it), it["text"]) for it in article["spans"]]
        theirs = [(it["id"], label.int2str(it["label"]), it["start"], it["end"],
                   [[piece["start"], piece["end"]] for piece in it["fragments"]], it["text"])
                  for it in row["spans"]]
        assert sorted(theirs) == sorted(ours), row["id"]
        for it in row["spans"]:
            covered = [row["text"][piece["start"]:piece["end"]] for piece in it["fragments"]]
            assert " ".join(covered) == it["text"], row["id"]
        ends = [(it["label"], it["from"], it["to"]) for it in article["relations"]]
        assert sorted((relation.int2str(it["label"]), it["from"], it["to"]) for it in row["relations"]) == sorted(ends)


def test_parquet_is_read_by_pyarrow_and_pandas(project, tmp_path):
    file = export(project, "hugging-face", tmp_path / "out") / "train.parquet"
    table = pyarrow.parquet.read_table(file)
    assert table.validate(full=True) is None and table.num_rows == len(project.sets)
    rows = {it["id"]: it for it in table.to_pylist()}
    frame = pandas.read_parquet(file).set_index("id")
    for name, article in project.sets.items():
        assert rows[name]["text"] == frame.loc[name]["text"] == article["text"]
        starts = sorted(it["start"] for it in article["spans"])
        assert sorted(it["start"] for it in rows[name]["spans"]) == starts
        assert sorted(it["start"] for it in frame.loc[name]["spans"]) == starts


def test_a_card_describes_lines_without_a_span(tmp_path):
    """The type of a column is that of its first rows, unless somebody says otherwise."""
    folder = tmp_path / "empty"
    new_project(folder)
    add_article(folder, "a.txt", "nothing", [], [])
    command = [os.environ["SOROT"], "export", "hugging-face-jsonl", folder, "--annotator", "rina"]
    subprocess.run([*command, "--out", tmp_path / "out"], check=True, capture_output=True)
    data = load(tmp_path / "out")
    assert data[0]["spans"] == [] and "cue" in data.features["spans"].feature["label"].names


@pytest.mark.parametrize("format", FORMATS)
def test_what_the_library_writes_comes_back(project, format, tmp_path):
    data = load(export(project, "hugging-face", tmp_path / "out"))
    source = tmp_path / "theirs"
    source.mkdir()
    if format == "hugging-face":
        data.to_parquet(source / "data.parquet")
    else:
        # As JSON the library writes numbers for labels and not their names.
        label, relation = data.features["spans"].feature["label"], data.features["relations"].feature["label"]

        def named(row):
            for items, names in ((row["spans"], label), (row["relations"], relation)):
                for it in items:
                    it["label"] = names.int2str(it["label"])
            return row

        rows = [named(row) for row in data]
        datasets.Dataset.from_list(rows).to_json(source / "data.jsonl")
    articles = convert(format, source, tmp_path / "back")
    assert articles.keys() == project.sets.keys()
    for name, article in articles.items():
        ours = project.sets[name]
        assert article["text"] == ours["text"]
        for key, fields in (("spans", ["id", "label", "start", "end", "fragments", "text", "attributes"]),
                            ("relations", ["id", "label", "from", "to"])):
            def seen(of):
                return sorted(json.dumps([it.get(field) or None for field in fields]) for it in of[key])

            assert seen(article) == seen(ours), name


def test_tags_of_tokens_are_spans(tmp_path):
    tags = datasets.ClassLabel(names=["O", "B-PER", "I-PER", "B-LOC", "I-LOC"])
    features = datasets.Features({"id": datasets.Value("string"), "tokens": datasets.List(datasets.Value("string")),
                                  "ner_tags": datasets.List(tags)})
    rows = [{"id": "0", "tokens": ["Éva", "Nagy", "😀", "in", "Kyiv", "Lviv"], "ner_tags": [1, 2, 0, 0, 3, 3]},
            {"id": "1", "tokens": [], "ner_tags": []}]
    source = tmp_path / "theirs"
    source.mkdir()
    datasets.Dataset.from_list(rows, features=features).to_parquet(source / "train.parquet")
    articles = convert("hugging-face", source, tmp_path / "back")
    spans = [(it["label"], it["start"], it["end"], it["text"]) for it in articles["0"]["spans"]]
    assert articles["0"]["text"] == "Éva Nagy 😀 in Kyiv Lviv"
    assert spans == [("PER", 0, 8, "Éva Nagy"), ("LOC", 14, 18, "Kyiv"), ("LOC", 19, 23, "Lviv")]
