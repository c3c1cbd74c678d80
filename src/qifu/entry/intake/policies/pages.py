"""The text of a page: title, body and date, freed of menus and scripts; whatever encoding it came in.

Government sites state the title and the day in `meta` tags (ArticleTitle, PubDate); where they do not, headings and the
densest part of the page are taken. A selector of the source's overrides the guess.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

import lxml.html
from lxml import etree

CHARSET = re.compile(rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_-]{3,20})""", re.I)
LONGEST = 200_000  # characters of a text
DROPPED = (
    "script",
    "style",
    "noscript",
    "iframe",
    "nav",
    "header",
    "footer",
    "form",
    "button",
    "select",
    "svg",
    "template",
)
BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "p div br tr li h1 h2 h3 h4 h5 h6 table section article ul ol dl dt dd blockquote center hr pre caption",
    )
)
TELLING = re.compile(r"(?:文号|发文字号|发文机关|发布机构|制定机关|(?:成文|发文|印发|发布)(?:日期|时间)|来源)\s*[:：]")
ATTACHED = re.compile(r"\.(?:pdf|docx?|xlsx?|wps|et|ofd|zip|rar)(?:$|[?#])", re.I)


class Unreadable(Exception):
    """What came is not what was expected; the sentence says what it is."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Read:
    """A page as read."""

    title: str
    text: str
    beside: str = ""  # what stands beside the text and says something of it: number, issuer, days
    attachments: tuple[tuple[str, str], ...] = ()  # (name, address)


def decode(body: bytes, kind: str = "") -> str:
    """Text of whatever encoding: its mark, what it says of itself, UTF-8, GB18030."""
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return body.decode("utf-16", "replace")
    said = re.search(r"charset\s*=\s*[\"']?([\w-]+)", kind, re.I)
    named = CHARSET.search(body[:4096])
    for name in (said[1] if said else "", named[1].decode() if named else "", "utf-8-sig", "gb18030"):
        try:
            return body.decode(_codec(name))
        except (LookupError, UnicodeDecodeError):
            continue
    return body.decode(_codec(said[1]) if said and _codec(said[1]) == "gb18030" else "utf-8", "replace")


def _codec(name: str) -> str:
    plain = name.lower().replace("_", "-")
    if plain in ("gb2312", "gbk", "gb18030", "gb-2312", "cp936"):
        return "gb18030"
    return "utf-8-sig" if plain in ("utf-8", "utf8") else plain


def tree(body: bytes, kind: str = "") -> Any:
    """The page as a tree.

    :raises Unreadable: it is no page.
    """
    if is_file(body):
        raise Unreadable("这个网址是一个文件，不是网页；请人工打开查看。")
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", decode(body, kind)).replace("\x00", "")
    try:
        found = lxml.html.document_fromstring(text) if text.strip() else None
    except (etree.ParserError, ValueError):
        found = None
    if found is None:
        raise Unreadable("页面是空的，或不是网页。")
    return found


def is_file(body: bytes) -> bool:
    """Whether it is a document of an office program and no page."""
    return body[:5] == b"%PDF-" or body[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"Rar!")


def read(body: bytes, kind: str = "", url: str = "", selector: str = "") -> Read:
    """Read a page.

    :raises Unreadable: it is no page, or the selector finds nothing in it.
    """
    page = tree(body, kind)
    title = _title(page)
    attached = _attachments(page, url)
    etree.strip_elements(page, *DROPPED, etree.Comment, with_tail=False)
    found = select(page, selector) if selector else [_body(page)]
    if not found:
        raise Unreadable("正文选择器在页面里没有找到内容，请核对。")
    parts = [plain(one) for one in found]
    text = "\n".join(part for part in parts if part)[:LONGEST]
    if not text.strip():
        raise Unreadable("页面里没有读到正文。")
    return Read(title or text.split("\n", 1)[0][:100], text, _beside(page, text), attached)


def select(node: Any, selector: str) -> list[Any]:
    """The elements that a selector finds.

    :raises Unreadable: it is no selector.
    """
    from cssselect import SelectorError

    try:
        return list(node.cssselect(selector))
    except (SelectorError, etree.XPathError, ValueError, NotImplementedError):
        raise Unreadable("选择器写得不对，例如应写成 .list a。") from None


def plain(node: Any) -> str:
    """The text of an element, a line for each block."""
    parts: list[str] = []
    _gather(node, parts)
    lines = (re.sub(r"[ \t\u3000\xa0\r\f]+", " ", line).strip() for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)


def _gather(node: Any, parts: list[str]) -> None:
    """Walk without recursion: pages nest as deep as they like."""
    for event, one in etree.iterwalk(node, events=("start", "end")):
        if not isinstance(one.tag, str):
            if event == "end" and one.tail and one is not node:
                parts.append(one.tail)
            continue
        is_block = one.tag in BLOCKS
        if event == "start":
            parts.append("\n" if is_block else "")
            parts.append(re.sub(r"\s*\n\s*", " ", one.text or ""))
        else:
            parts.append("\n" if is_block else " " if one.tag in ("td", "th") else "")
            if one is not node:
                parts.append(re.sub(r"\s*\n\s*", " ", one.tail or ""))


def settled(base: str, address: str) -> str:
    """An address in full without what only the browser reads; empty for one that is not of the web."""
    try:
        parts = urlsplit(urljoin(base, address.strip()))
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        return ""
    host = parts.hostname.lower() + (f":{port}" if port and port != {"http": 80, "https": 443}[parts.scheme] else "")
    found = urlunsplit((parts.scheme, host, parts.path or "/", parts.query, ""))
    return found if len(found) <= 500 else ""


def _title(page: Any) -> str:
    for name in ("ArticleTitle", "og:title"):
        for tag in page.xpath("//meta[@name=$n or @property=$n]", n=name):
            if (tag.get("content") or "").strip():
                return str(tag.get("content")).strip()[:300]
    for path in ("//h1", "//title"):
        for tag in page.xpath(path):
            text = " ".join(tag.text_content().split())
            if text:
                return re.split(r"[_|]|\s[-–—]\s", text)[0].strip()[:300]
    return ""


def _body(page: Any) -> Any:
    """The element whose own paragraphs hold most text; else all of the page."""
    counted: dict[Any, int] = {}
    for node in page.xpath("//p | //td | //div[not(.//div) and not(.//p)]"):
        size = len(re.sub(r"\s", "", node.text_content())) - 2 * sum(len(a.text_content()) for a in node.iter("a"))
        above = node.getparent()
        for distance in (1, 2):
            if above is None or above.tag == "html":
                break
            counted[above] = counted.get(above, 0) + size // distance
            above = above.getparent()
    best = max(counted, key=lambda node: counted[node], default=None)
    if best is not None and counted[best] > 40:
        return best
    bodies = page.xpath("//body")
    return bodies[0] if bodies else page


def _beside(page: Any, text: str) -> str:
    """The short lines outside the text that say its number, its issuer or its days."""
    known = set(text.split("\n"))
    lines = (line for line in plain(page).split("\n") if len(line) <= 200 and TELLING.search(line))
    return "\n".join(dict.fromkeys(line for line in lines if line not in known))[:2000]


def _attachments(page: Any, url: str) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    for link in page.xpath("//a[@href]"):
        address = link.get("href").strip()
        if ATTACHED.search(address) and (place := settled(url, address)):
            found.setdefault(place, " ".join(link.text_content().split())[:120] or "附件")
    return tuple((name, address) for address, name in found.items())[:20]
