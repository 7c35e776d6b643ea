"""Where in its article each label stands: makes spans.json from articles.yaml and labels.yaml.

    python -m tests.corpus.sources_by_another_hand.offsets

Offsets count Unicode code points of the article's main text from 0, half-open. The main text is the paragraphs of
`body`, ordinary white space as one space, no-break spaces as they are, parted by one empty line.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

import yaml

HERE: Final = Path(__file__).parent
KINDS: Final = ("claims", "dates", "places", "numbers")
Span = tuple[int, int]
# Words with a full stop after which no sentence ends.
SHORT: Final = re.compile(r"(?:\b(?:Dr|Maj|MAJ|Lt|Col|Gen|Capt|Ms|Mr|no|a\.m|p\.m)|\b[A-Z])\.$")
END: Final = re.compile(r"[.!?؟…][”»\"')\]]*\s+(?=[^\s])")


def articles() -> dict[str, dict[str, Any]]:
    return {each["id"]: each for each in yaml.safe_load((HERE / "articles.yaml").read_text("utf-8"))["articles"]}


def labels() -> dict[str, dict[str, list[dict[str, Any]]]]:
    found: dict[str, dict[str, list[dict[str, Any]]]] = yaml.safe_load((HERE / "labels.yaml").read_text("utf-8"))
    return found


def across() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((HERE / "across.yaml").read_text("utf-8"))
    return found


def paragraphs(article: dict[str, Any]) -> list[str]:
    return [re.sub(r"[ \t\n]+", " ", each).strip(" ") for each in article["body"].strip().split("\n\n")]


def main_text(article: dict[str, Any]) -> str:
    return "\n\n".join(paragraphs(article))


def span_of(text: str, label: dict[str, Any]) -> Span:
    """From the label's first words, which stand once in the text, to its last ones."""
    first = label.get("at") or label["text"]
    if text.count(first) != 1:
        raise ValueError(f"{first!r} stands {text.count(first)} times")
    start = text.index(first)
    end = start + len(first)
    if "to" in label:
        end = text.index(label["to"], end) + len(label["to"])
    if inner := label.get("exact") or label.get("name"):  # the name of a place, without the words that make it unique
        start += text[start:end].index(inner)
        end = start + len(inner)
    if "\n\n" in text[start:end]:
        raise ValueError(f"{first!r} goes on into another paragraph")
    return start, end


def sentence_of(text: str, span: Span) -> Span:
    """The sentence or sentences that a span stands in, within its paragraph."""
    begins = text.rfind("\n\n", 0, span[0]) + 2 if "\n\n" in text[: span[0]] else 0
    ends = text.find("\n\n", span[1])
    ends = len(text) if ends < 0 else ends
    cuts = [
        begins + m.end()
        for m in END.finditer(text[begins:ends])
        if not SHORT.search(text[begins : begins + m.start() + 1])
    ]
    start = max([begins, *(cut for cut in cuts if cut <= span[0])])
    end = min([ends, *(cut for cut in cuts if cut >= span[1])])
    return start, start + len(text[start:end].rstrip())


def spans() -> dict[str, dict[str, list[dict[str, Any]]]]:
    """By article and kind, in the order of labels.yaml; of a claim also which other labels stand in its sentence."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    known = articles()
    for name, label in labels().items():
        text = main_text(known[name])
        of = found[name] = {
            kind: [{"span": list(s), "quote": text[s[0] : s[1]]} for s in (span_of(text, each) for each in label[kind])]
            for kind in KINDS
        }
        for claim in of["claims"]:
            start, end = sentence_of(text, (claim["span"][0], claim["span"][1]))
            claim["sentence"] = [start, end]
            for kind in KINDS[1:]:
                claim[kind] = [
                    i for i, each in enumerate(of[kind]) if start <= each["span"][0] and each["span"][1] <= end
                ]
    return found


def written(found: dict[str, dict[str, list[dict[str, Any]]]]) -> str:
    """One label a line."""
    lines = ["{"]
    for i, (name, of) in enumerate(found.items()):
        lines.append(f' "{name}": {{')
        for j, (kind, items) in enumerate(of.items()):
            rows = ",\n".join("   " + json.dumps(each, ensure_ascii=False) for each in items)
            lines.append(f'  "{kind}": [' + (f"\n{rows}\n  ]" if items else "]") + ("," if j < len(of) - 1 else ""))
        lines.append(" }" + ("," if i < len(found) - 1 else ""))
    return "\n".join([*lines, "}"]) + "\n"


def main() -> None:
    (HERE / "spans.json").write_text(written(spans()), "utf-8")


if __name__ == "__main__":
    main()
