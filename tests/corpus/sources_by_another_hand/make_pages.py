# ruff: noqa: E501  templates of pages: their lines are as long as a page has them
"""Sets the articles of articles.yaml in the layouts that `pages` names, as HTML and PDF, into pages/.

    python -m tests.corpus.sources_by_another_hand.make_pages

Beside the main text every page has furniture, readers' comments where the article has them, and days that are not the
article's. `pages.json` tells of each page what it shows: headline, byline, day, comments. PDFs come from typst, and one
layout from a browser (chromium); they are kept as made: another version may set them otherwise.
"""

from __future__ import annotations

import html
import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import typst

from tests.corpus.sources_by_another_hand.offsets import HERE, articles, paragraphs

PAGES: Final = HERE / "pages"
Article = dict[str, Any]
e = html.escape

TEASERS = (
    (
        "Minister says winter was the mildest in decades",
        "The minister told reporters on Thursday that 40 stations had broken records.",
    ),
    ("Bakers deny plan to raise prices", "“We never said that,” the guild announced in Raqqa on 2 January."),
    ("Football: Jisr United beat Harbour 3–1", "Coach Lev Petran said two players would miss the next match."),
)
CONSENT = (
    "<div id='onetrust-consent-sdk' role='dialog'><h2>We value your privacy</h2><p>We and our 842 partners store and access "
    "information on a device, such as cookies. You said yes to this on 1 March. You can change your mind at any time.</p>"
    "<button>Reject all</button><button>Accept all</button></div>"
)
SCRIPT = (
    "<script>window.dataLayer=window.dataLayer||[];function gtag(){dataLayer.push(arguments)}gtag('js',new Date(2030,1,14));"
    "var ad={slot:'mpu-1',text:'The council said on Monday that cars are cheap at Belmont Motors'};</script>"
    "<noscript><img height='1' width='1' src='https://pixel.example/t?id=27'></noscript>"
)
NEWSLETTER = (
    "<div class='c-nl'><strong>The Morning Brief</strong><p>Get the stories that matter, every day at 6. Our editor says: you "
    "will not regret it.</p><form><input type='email'><button>Sign me up</button></form></div>"
)
AD = "<div class='ad-slot' aria-hidden='true'><span>Advertisement</span><p>Doctors hate this: one simple trick, says Ada from Palmyra</p></div>"


def shown(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def us(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"


def language(a: Article) -> str:
    return str(a.get("language", "en"))


def direction(a: Article) -> str:
    return "rtl" if language(a) == "ar" else "ltr"


def moment(a: Article) -> str:
    return str(a.get("published_at", f"{a['published']}T09:30:00+03:00"))


def ps(a: Article, form: str = "<p>{}</p>") -> str:
    return "\n".join(form.format(e(each, quote=False)) for each in paragraphs(a))


def nav(kind: str = "ul") -> str:
    names = ("Home", "World", "River", "Opinion", "Weather", "Podcasts", "Live TV", "Sign in")
    if kind == "bar":
        return " | ".join(f"<a href='/{n.lower()}'>{n}</a>" for n in names)
    return "<ul>" + "".join(f"<li><a href='/{n.lower()}'>{n}</a></li>" for n in names) + "</ul>"


def teasers(cls: str) -> str:
    return "".join(
        f"<div class='{cls}'><a href='/{i}'><h4>{t}</h4></a><p>{p}</p></div>" for i, (t, p) in enumerate(TEASERS)
    )


def tag(name: str, value: str) -> str:
    return f"<meta property='{name}' content='{e(value)}'>"


def ld(a: Article, kind: str = "NewsArticle") -> str:
    data = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "WebSite", "name": a["outlet"], "url": a["url"]},
            {"@type": "BreadcrumbList", "itemListElement": [{"@type": "ListItem", "position": 1, "name": "River"}]},
            {
                "@type": kind,
                "headline": a["headline"],
                "datePublished": moment(a),
                "dateModified": f"{a.get('updated', a['published'] + timedelta(days=1))}T18:02:11+03:00",
                "author": {"@type": "Person", "name": a["byline"]},
                "publisher": {"@type": "Organization", "name": a["outlet"]},
            },
        ],
    }
    return f"<script type='application/ld+json'>{json.dumps(data, ensure_ascii=False)}</script>"


def opened(a: Article, extra: str = "", title: str = "") -> str:
    return (
        f"<!DOCTYPE html>\n<html lang='{language(a)}' dir='{direction(a)}'>\n<head><meta charset='utf-8'>"
        f"<title>{e(title or a['headline'])} – {e(a['outlet'])}</title>{extra}</head>\n"
    )


