"""WebAnno TSV, as the library web-anno-tsv writes it: a sentence a line, offsets in UTF-16 units.

It escapes no white space or backslash in sentences, and knows one layer without relations.
"""

import re

from conftest import convert
from web_anno_tsv import Annotation, open_web_anno_tsv
from web_anno_tsv.web_anno_tsv import AnnotatedSentence, Span


def lines(text):
    """The lines with anything on them, and where each begins in the text."""
    return [(it.start(), it.group()) for it in re.finditer(r"[^\n]*\S[^\n]*", text)]


def spans_in(of, start, line):
    """The spans that begin and end in a line, at characters with ink."""
    for it in of["spans"]:
        begin, end = it["start"] - start, it["end"] - start
        surface = line[max(begin, 0):max(end, 0)]
        is_inside = 0 <= begin < end <= len(line) and "fragments" not in it
        if is_inside and surface == surface.strip() and re.fullmatch(r"[a-z]+", it["label"]):
            yield it["label"], begin, end


def test_spans_are_there(project, tmp_path):
    n_spans = 0
    for path, of in project.sets.items():
        if not of["text"].strip() or re.search(r"[\r\\]", of["text"]):
            continue
        file = tmp_path / (path.replace("/", "-") + ".tsv")
        wanted, length = [], 0
        with open_web_anno_tsv(str(file), "w") as out:
            for start, line in lines(of["text"]):
                tokens = [Span(it.group(), it.start(), it.end(), True) for it in re.finditer(r"\S+", line)]
                # A sentence begins where its first token does.
                indent = tokens[0].start
                spans = [(label, a - indent, b - indent) for label, a, b in spans_in(of, start, line)]
                line = line[indent:]
                tokens = [Span(it.text, it.start - indent, it.stop - indent, True) for it in tokens]
                out.write(AnnotatedSentence(line, tokens, [Annotation(label, line[a:b], a, b) for label, a, b in spans]))
                wanted += [(label, length + a, length + b, line[a:b]) for label, a, b in spans]
                length += len(line) + 1
        [article] = convert("webanno-tsv", file, tmp_path / f"{file.name}-json").values()
        assert article["text"] == "\n".join(line.lstrip() for _, line in lines(of["text"])), path
        found = [(it["label"], it["start"], it["end"], it["text"]) for it in article["spans"]]
        assert sorted(found) == sorted(wanted), path
        n_spans += len(found)
    assert n_spans
