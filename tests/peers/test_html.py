"""The page of highlights, by Python's html.parser: the text to the letter, and what each mark covers."""

import html.parser


class Page(html.parser.HTMLParser):
    """The text of each article by its name, and the pieces that the marks of each span cover."""

    VOID = {"meta", "link", "br", "img", "hr", "input"}

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.articles, self.stack, self.name, self.text = {}, [], "", None
        self.feed(page)
        self.close()
        assert not self.stack, self.stack

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        assert tag not in ("script", "img", "link", "iframe") and not any(it.startswith("on") for it in attributes)
        if tag in self.VOID:
            return
        self.stack.append((tag, attributes, len(self.text or "")))
        if tag == "h2":
            self.name = ""
        if tag == "div" and attributes.get("class") == "text":
            self.text, self.spans = "", {}
        if self.text is not None and "data-label" in attributes:
            self.spans[attributes["data-id"]] = [attributes["data-label"]]

    def handle_endtag(self, tag):
        opened, attributes, start = self.stack.pop()
        assert opened == tag, f"{opened} is closed by {tag}"
        if tag == "div":
            self.articles[self.name] = (self.text, self.spans)
            self.text = None
        if tag == "mark" and self.text is not None:
            self.spans[attributes["data-id"]].append((start, len(self.text)))

    def handle_data(self, data):
        if self.text is not None:
            self.text += data
        elif self.stack and self.stack[-1][0] == "h2":
            self.name += data


def joined(pieces):
    """Pieces without those that touch."""
    whole = []
    for start, end in sorted(pieces):
        if whole and whole[-1][1] == start:
            whole[-1] = (whole[-1][0], end)
        else:
            whole.append((start, end))
    return whole


def test_every_span_is_on_the_page(project, tmp_path):
    project.export("html", tmp_path / "out.html")
    page = (tmp_path / "out.html").read_bytes().decode()
    articles = Page(page).articles
    assert articles.keys() == project.sets.keys() and articles
    for name, (text, spans) in articles.items():
        article = project.sets[name]
        assert text == article["text"].replace("\0", "\ufffd"), name
        ours = {it["id"]: [it["label"], *(tuple(piece) for piece in it.get("fragments") or [[it["start"], it["end"]]])]
                for it in article["spans"]}
        assert {id: [label, *joined(pieces)] for id, (label, *pieces) in spans.items()} == ours, name


def test_relations_lead_to_marks(project, tmp_path):
    project.export("html", tmp_path / "out.html")
    page = (tmp_path / "out.html").read_text(encoding="utf-8")
    targets = {part.split('"')[0] for part in page.split('href="#')[1:]}
    assert targets and all(f'id="{it}"' in page for it in targets)