def html_hashed(a: Article) -> str:
    """A news site whose class names say nothing, every paragraph in a div of its own, ads between them."""
    rows = [
        f"<div data-component='text-block' class='sc-18fde0d6-0'><p class='sc-eb7bd5f6-0 fYAfXe'>{e(p, quote=False)}</p></div>"
        for p in paragraphs(a)
    ]
    rows.insert(min(2, len(rows)), f"<div data-component='ad-slot' class='sc-a1'>{AD}</div>")
    said = "".join(
        f"<div class='css-1n7'><span class='css-9a'>{e(c['name'] or 'anonymous')}</span><time>3 days ago</time><p class='css-b2'>{e(c['text'])}</p><button>Reply</button><button>Report</button></div>"
        for c in a["comments"]
    )
    return (
        opened(
            a,
            tag("og:title", a["headline"])
            + tag("og:site_name", a["outlet"])
            + tag("article:published_time", moment(a))
            + SCRIPT,
        )
        + f"<body>{CONSENT}<div id='__app'><div class='css-x1'><div class='css-nav'>{nav()}</div></div><div class='css-m'><div class='css-h'><h1 class='sc-518485e5-0'>{e(a['headline'])}</h1></div>"
        f"<div class='css-by'><span>{e(a['byline'])}</span></div><div class='css-t'>{us(a['published'])}</div>{''.join(rows)}"
        f"<div class='css-topics'>Topics: <a href='#'>Euphrates</a> <a href='#'>Deir ez-Zor</a></div>{NEWSLETTER}<div class='css-more'><h2>More on this story</h2>{teasers('css-promo')}</div>"
        + (
            f"<div id='conversation' data-spot-im-module='conversation'><h2>Join the conversation</h2>{said}</div>"
            if said
            else ""
        )
        + f"<div class='css-foot'><p>Copyright © 2032 {e(a['outlet'])}. Not responsible for the content of external sites.</p></div></div></div></body></html>"
    )


def html_amp_full(a: Article) -> str:
    return (
        f"<!doctype html><html amp lang='{language(a)}'><head><meta charset='utf-8'><script async src='https://cdn.example/v0.js'></script><link rel='canonical' href='{a['url']}'>"
        f'<title>{e(a["headline"])}</title>{ld(a)}<style amp-custom>p{{margin:1em}}</style></head><body><amp-analytics type=\'gtag\'><script type=\'application/json\'>{{"vars":{{"said":"72"}}}}</script></amp-analytics>'
        f"<header class='amp-head'>{nav()}</header><amp-consent id='c' layout='nodisplay'><div id='post-consent-ui'><p>We care about your data, our chairman says.</p></div></amp-consent>"
        f"<article class='amp-wp-article'><h1 class='amp-wp-title'>{e(a['headline'])}</h1><ul class='amp-wp-meta'><li class='amp-wp-byline'>{e(a['byline'])}</li><li><time datetime='{moment(a)}'>{us(a['published'])}</time></li></ul>"
        f"<div class='amp-wp-article-content'>{ps(a)}<amp-embed type='taboola' width='400' height='300'></amp-embed></div></article>"
        f"<amp-list src='/related.json'><div fallback>{teasers('amp-rel')}</div></amp-list><section class='amp-comments'><h3>{len(a['comments'])} responses</h3>"
        + "".join(
            f"<div class='amp-wp-comment'><p class='who'>{e(c['name'])}</p><p>{e(c['text'])}</p></div>"
            for c in a["comments"]
        )
        + f"</section><footer class='amp-wp-footer'><p>{e(a['outlet'])}. All rights reserved.</p></footer></body></html>"
    )


def html_next_app(a: Article) -> str:
    """Rendered by a program in the page, whose data holds the text a second time, and another article's."""
    state = {
        "props": {
            "pageProps": {
                "article": {"title": a["headline"], "body": paragraphs(a), "date": moment(a)},
                "next": {"title": TEASERS[0][0], "body": [TEASERS[0][1]]},
            }
        }
    }
    data = json.dumps(state, ensure_ascii=False).replace("</", r"<\/")
    said = "".join(
        f"<article class='comment'><header>{e(c['name'])}</header><div>{e(c['text'])}</div></article>"
        for c in a["comments"]
    )
    return (
        opened(
            a, f"<meta name='parsely-pub-date' content='{moment(a)}'><meta name='author' content='{e(a['byline'])}'>"
        )
        + f"<body><div id='__next'><div class='nav'>{nav('bar')}</div><div role='main'><p class='kicker'>River</p><h1>{e(a['headline'])}</h1><p class='standfirst'></p>"
        f"<div class='byline'><a href='/by'>{e(a['byline'])}</a></div><time datetime='{a['published']}'>{shown(a['published'])}</time><div class='rich-text'>{ps(a)}</div><div class='tools'><button>Save</button><button>Gift this article</button></div></div>"
        f"<aside><h2>Most read</h2>{teasers('mr')}</aside>"
        + (f"<section aria-label='Comments'><h2>Readers’ responses</h2>{said}</section>" if said else "")
        + f"<footer><p>© {e(a['outlet'])} 2032</p></footer></div><script id='__NEXT_DATA__' type='application/json'>{data}</script></body></html>"
    )


