# ruff: noqa: E501  templates of pages: their lines are as long as a page has them
"""Sets the articles of articles.yaml in many layouts, as HTML, PDF, saved page and plain text, into pages/.

    python -m tests.corpus.sources.make_pages

The layouts differ in what the reader of a page relies on: where the headline stands, whether the date is in JSON-LD,
in a `<meta>`, in `<time>`, in words or nowhere, how readers' comments are marked, how much furniture stands around.
PDFs come from typst and are committed as made: another version of typst may set them otherwise.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from datetime import date
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final

import typst
import yaml

HERE: Final = Path(__file__).parent
PAGES: Final = HERE / "pages"
Article = dict[str, Any]

NAV = (
    "<nav><ul><li><a href='/'>Home</a></li><li><a href='/w'>World</a></li><li><a href='/o'>Opinion</a></li>"
    "<li><a href='/sub'>Subscribe</a></li></ul></nav>"
)
SHARE = "<div class='share'><a href='#'>Share</a> <a href='#'>Tweet</a> <a href='#'>Print</a></div>"
COOKIE = "<div id='cookie-banner'>We use cookies to improve your visit. <button>Accept all</button></div>"
LETTER = (
    "<aside class='newsletter'><h3>Sign up to our newsletter</h3><p>The best of the week in your inbox.</p></aside>"
)
RELATED = (
    "<div class='related'><h3>Related articles</h3><ul><li><a href='/1'>Ferry fares to rise by 12 per cent in May</a></li>"
    "<li><a href='/2'>Minister Ada Korn says harbour will close on Friday</a></li></ul></div>"
)
FOOT = "<footer><p>© 2031 All rights reserved. Contact us | Privacy policy | Terms of use</p></footer>"


def long_date(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def paragraphs(article: Article) -> list[str]:
    return [" ".join(each.split()) for each in article["body"].strip().split("\n\n")]


def hard_spaces(text: str) -> str:
    """No-break spaces where editors put them: after numbers, in names and before units."""
    return re.sub(r"(?<=\d) (?=[a-z])|(?<=Northern) |(?<=River) |(?<=before) ", "\u00a0", text)


def told(article: Article) -> list[str]:
    body = paragraphs(article)
    return [hard_spaces(each) for each in body] if article.get("copy_of") else body


def ps(article: Article, start: int = 0, cls: str = "") -> str:
    attribute = f" class='{cls}'" if cls else ""
    return "\n".join(f"<p{attribute}>{html.escape(each)}</p>" for each in told(article)[start:])


def head(article: Article, extra: str = "") -> str:
    return (
        f"<!DOCTYPE html><html lang='{article.get('language', 'en')}'><head><meta charset='utf-8'>"
        f"<title>{html.escape(article['headline'])} | {html.escape(article['outlet'])}</title>{extra}</head>"
    )


def meta(name: str, value: str) -> str:
    return f"<meta property='{name}' content='{html.escape(value, quote=True)}'>"


def graph(article: Article) -> str:
    return (
        meta("og:title", article["headline"])
        + meta("og:site_name", article["outlet"])
        + meta("article:published_time", f"{article['published']}T08:15:00+00:00")
        + (meta("article:modified_time", f"{article['updated']}T12:45:00+00:00") if "updated" in article else "")
        + f"<link rel='canonical' href='{article['url']}'>"
    )


def comments_ol(article: Article) -> str:
    items = "".join(
        f"<li class='comment'><div class='comment-author'>{html.escape(c['name'] or 'Guest')}</div>"
        f"<div class='comment-body'><p>{html.escape(c['text'])}</p></div><a href='#'>Reply</a></li>"
        for c in article["comments"]
    )
    return f"<section id='comments'><h3>{len(article['comments'])} comments</h3><ol class='comment-list'>{items}</ol></section>"


def comments_divs(article: Article) -> str:
    """Comments without a class that says so: a heading in words, then names and paragraphs."""
    items = "".join(
        f"<div><b>{html.escape(c['name'] or 'Guest')}</b><p>{html.escape(c['text'])}</p></div>"
        for c in article["comments"]
    )
    return f"<div><h4>Leave a Reply</h4>{items}<p>Your email address will not be published. Required fields are marked *</p></div>"


def html_article(a: Article) -> str:
    return (
        head(a, graph(a)) + f"<body>{COOKIE}{NAV}<main><article><header><h1>{html.escape(a['headline'])}</h1>"
        f"<p class='byline'>By <a rel='author' href='#'>{a['byline']}</a></p><time datetime='{a['published']}'>{long_date(a['published'])}</time>"
        f"</header>{SHARE}<div class='article-body'>{ps(a)}</div></article>{RELATED}{comments_ol(a)}</main>{FOOT}</body></html>"
    )


def html_divs(a: Article) -> str:
    return (
        head(a, graph(a))
        + f"<body><div class='top'>{NAV}</div><div class='wrap'><div class='hd'><h1>{html.escape(a['headline'])}</h1></div>"
        f"<div class='meta'>{a['byline']} · {long_date(a['published'])}</div><div class='content'>{ps(a)}</div>"
        f"{SHARE}{LETTER}{RELATED}{comments_divs(a)}</div>{FOOT}</body></html>"
    )


def html_table(a: Article) -> str:
    body = "<br><br>\n".join(html.escape(each) for each in told(a))
    return (
        head(a)
        + f"<body><table width='100%'><tr><td width='20%'>{NAV}{LETTER}</td><td><font size='5'><b>{html.escape(a['headline'])}</b></font>"
        f"<br><font size='2'>{a['byline']}, {long_date(a['published'])}</font><br><br><div>{body}</div>"
        f"<hr>{comments_divs(a)}</td></tr></table>{FOOT}</body></html>"
    )


def html_wordpress(a: Article) -> str:
    items = "".join(
        f"<li id='comment-{i}'><article class='comment-body'><footer class='comment-meta'><cite class='fn'>{html.escape(c['name'])}</cite> "
        f"<span class='says'>says:</span></footer><div class='comment-content'><p>{html.escape(c['text'])}</p></div></article></li>"
        for i, c in enumerate(a["comments"])
    )
    return (
        head(a, graph(a))
        + f"<body class='single'><div id='page'>{NAV}<div id='primary'><article id='post-99' class='post'>"
        f"<h1 class='entry-title'>{html.escape(a['headline'])}</h1><div class='entry-meta'>Posted on <time class='entry-date' "
        f"datetime='{a['published']}T09:00:00+00:00'>{long_date(a['published'])}</time> by {a['byline']}</div>"
        f"<div class='entry-content'>{ps(a)}<div class='sharedaddy'><h3>Share this:</h3>{SHARE}</div></div></article>"
        f"<div id='comments' class='comments-area'><h2>Thoughts on this</h2><ol class='commentlist'>{items}</ol></div></div>"
        f"<aside id='secondary'>{RELATED}</aside></div>{FOOT}</body></html>"
    )


def ld(a: Article) -> str:
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": a["headline"],
        "datePublished": f"{a['published']}T06:00:00Z",
        "dateModified": f"{a.get('updated', a['published'])}T12:45:00Z",
        "author": [{"@type": "Person", "name": a["byline"]}],
        "publisher": {"@type": "Organization", "name": a["outlet"]},
        "mainEntityOfPage": a["url"],
    }
    return f"<script type='application/ld+json'>{json.dumps(data)}</script>"


def html_jsonld(a: Article) -> str:
    return (
        head(a, ld(a)) + f"<body>{NAV}<div class='story'><h1>{html.escape(a['headline'])}</h1>{ps(a, cls='story-par')}"
        f"<p class='story-par'>Read more: <a href='/x'>Ten things to know about ferries</a></p></div>{LETTER}{FOOT}</body></html>"
    )


def html_update(a: Article) -> str:
    return (
        head(a, ld(a))
        + f"<body>{NAV}<article><h1>{html.escape(a['headline'])}</h1><p class='dates'>Published {long_date(a['published'])}. "
        f"Updated {long_date(a['updated'])}.</p><figure><img src='x.jpg'><figcaption>The river near Teral, March 2030 © M. Sund / VNA"
        f"</figcaption></figure>{ps(a)}</article>{comments_ol(a)}{RELATED}{FOOT}</body></html>"
    )


def html_microdata(a: Article) -> str:
    return (
        head(a)
        + f"<body><div itemscope itemtype='https://schema.org/NewsArticle'><h1 itemprop='headline'>{html.escape(a['headline'])}</h1>"
        f"<meta itemprop='datePublished' content='{a['published']}'><span itemprop='author'>{a['byline']}</span>"
        f"<div itemprop='articleBody'>{ps(a)}</div></div><div class='disqus-thread'>{comments_divs(a)}</div>{FOOT}</body></html>"
    )


def html_oldtable(a: Article) -> str:
    rows = "".join(f"<tr><td><p>{html.escape(each)}</p></td></tr>" for each in told(a))
    said = "".join(
        f"<tr><td><i>{html.escape(c['name'])} wrote:</i><br>{html.escape(c['text'])}</td></tr>" for c in a["comments"]
    )
    return (
        head(a)
        + f"<body bgcolor='#ffffff'><center><h2>{html.escape(a['headline'])}</h2><small>{a['outlet']}, {long_date(a['published'])}</small>"
        f"<table>{rows}</table><h3>Readers' comments</h3><table>{said}</table><p>Best viewed at 800 x 600</p></center></body></html>"
    )


def html_blog(a: Article) -> str:
    return (
        head(a, graph(a))
        + f"<body>{NAV}<div class='post-outer'><h3 class='post-title'>{html.escape(a['headline'])}</h3>"
        f"<div class='post-body'>{ps(a)}<p>Help us grow. Support us for the price of a coffee!</p>"
        "<p>The statements, views and opinions expressed in this column are solely those of the author and do not necessarily "
        f"represent those of the outlet.</p></div><h4>What do you think?</h4>{RELATED}</div>{FOOT}</body></html>"
    )


def html_amp(a: Article) -> str:
    return (
        f"<!doctype html><html ⚡ lang='en'><head><meta charset='utf-8'><title>{html.escape(a['headline'])}</title>{ld(a)}"
        f"<link rel='canonical' href='{a['url']}'></head><body><amp-sidebar>{NAV}</amp-sidebar><article><h1>{html.escape(a['headline'])}</h1>"
        f"{ps(a)}<amp-ad>Advertisement</amp-ad></article>{FOOT}</body></html>"
    )


def html_forum(a: Article) -> str:
    said = "".join(f"<div class='reply'><p>{html.escape(c['text'])}</p></div>" for c in a["comments"])
    return (
        head(a, graph(a))
        + f"<body>{NAV}<div class='node'><h1>{html.escape(a['headline'])}</h1><div class='submitted'>by {a['byline']}, "
        f"{long_date(a['published'])}</div><div class='field-item'>{ps(a)}</div></div><div id='comment-wrapper'>{said}</div>{FOOT}</body></html>"
    )


def html_cms(a: Article) -> str:
    return (
        head(a, meta("og:site_name", a["outlet"]) + f"<meta name='date' content='{a['published']}'>")
        + f"<body><div id='header'>{NAV}</div><div id='content'><h1>{html.escape(a['headline'])}</h1><div class='richtext'>{ps(a)}</div>"
        f"<div class='tags'>Tags: convoy, Hollin, flour</div></div>{comments_ol(a)}{FOOT}</body></html>"
    )


def html_magazine(a: Article) -> str:
    first, rest = told(a)[0], ps(a, 1)
    return (
        head(a, ld(a))
        + f"<body>{COOKIE}{NAV}<article><h1>{html.escape(a['headline'])}</h1><p class='lede'><strong>{html.escape(first)}"
        f"</strong></p><blockquote class='pullquote'>“The line was a sentence, not a drawing”</blockquote>{rest}<section class='author-bio'>"
        f"<p>{a['byline']} writes about rivers.</p></section></article>{RELATED}{comments_ol(a)}{FOOT}</body></html>"
    )


def html_gov(a: Article) -> str:
    return (
        head(a)
        + f"<body><div id='skip'><a href='#main'>Skip to content</a></div><main id='main'><p class='label'>Press release</p>"
        f"<h1>{html.escape(a['headline'])}</h1><dl><dt>Published</dt><dd>{a['published'].day} {a['published']:%B %Y}</dd></dl>{ps(a)}"
        f"<h2>Notes to editors</h2><p>Photographs are available from the press desk.</p></main>{FOOT}</body></html>"
    )


def html_liveblog(a: Article) -> str:
    return (
        head(a, graph(a)) + f"<body>{NAV}<main><h1>{html.escape(a['headline'])}</h1><div class='live-badge'>LIVE</div>"
        f"<article class='entry'>{ps(a)}</article></main><div class='fb-comments'>"
        + "".join(f"<p><b>{c['name']}</b> {html.escape(c['text'])}</p>" for c in a["comments"])
        + f"</div>{RELATED}{FOOT}</body></html>"
    )


def html_minimal(a: Article) -> str:
    direction = " dir='rtl'" if a.get("language") == "ar" else ""
    return head(a, graph(a)) + f"<body{direction}><h1>{html.escape(a['headline'])}</h1>{ps(a)}</body></html>"


def text(a: Article) -> str:
    """As a reader copies a page: headline, body, names and comments, nothing to tell them apart but their look."""
    said = [line for c in a["comments"] for line in (c["name"], c["text"]) if line]
    return "\n\n".join([a["headline"], *told(a), *said]) + "\n"


def saved(a: Article) -> bytes:
    message = EmailMessage()
    message["Subject"] = a["headline"]
    message["Snapshot-Content-Location"] = a["url"]
    message.set_content(html_article(a), subtype="html", cte="quoted-printable")
    message.make_mixed()
    message.replace_header("Content-Type", 'multipart/related; type="text/html"; boundary="----page"')
    return message.as_bytes()


# --- PDF ---


def t(text: str) -> str:
    return f"#{json.dumps(text, ensure_ascii=False)}"


def body(a: Article) -> str:
    return "\n\n".join(t(each) for each in told(a))


def notes(a: Article) -> str:
    return "\n\n".join(f"*{t(c['name'] or 'Guest')}*\n\n{t(c['text'])}" for c in a["comments"])


def pdf_single(a: Article) -> str:
    return f"""#set document(title: {json.dumps(a["headline"])}, author: {json.dumps(a["byline"])}, date: none)
