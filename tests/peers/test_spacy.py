"""spaCy reads the exports, and Sorot what spaCy writes."""

import collections

import pytest
import spacy
from conftest import ROOT, convert
from spacy.symbols import IDS
from spacy.tokens import Doc, DocBin
from spacy.training import Corpus

Doc.set_extension("sorot", default=None)


def pieces(span):
    return span.get("fragments", [[span["start"], span["end"]]])


def without_blanks(text, start, end):
    """What the export says is left of a fragment: no white space at its ends."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def expected_spans(article):
    """Label, id and place of every piece, in code points."""
    found = []
    for span in article["spans"]:
        for start, end in pieces(span):
            start, end = without_blanks(article["text"], start, end)
            if start < end:
                found.append((span["label"], span["id"], start, end))
    return sorted(found)


def ends(article):
    return sorted((it["label"], it["from"], it["to"]) for it in article["relations"])


def read(path, nlp):
    docs = list(DocBin().from_disk(path).get_docs(nlp.vocab))
    return {doc._.sorot["path"]: doc for doc in docs}


def test_the_table_of_symbols_is_spacys():
    names = (ROOT / "assets/spacy_symbols.txt").read_text(encoding="utf-8").split("\n")[:-1]
    assert {name: i for i, name in enumerate(names)} == IDS


def test_spacy_reads_the_docbin(project, tmp_path):
    project.export("spacy", tmp_path / "out.spacy")
    docs = read(tmp_path / "out.spacy", spacy.blank("xx"))
    assert docs.keys() == project.sets.keys() and docs
    for name, doc in docs.items():
        article = project.sets[name]
        assert doc.text == article["text"], name
        found = sorted((it.label_, it.id_, it.start_char, it.end_char) for it in doc.spans["sc"])
        assert found == expected_spans(article), name
        for span in doc.spans["sc"]:
            assert span.text == doc.text[span.start_char:span.end_char], name
        assert ends({"relations": doc._.sorot["relations"]}) == ends(article), name
        group = {(it.label_, it.start_char, it.end_char) for it in doc.spans["sc"]}
        for entity in doc.ents:
            assert (entity.label_, entity.start_char, entity.end_char) in group, name
            assert not doc[entity.start].is_space and not doc[entity.end - 1].is_space, name
        # No span is left out of the entities but for one that shares text with it.
        covered = {i for it in doc.ents for i in range(it.start_char, it.end_char)}
        shared = {id for _, id, start, end in expected_spans(article) if not covered.isdisjoint(range(start, end))}
        assert shared == {id for _, id, _, _ in expected_spans(article)}, name


def test_the_trainer_takes_the_docbin(project, tmp_path):
    project.export("spacy", tmp_path / "out.spacy")
    examples = list(Corpus(tmp_path / "out.spacy")(spacy.blank("xx")))
    assert len(examples) == sum(1 for it in project.sets.values() if it["text"])
    for example in examples:
        assert example.predicted.text == example.reference.text


def summary(article):
    spans = collections.Counter((it["label"], str(pieces(it))) for it in article["spans"])
    return article["text"], spans, ends(article)


def test_what_spacy_writes_again_comes_in_identically(project, tmp_path):
    project.export("spacy", tmp_path / "out.spacy")
    nlp = spacy.blank("xx")
    docs = DocBin().from_disk(tmp_path / "out.spacy").get_docs(nlp.vocab)
    DocBin(store_user_data=True, docs=docs).to_disk(tmp_path / "again.spacy")
    one = convert("spacy", tmp_path / "out.spacy", tmp_path / "one")
    two = convert("spacy", tmp_path / "again.spacy", tmp_path / "two")
    assert one.keys() == two.keys() == project.sets.keys()
    for name in one:
        assert summary(one[name]) == summary(two[name]), name
        trimmed = {**project.sets[name], "spans": [
            {**it, "fragments": [list(without_blanks(project.sets[name]["text"], *at)) for at in pieces(it)]}
            for it in project.sets[name]["spans"]]}
        whole = {**one[name], "spans": [{**it, "fragments": pieces(it)} for it in one[name]["spans"]]}
        assert summary(whole) == summary(trimmed), name


@pytest.fixture
def foreign():
    """A doc that knows nothing of Sorot: spaCy's own tokens, entities, and two span groups."""
    nlp = spacy.blank("en")
    doc = nlp("😀 Kyiv  said \n\n“the agent's T-90 is at Kharkiv”. José number 101.")
    def span(words, *args, **kwargs):
        start = doc.text.index(words)
        return doc.char_span(start, start + len(words), *args, **kwargs)

    doc.ents = [span("Kyiv", "PERSON"), span("Kharkiv", "place", kb_id="Q42308")]
    doc.spans["sc"] = [span("the agent's T-90 is", "quote"), span("T-90", "weapon")]
    doc.spans["other"] = [span("T-90", "weapon", span_id="W1")]
    doc[3].lemma_ = "say"
    return doc


def test_a_foreign_docbin_comes_in(foreign, tmp_path):
    empty = Doc(foreign.vocab, words=[], spaces=[])
    unknown = Doc(foreign.vocab, words=["Kyiv", "fell"], ents=["B-city", "O"])
    DocBin(docs=[foreign, empty, unknown]).to_disk(tmp_path / "foreign.spacy")
    articles = list(convert("spacy", tmp_path / "foreign.spacy", tmp_path / "out").values())
    texts = {it["text"]: it for it in articles}
    assert texts.keys() == {foreign.text, "", unknown.text}
    spans = sorted((it["label"], it["start"], it["end"], it["text"]) for it in texts[foreign.text]["spans"])
    groups = [*foreign.ents, *foreign.spans["sc"], *foreign.spans["other"]]
    assert spans == sorted((it.label_, it.start_char, it.end_char, it.text) for it in groups)
    assert [(it["label"], it["text"]) for it in texts[unknown.text]["spans"]] == [("city", "Kyiv")]