def html_nested_tables(a: Article) -> str:
    """About 1999: tables in tables, fonts, no paragraph elements, breaks between paragraphs."""
    body = "<br>&nbsp;<br>\n".join(e(p, quote=False) for p in paragraphs(a))
    book = "".join(
        f"<tr><td bgcolor='#eeeecc'><font size='1'><b>{e(c['name'] or '?')}</b> wrote in our guest book:</font></td></tr><tr><td><font size='2'>{e(c['text'])}</font></td></tr>"
        for c in a["comments"]
    )
    return (
        f"<HTML><HEAD><META HTTP-EQUIV='Content-Type' CONTENT='text/html; charset=utf-8'><TITLE>{e(a['outlet'])}: {e(a['headline'])}</TITLE></HEAD><BODY BGCOLOR='#FFFFFF' TEXT='#000000'><TABLE BORDER=0 WIDTH=760 CELLPADDING=0><TR><TD COLSPAN=3><IMG SRC='logo.gif' ALT='{e(a['outlet'])}'></TD></TR>"
        f"<TR><TD COLSPAN=3 BGCOLOR='#003366'><FONT COLOR='#FFFFFF' SIZE=1>{nav('bar')}</FONT></TD></TR><TR VALIGN=TOP><TD WIDTH=140><TABLE><TR><TD><FONT SIZE=1><B>IN BRIEF</B><BR>{TEASERS[0][0]}<BR><BR>{TEASERS[1][0]}</FONT></TD></TR><TR><TD><IMG SRC='spacer.gif' WIDTH=1 HEIGHT=40></TD></TR></TABLE></TD>"
        f"<TD WIDTH=480><TABLE><TR><TD><FONT SIZE=+2><B>{e(a['headline'])}</B></FONT></TD></TR><TR><TD><FONT SIZE=1 COLOR='#666666'>{e(a['byline'])}<BR>{shown(a['published'])}</FONT></TD></TR><TR><TD><FONT FACE='Times' SIZE=3>{body}</FONT></TD></TR></TABLE>"
        + (
            f"<HR><TABLE WIDTH='100%'><TR><TD><FONT SIZE=2><B>Guest book</B></FONT></TD></TR>{book}</TABLE>"
            if book
            else ""
        )
        + "</TD><TD WIDTH=140><FONT SIZE=1><A HREF='/poll'>POLL: should the bridge reopen?</A><BR>72 % yes<BR>27 % no</FONT></TD></TR><TR><TD COLSPAN=3 ALIGN=CENTER><FONT SIZE=1>You are visitor no. 104 233 since 1 May 2031. Webmaster: <A HREF='mailto:web@site.example'>write to us</A></FONT></TD></TR></TABLE></BODY></HTML>"
    )


def html_wp_threaded(a: Article) -> str:
    """WordPress with answers inside answers, pings, sharing and 'related' within the entry."""
    said = (
        "".join(
            f"<li id='comment-{9000 + i}' class='comment {'odd' if i % 2 else 'even'} depth-{1 + min(i, 2)}'><article id='div-comment-{9000 + i}' class='comment-body'><footer class='comment-meta'><div class='comment-author vcard'><b class='fn'>{e(c['name'] or 'Anonymous')}</b><span class='says'>says:</span></div>"
            f"<div class='comment-metadata'><a href='#'><time datetime='{a['published'] + timedelta(days=1)}T0{i}:15:00+00:00'>{us(a['published'] + timedelta(days=1))} at {i + 1}:15 am</time></a></div></footer><div class='comment-content'><p>{e(c['text'])}</p></div><div class='reply'><a href='#'>Reply</a></div></article>"
            + ("<ol class='children'>" if i < len(a["comments"]) - 1 else "")
            for i, c in enumerate(a["comments"])
        )
        + "</li></ol>" * max(0, len(a["comments"]) - 1)
        + ("</li>" if a["comments"] else "")
    )
    return (
        opened(
            a,
            tag("og:title", a["headline"])
            + tag("og:site_name", a["outlet"])
            + tag("article:published_time", moment(a))
            + "<meta name='generator' content='WordPress 6.9'>",
        )
        + f"<body class='post-template-default single single-post postid-4471'><div id='page' class='site'><header id='masthead'><p class='site-title'>{e(a['outlet'])}</p><nav id='site-navigation'>{nav()}</nav></header><main id='primary'><article id='post-4471' class='post-4471 post type-post category-river'><header class='entry-header'><h1 class='entry-title'>{e(a['headline'])}</h1>"
        f"<div class='entry-meta'><span class='posted-on'>Posted on <time class='entry-date published' datetime='{moment(a)}'>{us(a['published'])}</time></span> <span class='byline'>by <span class='author vcard'><a class='url fn n' href='#'>{e(a['byline'])}</a></span></span></div></header><div class='entry-content'>{ps(a)}"
        f"<div id='jp-post-flair' class='sharedaddy'><h3 class='sd-title'>Share this:</h3><ul><li>Facebook</li><li>X</li></ul></div><div class='wp-block-jetpack-like'>Like Loading...</div><div id='jp-relatedposts' class='jp-relatedposts'><h3><em>Related</em></h3>{teasers('jp-relatedposts-post')}</div></div></article>"
        f"<nav class='navigation post-navigation'><a rel='prev' href='#'>Previous: {TEASERS[2][0]}</a></nav><div id='comments' class='comments-area'><h2 class='comments-title'>{len(a['comments'])} thoughts on “{e(a['headline'])}”</h2><ol class='comment-list'>{said}</ol><div id='respond' class='comment-respond'><h3>Leave a Reply</h3><p>Your email address will not be published. Required fields are marked *</p></div></div></main>"
        f"<aside id='secondary' class='widget-area'><section class='widget widget_recent_comments'><h2>Recent Comments</h2><ul><li>Mika on {TEASERS[0][0]}</li></ul></section><section class='widget'><h2>Archives</h2><ul><li>February 2032</li><li>January 2032</li></ul></section></aside><footer class='site-info'>Proudly powered by WordPress</footer></div></body></html>"
    )