#set page(width: 150mm, height: 170mm, header: [{t(a["outlet"])} #h(1fr) {t(long_date(a["published"]))}], footer: context [Page #counter(page).display()])
#set text(size: 10pt)
#text(size: 18pt, weight: "bold")[{t(a["headline"])}]

By {t(a["byline"])}

{body(a)}"""


def pdf_two(a: Article) -> str:
    return f"""#set page(width: 190mm, height: 200mm, columns: 2, footer: [#text(size: 7pt)[© 2031 {t(a["outlet"])}]])
#set par(justify: true)
#set text(size: 9pt, hyphenate: true, lang: "en")
#place(top, scope: "parent", float: true)[#text(size: 20pt)[{t(a["headline"])}] \\ {t(a["byline"])} · {t(long_date(a["published"]))}]
{body(a)}"""


def pdf_print(a: Article) -> str:
    return f"""#set page(width: 150mm, height: 120mm, margin: 12mm, header: [#text(size: 7pt)[3/16/31, 9:02 AM #h(1fr) {t(a["headline"])} | {t(a["outlet"])}]], footer: [#text(size: 7pt)[{t(a["url"])} #h(1fr) #context counter(page).display("1/1", both: true)]])
#set text(size: 11pt)
#text(size: 9pt)[Home  World  Opinion  Subscribe]

