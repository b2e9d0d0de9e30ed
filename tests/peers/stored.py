"""What an annotation file says, in a form that compares."""


def places(span):
    """Start and end of each fragment."""
    return [tuple(at) for at in span.get("fragments", [(span["start"], span["end"])])]


def spans(stored):
    return sorted((it["id"], it["label"], places(it), repr(it.get("attributes") or {}), it.get("note", ""))
                  for it in stored["spans"])


def relations(stored):
    return sorted((it["label"], it["from"], it["to"]) for it in stored["relations"])