def html_blogger(a: Article) -> str:
    body = "<br /><br />".join(e(p, quote=False) for p in paragraphs(a))
    said = "".join(
        f"<li class='comment' id='c{i}'><div class='avatar-image-container'></div><div class='comment-block'><div class='comment-header'><cite class='user'>{e(c['name'] or 'Unknown')}</cite><span class='datetime secondary-text'>{us(a['published'] + timedelta(days=2))} at 4:1{i} PM</span></div><p class='comment-content'>{e(c['text'])}</p><span class='comment-actions'>Reply Delete</span></div></li>"
        for i, c in enumerate(a["comments"])
    )
    return (
        opened(a, "<meta content='blogger' name='generator'/>", f"{a['outlet']}: {a['headline']}")
        + f"<body><div class='content-outer'><div class='header-outer'><h1 class='title'><a href='/'>{e(a['outlet'])}</a></h1><p class='description'><span>Notes from the water’s edge. Founded on 4 May 2019.</span></p></div><div class='main-outer'><div class='date-outer'><h2 class='date-header'><span>{a['published']:%A, %B} {a['published'].day}, {a['published'].year}</span></h2>"
        f"<div class='post hentry uncustomized-post-template'><h3 class='post-title entry-title' itemprop='name'>{e(a['headline'])}</h3><div class='post-body entry-content' id='post-body-77' itemprop='description articleBody'>{body}<div style='clear: both;'></div></div><div class='post-footer'><span class='post-author vcard'>Posted by <span class='fn'>{e(a['byline'])}</span></span> <span class='post-timestamp'>at <abbr class='published' title='{moment(a)}'>9:30 AM</abbr></span><span class='post-labels'>Labels: river</span></div></div></div>"
        f"<div class='comments' id='comments'><h4>{len(a['comments'])} comments:</h4><ol id='top-ra'>{said}</ol><p class='comment-footer'>Post a Comment</p></div></div><div class='sidebar'><div class='widget BlogArchive'><h2>Blog Archive</h2><ul><li>▼ 2032 (27)</li><li>► 2031 (72)</li></ul></div><div class='widget PopularPosts'>{teasers('item-snippet')}</div></div><div class='footer-outer'>Powered by Blogger.</div></div></body></html>"
    )


def html_ministry(a: Article) -> str:
    return (
        opened(
            a,
            f"<meta name='DC.date' content='{a['published']}'><meta name='DC.publisher' content='{e(a['outlet'])}'>",
            "Official site",
        )
        + f"<body><a class='visually-hidden' href='#c'>Skip to main content</a><div class='gov-banner'><p>An official website of the government. Official sites use .example</p></div><div class='accessibility'>A A A | Version for the visually impaired</div><nav class='breadcrumb'><ol><li>Home</li><li>Press centre</li><li>News</li></ol></nav><div class='leftmenu'>{nav()}</div>"
        f"<main id='c'><div class='doc-card'><span class='doc-no'>No. 114/2-27</span> <span class='doc-date'>{a['published']:%d.%m.%Y}</span> <span class='doc-time'>(18:45)</span></div><h1>{e(a['headline'])}</h1><div class='doc-text'>{ps(a)}</div><div class='doc-source'>{e(a['byline'])}</div><div class='attachments'><h2>Attachments</h2><a href='#'>Scheme of the area (JPG, 2.7 MB)</a></div></main>"
        f"<div class='otherdocs'><h2>Other documents</h2><ul><li>05.02.2032 The Minister congratulated the choir</li><li>04.02.2032 The Minister said that 72 vehicles were delivered</li></ul></div><footer><address>Press service, telephone 114, hours 9 to 18. Last changed on 11.01.2030.</address></footer></body></html>"
    )


def html_telegram_web(a: Article) -> str:
    posts = "".join(
        f"<div class='tgme_widget_message_wrap js-widget_message_wrap'><div class='tgme_widget_message text_not_supported_wrap' data-post='channel/{300 + i}'><div class='tgme_widget_message_bubble'><div class='tgme_widget_message_author'><a class='tgme_widget_message_owner_name' href='#'><span dir='auto'>{e(a['outlet'])}</span></a></div>"
        f"<div class='tgme_widget_message_text js-message_text' dir='auto'>{e(p, quote=False)}</div><div class='tgme_widget_message_footer'><span class='tgme_widget_message_views'>1.{i}K</span><a class='tgme_widget_message_date' href='#'><time datetime='{moment(a)}' class='time'>00:{12 + i}</time></a></div></div></div></div>"
        for i, p in enumerate(paragraphs(a))
    )
    said = "".join(
        f"<div class='tgme_post_comment'><div class='tgme_comment_author'>{e(c['name'])}</div><div class='tgme_comment_text'>{e(c['text'])}</div></div>"
        for c in a["comments"]
    )
    return (
        opened(
            a,
            tag("og:title", a["headline"])
            + tag("og:site_name", "Telegram")
            + tag("og:description", "Official channel. We said it first."),
            "Telegram",
        )
        + f"<body class='widget_frame_base tgme_webpreview'><header class='tgme_header'><div class='tgme_header_title'>{e(a['headline'])}</div><div class='tgme_header_counter'>27 172 subscribers</div><a class='tgme_header_link'>Preview channel</a></header><main class='tgme_main'><section class='tgme_channel_history js-message_history'><div class='tgme_widget_message_service_date_wrap'><div class='tgme_widget_message_service_date'>{a['published']:%B} {a['published'].day}</div></div>{posts}</section>"
        + (
            f"<section class='tgme_post_discussion'><h3>{len(a['comments'])} comments</h3>{said}</section>"
            if said
            else ""
        )
        + "<div class='tgme_footer'><a href='#'>Download Telegram</a><p>If you have Telegram, you can view and join right away.</p></div></main></body></html>"
    )


