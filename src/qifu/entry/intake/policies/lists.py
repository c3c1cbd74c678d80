"""Where the pages of a source stand: the entries of a feed, the links of a list, the addresses of a site map. All untrusted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from lxml import etree

from qifu.entry.intake.policies import pages
from qifu.entry.intake.policies.pages import Unreadable

MOST = 500  # of one list


@dataclass(frozen=True, slots=True)
class Place:
    """A page to be read: its address, and its title where the list says it."""

    url: str
    title: str = ""


def places(kind: str, body: bytes, content: str, url: str, selector: str = "") -> list[Place]:
    """The pages of a source, in the order of its list, each once; addresses that are none of the web are passed over.

    :raises Unreadable: it is not what the source is said to be, or holds nothing.
    """
    reader = {"feed": _feed, "sitemap": _sitemap}.get(kind)
    found = reader(body, content, url) if reader else _links(body, content, url, selector)
    held: dict[str, Place] = {}
    for place in found:
        address = pages.settled(url, place.url)
        if address:
            held.setdefault(address, Place(address, " ".join(place.title.split())[:300]))
    if not held:
        raise Unreadable(
            {"feed": "订阅源里没有条目。", "sitemap": "站点地图里没有网址。"}.get(
                kind, "列表里没有找到链接，请核对选择器。"
            )
        )
    return list(held.values())[:MOST]


def wanted(found: list[Place], within: str, words: str) -> list[Place]:
    """Those whose address and title are asked for; a place without a title is judged when it has been read."""
    asked = [word for word in re.split(r"[\s,，、;；]+", words) if word]
    return [
        place
        for place in found
        if (not within or within in place.url)
        and (not asked or not place.title or any(w in place.title for w in asked))
    ]


def _xml(body: bytes, content: str) -> Any:
    """A tree that opens nothing outside and expands nothing; what is broken is mended as far as it goes."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", pages.decode(body, content).lstrip("\ufeff"))
    if re.search(r"<!ENTITY", text[:20_000], re.I):
        raise Unreadable("文件里带有实体定义，没有读取。")
    try:
        root = etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        raise Unreadable("不是可以读取的 XML。")
    return root


def _feed(body: bytes, content: str, url: str) -> list[Place]:
    root = _xml(body, content)
    found = []
    for one in root.iter("{*}item", "{*}entry"):
        links = [
            (link.get("rel") or "alternate", link.get("href") or link.text or "") for link in one.iterfind("{*}link")
        ]
        address = next((href for rel, href in links if rel == "alternate" and href.strip()), "")
        guid = one.find("{*}guid")
        if not address and guid is not None and (guid.get("isPermaLink") or "true") == "true":
            address = guid.text or ""
        title = one.find("{*}title")
        found.append(Place(address, "".join(title.itertext()) if title is not None else ""))
    if not found and etree.QName(root).localname not in ("rss", "feed", "RDF"):
        raise Unreadable("不是订阅源（RSS 或 Atom）。")
    return [place for place in found if place.url.strip()]


def _sitemap(body: bytes, content: str, url: str) -> list[Place]:
    root = _xml(body, content)
    if etree.QName(root).localname != "urlset":
        raise Unreadable("不是站点地图。")
    found = [(one.findtext("{*}lastmod") or "", one.findtext("{*}loc") or "") for one in root.iter("{*}url")]
    found.sort(key=lambda pair: pair[0], reverse=True)
    return [Place(address) for _, address in found if address.strip()]


def nested(body: bytes, content: str, url: str) -> list[str]:
    """The site maps that a map of maps names, the newest first; none for a plain one."""
    root = _xml(body, content)
    if etree.QName(root).localname != "sitemapindex":
        return []
    found = [(one.findtext("{*}lastmod") or "", one.findtext("{*}loc") or "") for one in root.iter("{*}sitemap")]
    found.sort(key=lambda pair: pair[0], reverse=True)
    return [address for _, loc in found if (address := pages.settled(url, loc))]


def _links(body: bytes, content: str, url: str, selector: str) -> list[Place]:
    found = []
    for node in pages.select(pages.tree(body, content), selector or "a"):
        for link in [node] if node.tag == "a" else node.iter("a"):
            if link.get("href"):
                found.append(Place(link.get("href"), link.get("title") or link.text_content()))
    return found
