"""spaCy's converter reads the columns, and Sorot the tags that spaCy makes."""

import collections
import os
import re
import shutil
import subprocess

import pytest
import spacy
from conftest import convert, sets
from spacy.training import offsets_to_biluo_tags
from spacy.training.converters import conll_ner_to_docs
from test_spacy import expected_spans

START = "-DOCSTART- -X- O O"


def without_blanks(text):
    return "".join(text.split())


def columns(path):
    """The columns of tags, each as the file that it would be by itself."""
    lines = path.read_text(encoding="utf-8").split("\n")
    rows = [it.split(" ") for it in lines if it and it != START]
    counts = {len(it) for it in rows}
    assert len(counts) <= 1, counts
    for column in range(1, max(counts, default=1)):
        yield "\n".join(it if not it or it == START else " ".join(it.split(" ")[i] for i in (0, column))
                        for it in lines)


def kept(project, said):
    """Article, label and place of each piece that the export did not say it left out."""
    lost = re.findall(r"shares text with .*\(annotation (\S+)\): (\S+)$", said, re.MULTILINE)
    return [(name, label, start, end) for name, article in sorted(project.sets.items())
            for label, id, start, end in expected_spans(article) if (id, name) not in lost]


@pytest.mark.parametrize("scheme", ["iob2", "iob1", "bilou"])
def test_spacy_converts_every_column(project, scheme, tmp_path):
    said = project.export("conll", tmp_path / "out.conll", "--scheme", scheme)
    # The converter leaves out articles without a word.
    articles = [(name, it["text"]) for name, it in sorted(project.sets.items()) if it["text"].strip()]
    found = []
    for column in columns(tmp_path / "out.conll"):
        docs = list(conll_ner_to_docs(column, no_print=True))
        assert len(docs) == len(articles)
        for doc, (name, text) in zip(docs, articles):
            words = [token.text for token in doc]
            assert "".join(words) == without_blanks(text), name
            for entity in doc.ents:
                before, inside = words[:entity.start], words[entity.start:entity.end]
                found.append((name, entity.label_, len("".join(before)), "".join(inside)))
    texts = dict(articles)
    wanted = [(name, label, len(without_blanks(texts[name][:start])), without_blanks(texts[name][start:end]))
              for name, label, start, end in kept(project, said)]
    assert collections.Counter(found) == collections.Counter(wanted)


@pytest.mark.parametrize("scheme", ["iob2", "iob1", "bilou", "iobes"])
def test_tokens_find_their_places_again(project, scheme, tmp_path):
    said = project.export("conll", tmp_path / "out.conll", "--scheme", scheme)
    folder = tmp_path / "project"
    shutil.copytree(project.folder, folder)
    command = [os.environ["SOROT"], "import", "conll", tmp_path / "out.conll", "--into", folder]
    done = subprocess.run([*command, "--annotator", "tagger"], capture_output=True, text=True, encoding="utf-8")
    assert done.returncode in (0, 1), done.stderr
    found = [(name, it["label"], it["start"], it["end"])
             for name, article in sets(folder / "annotations/tagger").items() for it in article["spans"]]
    assert sorted(found) == sorted(kept(project, said))


def test_what_spacy_tags_comes_in(tmp_path):
    nlp = spacy.blank("en")
    lines = []
    wanted = []
    for text, spans in [("Kyiv said T-90 tanks fell in 東京 .", [(0, 4, "city"), (10, 20, "weapon")]),
                        ("José met Éva Kovács today .", [(0, 4, "person"), (9, 19, "person")])]:
        doc = spacy.tokens.Doc(nlp.vocab, words=text.split())
        tags = offsets_to_biluo_tags(doc, spans)
        lines += [START, "", *(f"{token.text} {tag}" for token, tag in zip(doc, tags)), ""]
        wanted += [(label, text[start:end]) for start, end, label in spans]
    (tmp_path / "in.conll").write_text("\r\n".join(lines), encoding="utf-8")
    articles = convert("conll", tmp_path / "in.conll", tmp_path / "out").values()
    found = [(it["label"], it["text"]) for article in articles for it in article["spans"]]
    assert sorted(found) == sorted(wanted)