def html_telegram_export(a: Article) -> str:
    """messages.html as the desktop program writes it; comments are messages of others in the linked group."""

    def message(i: int, name: str, text: str, day: date) -> str:
        return (
            f"<div class='message default clearfix' id='message{i}'><div class='pull_left userpic_wrap'><div class='userpic userpic4'><div class='initials'>{e(name[:1])}</div></div></div><div class='body'><div class='pull_right date details' title='{day:%d.%m.%Y} 00:{10 + i}:31 UTC+03:00'>00:{10 + i}</div>"
            f"<div class='from_name'>{e(name)}</div><div class='text'>{e(text, quote=False)}</div></div></div>"
        )

    own = "".join(message(2 + i, a["outlet"], p, a["published"]) for i, p in enumerate(paragraphs(a)))
    said = "".join(message(30 + i, c["name"], c["text"], a["published"]) for i, c in enumerate(a["comments"]))
    return (
        "<!DOCTYPE html><html><head><meta charset='utf-8'/><title>Exported Data</title></head><body onload='CheckLocation();'><div class='page_wrap'><div class='page_header'><div class='content'><div class='text bold'>"
        f"{e(a['headline'])}</div></div></div><div class='page_body chat_page'><div class='history'><div class='message service' id='message-1'><div class='body details'>{shown(a['published'])}</div></div>{own}"
        + (
            f"<div class='message service'><div class='body details'>Discussion started</div></div>{said}"
            if said
            else ""
        )
        + "</div></div></div></body></html>"
    )


def html_print_view(a: Article) -> str:
    return (
        opened(a, "<meta name='robots' content='noindex'>", f"Print: {a['headline']}")
        + f"<body onload='window.print()'><p><small>Printed from {e(a['outlet'])} on {shown(a['published'] + timedelta(days=40))}</small></p><hr><p><b><big>{e(a['headline'])}</big></b></p><p><i>{e(a['byline'])}</i><br>{shown(a['published'])}</p>{ps(a)}"
        + (
            f"<hr><p><b>Comments ({len(a['comments'])})</b></p>"
            + "".join(f"<p><b>{e(c['name'] or 'No name')}:</b> {e(c['text'])}</p>" for c in a["comments"])
            if a["comments"]
            else ""
        )
        + f"<hr><p><small>Find this article at: {a['url']}</small></p><p><small>[Close window] [Print this page]</small></p></body></html>"
    )


def html_live_entries(a: Article) -> str:
    """A live blog: entries under their times, a box of key events, a pinned summary of another day."""
    entries = "".join(
        f"<article class='lb-entry' id='e{i}' itemprop='liveBlogUpdate' itemscope itemtype='https://schema.org/BlogPosting'><header><time itemprop='datePublished' datetime='{a['published']}T{16 - i:02d}:4{i}:00+03:00'>{16 - i:02d}:4{i}</time></header><div itemprop='articleBody'><p>{e(p, quote=False)}</p></div><div class='lb-share'>Share this update</div></article>"
        for i, p in enumerate(paragraphs(a))
    )
    said = "".join(
        f"<div class='coral-comment'><span class='coral-comment-username'>{e(c['name'])}</span><div class='coral-comment-content'>{e(c['text'])}</div></div>"
        for c in a["comments"]
    )
    return (
        opened(a, ld(a, "LiveBlogPosting") + tag("og:title", a["headline"]))
        + f"<body><nav>{nav()}</nav><main><h1>{e(a['headline'])}</h1><p class='lb-by'>{e(a['byline'])}, {shown(a['published'])}</p><div class='lb-status'>This live page is now closed</div><aside class='lb-key'><h2>Key events</h2><ul><li><a href='#e0'>Newest first</a></li><li><a href='#e1'>What we know so far</a></li></ul></aside><section class='lb-feed'>{entries}</section><button>Show more updates</button></main>"
        f"<div id='coral_thread' class='comments'>{said}</div><section class='onward'><h2>Explore more</h2>{teasers('card')}</section>{SCRIPT}<footer>© 2032</footer></body></html>"
    )


def html_transcript(a: Article) -> str:
    def line(text: str) -> str:
        who, mark, rest = text.partition(": ")
        return (
            f"<p><strong>{e(who)}:</strong> {e(rest, quote=False)}</p>"
            if mark and len(who) < 20
            else f"<p>{e(text, quote=False)}</p>"
        )

    return (
        opened(a, f"<meta name='DC.date.issued' content='{a['published']}'>")
        + f"<body><header class='dod-head'><div>{e(a['outlet'])}</div><nav>{nav()}</nav></header><div class='maincontent'><div class='category'>TRANSCRIPT</div><h1 class='maintitle'>{e(a['headline'])}</h1><div class='date'>{a['published']:%B} {a['published'].day}, {a['published'].year}</div><div class='byline'>{e(a['byline'])}</div>"
        f"<div class='body'>{''.join(line(p) for p in paragraphs(a))}</div></div><div class='sidebar'><h3>Press advisories</h3>{teasers('adv')}</div><footer><a href='#'>Accessibility</a> <a href='#'>No FEAR Act</a></footer></body></html>"
    )


