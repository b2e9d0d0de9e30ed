"""spaCy's converter reads the columns, and Sorot the tags that spaCy makes."""

import collections
import re

import spacy
from conftest import convert
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


def test_spacy_converts_every_column(project, tmp_path):
    said = project.export("conll", tmp_path / "out.conll")
    articles = sorted(project.sets.items())
    found = []
    for column in columns(tmp_path / "out.conll"):
        # The converter leaves out articles without a word.
        docs = list(conll_ner_to_docs(column, no_print=True))
        docs = [doc for batch in docs for doc in ([batch] if hasattr(batch, "ents") else batch)]
        worded = [(name, it) for name, it in articles if it["text"].strip()]
        assert len(docs) == len(worded)
        for doc, (name, article) in zip(docs, worded):
            words = [token.text for token in doc]
            assert "".join(words) == without_blanks(article["text"]), name
            for entity in doc.ents:
                before, inside = words[:entity.start], words[entity.start:entity.end]
                found.append((name, entity.label_, len("".join(before)), "".join(inside)))
    lost = re.findall(r"shares text with .*\(annotation (\S+)\): (\S+)$", said, re.MULTILINE)
    wanted = []
    for name, article in articles:
        for label, id, start, end in expected_spans(article):
            if (id, name) in lost:
                continue
            text = article["text"]
            wanted.append((name, label, len(without_blanks(text[:start])), without_blanks(text[start:end])))
    assert collections.Counter(found) == collections.Counter(wanted)


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