#text(size: 22pt, weight: "bold")[{t(a["headline"])}]

#text(size: 9pt)[Published {t(long_date(a["published"]))}]

{body(a)}

#text(size: 9pt)[Share  Tweet  Print]"""


def pdf_newsletter(a: Article) -> str:
    return f"""#set page(width: 190mm, height: 220mm)
#set text(size: 10pt)
#align(center)[#text(size: 12pt)[{t(a["outlet"].upper())}]]
#grid(columns: (1fr, 48mm), gutter: 8mm, [
#text(size: 19pt, weight: "bold")[{t(a["headline"])}]

{t(a["byline"])}, {t(long_date(a["published"]))}. Updated {t(long_date(a["updated"]))}.

{body(a)}
], [#set text(size: 8pt)
*Also in this issue*

Ferry fares to rise by 12 per cent in May

Minister Ada Korn says harbour will close on Friday])"""


def pdf_blogprint(a: Article) -> str:
    return f"""#set page(width: 150mm, height: 200mm)
#set text(size: 10.5pt)
= {t(a["headline"])}
by {t(a["byline"])} | {t(long_date(a["published"]))}

{body(a)}

== {len(a["comments"])} comments

{notes(a)}"""


def pdf_bulletin(a: Article) -> str:
    return f"""#set page(width: 160mm, height: 200mm, footer: [#text(size: 8pt)[{t(a["outlet"])} #h(1fr) #context counter(page).display()]])
#set text(size: 10pt)
#text(size: 8pt)[BULLETIN No. 31 · {a["published"].day} {a["published"]:%B %Y}]

#text(size: 16pt)[{t(a["headline"])}]

#enum(..({", ".join(f"[{t(each)}]" for each in told(a))}))"""