def html_newsletter(a: Article) -> str:
    """An e-mail kept as a page: one table, styles in the elements, a preview line that is not shown."""
    body = "".join(
        f"<tr><td style='font:16px Georgia;padding:8px 24px'>{e(p, quote=False)}</td></tr>" for p in paragraphs(a)
    )
    said = "".join(
        f"<tr><td style='font:13px Arial;padding:4px 24px'>{e(c['text'])} – {e(c['name'])}</td></tr>"
        for c in a["comments"]
    )
    return (
        opened(a)
        + f"<body style='margin:0'><div style='display:none;max-height:0'>In this issue: the ministry said yes, the baker said no, and 72 other things.</div><table role='presentation' width='600' align='center'><tr><td style='font:11px Arial'><a href='#'>View this e-mail in your browser</a></td></tr><tr><td style='font:bold 28px Georgia;padding:24px'>{e(a['headline'])}</td></tr><tr><td style='font:12px Arial;padding:0 24px'>{e(a['byline'])} · {shown(a['published'])}</td></tr>{body}"
        + (f"<tr><td style='font:bold 14px Arial'>From our inbox</td></tr>{said}" if said else "")
        + f"<tr><td style='font:11px Arial;color:#888'>You receive this because you subscribed on 3 August 2030. <a href='#'>Unsubscribe</a> | <a href='#'>Forward to a friend</a><br>{e(a['outlet'])}, PO Box 27</td></tr></table></body></html>"
    )


def html_board(a: Article) -> str:
    """A forum: the first post is the article, the answers are comments, each with a signature and a quotation."""
    first = paragraphs(a)[-1]

    def post(i: int, name: str, inner: str) -> str:
        return (
            f"<div id='p{i}' class='post bg{1 + i % 2}'><dl class='postprofile'><dt><a class='username'>{e(name)}</a></dt><dd>Posts: {27 + i * 45}</dd><dd>Joined: 12 Jun 2029</dd></dl><div class='postbody'><p class='author'>by <strong>{e(name)}</strong> » {a['published']:%a %b} {a['published'].day}, {a['published'].year} {8 + i}:27 am</p>"
            f"<div class='content'>{inner}</div><div class='signature'>“The mission said nothing, and said it well.” – my grandfather</div></div></div>"
        )

    said = "".join(
        post(
            i + 1,
            c["name"],
            f"<blockquote><cite>{e(a['byline'])} wrote:</cite>{e(first[:60])}…</blockquote>{e(c['text'])}",
        )
        for i, c in enumerate(a["comments"])
    )
    return (
        opened(a, title=f"{a['headline']} - {a['outlet']}")
        + f"<body id='phpbb' class='section-viewtopic'><div id='wrap'><div class='navbar'>{nav('bar')}</div><h2 class='topic-title'><a href='#'>{e(a['headline'])}</a></h2><div class='action-bar'>{len(a['comments']) + 1} posts • Page 1 of 1</div>{post(0, a['byline'], ps(a))}{said}<div class='stat-block'><h3>Who is online</h3><p>Users browsing this forum: No registered users and 72 guests</p></div><div class='copyright'>Powered by phpBB</div></div></body></html>"
    )


def html_rtl_site(a: Article) -> str:
    said = "".join(f"<li class='تعليق'><b>{e(c['name'])}</b><p>{e(c['text'])}</p></li>" for c in a["comments"])
    return (
        opened(a, tag("og:title", a["headline"]) + tag("article:published_time", moment(a)))
        + f"<body dir='rtl'><div class='cookie'>يستخدم هذا الموقع ملفات تعريف الارتباط. <button>موافق</button></div><header><nav><ul><li><a href='/'>الرئيسية</a></li><li><a href='/n'>أخبار</a></li><li><a href='/r'>رأي</a></li></ul></nav></header><main><h1>{e(a['headline'])}</h1><div class='كاتب'>{e(a['byline'])}</div><time datetime='{a['published']}'>{a['published'].day}/{a['published'].month}/{a['published'].year}</time><div class='نص'>{ps(a)}</div>"
        f"<div class='ذات-صلة'><h2>اقرأ أيضا</h2><a href='/1'>قال الوزير إن الشتاء كان دافئا</a><a href='/2'>الخبازون ينفون رفع الأسعار</a></div><section id='comments' class='comments'><h2>التعليقات</h2><ul>{said}</ul></section></main><footer><p>جميع الحقوق محفوظة © 2032</p></footer></body></html>"
    )


def html_thread_reader(a: Article) -> str:
    posts = "".join(
        f"<div id='tweet_{i}' class='content-tweet allow-preview' data-screenname='thread'>{e(p, quote=False)}<sup class='tw-permalink'><a href='#'>link</a></sup></div>"
        for i, p in enumerate(paragraphs(a), 1)
    )
    said = "".join(
        f"<div class='reply-tweet'><span class='handle'>{e(c['name'])}</span><div>{e(c['text'])}</div></div>"
        for c in a["comments"]
    )
    return (
        opened(a)
        + f"<body><div class='navbar'>{nav('bar')}</div><div class='thread-header'><h1>{e(a['headline'])}</h1><span class='name'>{e(a['byline'])}</span> <span class='time' data-time='{moment(a)}'>{us(a['published'])}, 5 tweets, 2 min read</span><a>Bookmark</a><a>Save as PDF</a></div><div class='t-main'>{posts}</div><p>• • •</p><p class='small'>Missing some tweet in this thread? You can try to force a refresh</p>"
        f"<div class='replies'><h3>Replies</h3>{said}</div><div class='more'><h3>More from this author</h3>{teasers('thread-card')}</div><footer>Did the thread reader help you today? Support us. We are indie developers.</footer></body></html>"
    )


