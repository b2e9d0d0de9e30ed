"""TEI with stand-off spans, by lxml: no library on the package index reads TEI's own pointers, so
this follows them with XPath, which counts characters as TEI does."""

import re

from lxml import etree

from stored import places, relations

NAMESPACES = {"t": "http://www.tei-c.org/ns/1.0"}
ID = "{http://www.w3.org/XML/1998/namespace}id"
STRICT = etree.XMLParser(resolve_entities=False, no_network=True, remove_blank_text=False)


def features(tree, element):
    """What the feature structure says that an element's `ana` leads to."""
    if "ana" not in element.attrib:
        return {}
    [structure] = tree.xpath("//t:fs[@xml:id=$id]", id=element.get("ana")[1:], namespaces=NAMESPACES)

    def value(it):
        kind = etree.QName(it).localname
        if kind == "vColl":
            return [value(child) for child in it]
        return {"string": lambda: it.text or "", "binary": lambda: it.get("value") == "true",
                "numeric": lambda: int(it.get("value"))}[kind]()
    return {it.get("name"): value(it[0]) for it in structure}


def test_spans_and_relations_are_there(project, tmp_path):
    said = project.export("tei", tmp_path)
    for name, stored in project.sets.items():
        tree = etree.parse(tmp_path / f"{name}.xml", STRICT)

        def find(path, **names):
            return tree.xpath(path, namespaces=NAMESPACES, **names)

        ids = find("//@xml:id")
        assert len(ids) == len(set(ids)), name
        for pointer in find("//@target | //@ana | //@resp"):
            for one in re.sub(r"string-range\((\w+),[^)]*\)", r"\1", pointer).split():
                assert one[1:] in ids, (name, pointer)
        assert find("string(//t:titleStmt/t:title)") == name
        # What XML has no way to hold becomes U+FFFD, which the export says.
        text = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "\ufffd", stored["text"])
        assert text == stored["text"] or name in said
        assert find("string(//t:ab)") == text, name
        found, id_of = [], {}
        for span in find("//t:spanGrp/t:span"):
            assert re.fullmatch(r"#string-range\(text,\d+,\d+(,text,\d+,\d+)*\)", span.get("target"))
            triples = re.findall(r"text,(\d+),(\d+)", span.get("target"))
            at = [(int(a), int(a) + int(n)) for a, n in triples]
            for a, b in at:
                # XPath counts from 1.
                piece = find("substring(//t:ab[@xml:id='text'], $a, $n)", a=a + 1, n=b - a)
                assert piece == text[a:b], name
            attributes = {key: value for key, value in features(tree, span).items()
                          if key not in ("entity", "note", "flags")}
            found.append((span.get("n"), span.text or "", at, attributes))
            id_of[span.get(ID)] = span.get("n")
        expected = [(it["id"], it["label"], places(it), it.get("attributes") or {}) for it in stored["spans"]]
        assert sorted(found, key=repr) == sorted(expected, key=repr), name
        linked = [(features(tree, it)["label"], *(id_of[end[1:]] for end in it.get("target").split()))
                  for it in find("//t:linkGrp/t:link")]
        assert sorted(linked) == relations(stored), name
        assert len(find("//t:fs[@type='entity']")) == len(stored["entities"]), name