def pdf_three(a: Article) -> str:
    return f"""#set page(width: 260mm, height: 190mm, columns: 3)
#set text(size: 9pt)
#place(top, scope: "parent", float: true)[{t(a["outlet"])}, {t(long_date(a["published"]))} #linebreak() #text(size: 24pt, weight: "bold")[{t(a["headline"])}]]
{t(a["byline"])}

{body(a)}"""


def pdf_letter(a: Article) -> str:
    return f"""#set page(width: 150mm, height: 210mm)
#set text(size: 11pt)
#align(right)[{t(a["outlet"])} \\ {a["published"].day} {a["published"]:%B %Y}]

#v(8mm)
#text(size: 13pt, weight: "bold")[{t(a["headline"])}]

{body(a)}

#v(8mm)
#text(size: 8pt)[For more information contact the press desk.]"""


LAYOUTS: Final[dict[str, Callable[[Article], str]]] = {
    name.replace("_", "-"): made for name, made in globals().items() if name.startswith("html_") and callable(made)
}
PRINTED: Final[dict[str, Callable[[Article], str]]] = {
    "pdf-single": pdf_single, "pdf-two-columns": pdf_two, "pdf-print": pdf_print, "pdf-newsletter": pdf_newsletter,
    "pdf-blogprint": pdf_blogprint, "pdf-bulletin": pdf_bulletin, "pdf-three-columns": pdf_three,
    "pdf-letter": pdf_letter,
}  # fmt: skip


def articles() -> list[Article]:
    found: list[Article] = yaml.safe_load((HERE / "articles.yaml").read_text("utf-8"))["articles"]
    return found


def main() -> None:
    PAGES.mkdir(exist_ok=True)
    for a in articles():
        (PAGES / f"{a['id']}.text.txt").write_text(text(a), "utf-8")
        for layout in a["pages"]:
            if layout in LAYOUTS:
                (PAGES / f"{a['id']}.{layout}.html").write_text(LAYOUTS[layout](a), "utf-8")
            else:
                printed = typst.compile(PRINTED[layout](a).encode(), ignore_system_fonts=True)
                (PAGES / f"{a['id']}.{layout}.pdf").write_bytes(printed)
    (PAGES / "a01.saved.mhtml").write_bytes(saved(articles()[0]))


if __name__ == "__main__":
    main()