def html_saved_complete(a: Article) -> str:
    """'Save page, complete': the browser's mark, resources beside it, what scripts had put in, and a wall."""
    said = "".join(
        f"<div class='dsq-comment'><header>{e(c['name'])} • <a>{us(a['published'] + timedelta(days=1))}</a></header><div class='post-message'><p>{e(c['text'])}</p></div></div>"
        for c in a["comments"]
    )
    return (
        f"<!DOCTYPE html>\n<!-- saved from url=(0042){a['url']} -->\n"
        + opened(
            a,
            "<link rel='stylesheet' href='./page_files/main.css'><script src='./page_files/gtm.js.download'></script>"
            + ld(a),
        ).split("\n", 1)[1]
        + f"<body><iframe src='./page_files/saved_resource.html' title='ad'></iframe>{CONSENT}{SCRIPT}<div class='grecaptcha-badge'></div><div id='root'><header>{nav()}</header><div class='paywall' style='display:none'><p>You have read 3 of 3 free articles this month, says our counter.</p></div><div class='story'><h1>{e(a['headline'])}</h1><div class='info'>By {e(a['byline'])}<br>Published {shown(a['published'])}</div>"
        f"<div class='story__body'>{ps(a)}</div><figure><img src='./page_files/map.png'><figcaption>Map: where the council says the shots were heard. Graphic: desk</figcaption></figure></div>{NEWSLETTER}<div id='disqus_thread'><h3>{len(a['comments'])} Comments</h3>{said}</div><div class='outbrain'>{teasers('ob-unit')}</div></div></body></html>"
    )


# --- PDF ---


def t(text: str) -> str:
    return f"#{json.dumps(text, ensure_ascii=False)}"


def body(a: Article) -> str:
    return "\n\n".join(t(each) for each in paragraphs(a))


def said(a: Article) -> str:
    return "\n\n".join(f"{t(c['text'])} #h(1fr) — {t(c['name'] or 'name withheld')}" for c in a["comments"])


def pdf_columns(a: Article) -> str:
    """A newspaper page: two columns, hyphenated, a running head with page number; letters to the editor at the end."""
    letters = f"\n\n#line(length: 100%)\n*Letters to the editor*\n\n{said(a)}" if a["comments"] else ""
    return f"""#set page(width: 160mm, height: 130mm, columns: 2, margin: 14mm, header: [#text(size: 7pt)[{t(a["outlet"])} #h(1fr) {t(shown(a["published"]))} #h(1fr) page #context counter(page).display()]])
#set par(justify: true)
#set text(size: 9pt, hyphenate: true, lang: "{language(a)}")
#place(top, scope: "parent", float: true)[#text(size: 18pt, weight: "bold")[{t(a["headline"])}]

#text(size: 8pt, style: "italic")[{t(a["byline"])}]]
{body(a)}{letters}"""


def pdf_two_narrow(a: Article) -> str:
    """A weekly: two narrow columns beside a column of advertisements and a box of other news."""
    return f"""#set page(width: 200mm, height: 96mm, margin: 12mm, footer: [#text(size: 7pt)[Subscribe: 27 a year, 72 for three #h(1fr) #context counter(page).display()]])
#set par(justify: true, first-line-indent: 4mm, spacing: 0.65em)
#set text(size: 8.5pt, hyphenate: true, lang: "{language(a)}")
#text(size: 22pt)[{t(a["headline"])}]

#text(size: 8pt)[{t(a["byline"].upper())} · {t(a["outlet"])} · {t(shown(a["published"]))}]

#grid(columns: (1fr, 42mm), gutter: 6mm, columns(2)[
{body(a)}
], rect(inset: 6pt)[#set par(justify: false)
#set text(size: 7pt)
*In other news*

{t(TEASERS[0][0])}. {t(TEASERS[0][1])}

*For sale*

Boat, 4 m, said to float.])"""


def pdf_circular(a: Article) -> str:
    """A letter of an office: head, number, signature, list of recipients."""
    return f"""#set page(width: 148mm, height: 190mm, margin: 18mm, footer: align(center)[#text(size: 7pt)[Registered no. 114/2-27, copy 3 of 12]])
#set text(size: 10.5pt, lang: "{language(a)}")
#align(center)[#smallcaps[{t(a["outlet"])}]

#text(size: 8pt)[14 River Street, telephone 114]]
#grid(columns: (1fr, 1fr), [No. 114/2-27], align(right)[{t(shown(a["published"]))}])

#v(4mm)
*{t(a["headline"])}*

{body(a)}

#v(6mm)
#align(right)[{t(a["byline"])} \\ (signed and sealed)]

#text(size: 8pt)[Copies to: the archive; the duty officer; the printer, who is asked for 72 more.]"""


def pdf_running(a: Article) -> str:
    """Small pages: the headline runs over each page, and paragraphs break from page to page."""
    return f"""#set page(width: 120mm, height: 90mm, margin: (x: 14mm, y: 16mm), header: [#text(size: 7pt)[{t(a["headline"])} #h(1fr) UNCLASSIFIED]], footer: [#text(size: 7pt)[{t(a["outlet"])} #h(1fr) Page #context counter(page).display("1 of 1", both: true)]])
#set text(size: 10pt, hyphenate: true, lang: "{language(a)}")
#text(size: 15pt, weight: "bold")[{t(a["headline"])}]

{t(shown(a["published"]))}, {t(a["byline"])}

{body(a)}"""


def pdf_report(a: Article) -> str:
    """A report: cover, numbered pages, a footnote on each of the first two paragraphs, a box of key figures."""
    told = paragraphs(a)
    notes = ("Figures were rounded by hand.", "See our report of December 2029, p. 72.")
    parts = [t(p) + (f"#footnote[{t(notes[i])}]" if i < len(notes) else "") for i, p in enumerate(told)]
    return f"""#set page(width: 150mm, height: 180mm, footer: context if counter(page).get().first() > 1 [#text(size: 7pt)[{t(a["outlet"])} · {t(shown(a["published"]))} #h(1fr) #counter(page).display()]])
#set par(justify: true)
#set text(size: 10pt, hyphenate: true, lang: "en")
#v(40mm)
#text(size: 24pt, weight: "bold")[{t(a["headline"])}]

{t(a["byline"])}

{t(shown(a["published"]))}
#pagebreak()
{chr(10).join(part + chr(10) for part in parts)}

#rect(width: 100%, inset: 8pt)[#text(size: 8pt)[KEY FIGURES (annual): 27 staff, 72 volunteers, 1 boat]]"""


LAYOUTS: Final[dict[str, Callable[[Article], str]]] = {
    name.replace("_", "-"): made for name, made in globals().items() if name.startswith("html_") and callable(made)
}
PRINTED: Final[dict[str, Callable[[Article], str]]] = {
    "pdf-columns": pdf_columns,
    "pdf-two-narrow": pdf_two_narrow,
    "pdf-circular": pdf_circular,
    "pdf-running": pdf_running,
    "pdf-report": pdf_report,
}
BROWSER: Final = ("b01", "b08", "b19", "b30")  # printed by a browser from the print view

# Where a page tells the article's own day: in data of the page, in words, or both; "short": without the year.
DAY: Final = {
    "html-hashed": ["meta", "text"], "html-amp-full": ["json-ld", "time", "text"], "html-next-app": ["meta", "time", "text"],
    "html-nested-tables": ["text"], "html-wp-threaded": ["meta", "time", "text"], "html-blogger": ["text", "abbr"],
    "html-ministry": ["meta", "text"], "html-telegram-web": ["time", "short"], "html-telegram-export": ["title", "text"],
    "html-print-view": ["text"], "html-live-entries": ["json-ld", "time", "text"], "html-transcript": ["meta", "text"],
    "html-newsletter": ["text"], "html-board": ["text"], "html-rtl-site": ["meta", "time", "text"],
    "html-thread-reader": ["attribute", "text"], "html-saved-complete": ["json-ld", "text"], "pdf-columns": ["text"],
    "pdf-two-narrow": ["text"], "pdf-circular": ["text"], "pdf-running": ["text"], "pdf-report": ["text"],
    "pdf-browser": ["text"],
}  # fmt: skip
NO_HEADLINE: Final = {"html-telegram-export", "html-telegram-web"}  # a channel's name stands in its place
NO_BYLINE: Final = {"html-telegram-export", "html-telegram-web"}
NO_COMMENTS: Final = {"html-ministry", "html-transcript", "pdf-two-narrow", "pdf-circular", "pdf-running", "pdf-report"}


def told_of(a: Article, layout: str) -> dict[str, Any]:
    return {
        "article": a["id"],
        "half": a["half"],
        "layout": layout,
        "headline": layout not in NO_HEADLINE,
        "byline": layout not in NO_BYLINE,
        "day": DAY[layout],
        "comments": 0 if layout in NO_COMMENTS else len(a["comments"]),
    }


def printed_by_browser(page: str, path: Path) -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("chromium is needed to print pages")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "page.html")
        style = "<style>@page{size:A5;margin:22mm 14mm;@top-left{content:'5/16/32, 9:02 AM';font:8pt sans-serif}@bottom-right{content:counter(page) '/' counter(pages);font:8pt sans-serif}}body{font:14pt serif}</style>"
        source.write_text(page.replace("<body onload='window.print()'>", "<body>" + style), "utf-8")
        subprocess.run(
            [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--print-to-pdf={path}", str(source)],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip


def main() -> None:
    PAGES.mkdir(exist_ok=True)
    pages: dict[str, dict[str, Any]] = {}
    for a in articles().values():
        for layout in a["pages"]:
            path = PAGES / f"{a['id']}.{layout}.{layout[: 4 if layout.startswith('html') else 3]}"
            if layout in LAYOUTS:
                path.write_text(LAYOUTS[layout](a), "utf-8")
            else:
                source = f"#set document(date: none)\n{PRINTED[layout](a)}"  # else each run would differ
                path.write_bytes(typst.compile(source.encode(), ignore_system_fonts=True))
            pages[path.name] = told_of(a, layout)
        if a["id"] in BROWSER:
            path = PAGES / f"{a['id']}.pdf-browser.pdf"
            printed_by_browser(html_print_view(a), path)
            pages[path.name] = told_of(a, "pdf-browser")
    rows = [f"  {json.dumps(name)}: {json.dumps(of)}" for name, of in sorted(pages.items())]
    (HERE / "pages.json").write_text("{\n" + ",\n".join(rows) + "\n}\n", "utf-8")


if __name__ == "__main__":
    main()
