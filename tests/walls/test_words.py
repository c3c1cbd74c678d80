"""English is the second language of the enterprises' and public pages: every word of theirs has it, and nothing else needs it."""

from __future__ import annotations

import ast
import gettext
import io
import re

from qifu.entry.theme import phrases
from tests.walls import catalogue

HELD = catalogue.read(catalogue.PO.read_text(encoding="utf-8"))
PLACES = re.compile(r"%\((\w+)\)s|\{(\w+)\}")


def test_templates_say_nothing_past_the_catalogue() -> None:
    found = catalogue.templates()
    assert len(found) > 60
    texts = {path.name: catalogue.bare(path.read_text(encoding="utf-8")) for path in found}
    assert {name: bare for name, bare in texts.items() if bare} == {}


def test_a_bare_word_is_found() -> None:
    text = '{# 注 #}<p title="题">{% translate "说" %}{% empty _("无") %}{% empty "空" %}{{ x|default:"缺" }}</p>'
    assert catalogue.bare(text) == ['<p title="题">', 'empty "空"', 'x|default:"缺"']
    assert catalogue.bare("{% blocktranslate %}第 {{ n }} 轮{% endblocktranslate %}轮") == ["轮"]


def test_scripts_say_nothing_past_the_catalogue() -> None:
    for path in catalogue.SCRIPTS:
        code = re.sub(r"(^|\s)//.*", "", (catalogue.SOURCE / path).read_text(encoding="utf-8"), flags=re.MULTILINE)
        rest = re.sub(rf"\b_\({catalogue.STRING}", "", code)
        assert [line for line in rest.splitlines() if catalogue.HAN.search(line)] == []


def test_the_catalogue_holds_the_words_of_the_pages_and_no_others() -> None:
    wanted = {text: entry.is_plural for text, entry in catalogue.words().items()}
    held = {text: entry.is_plural for text, entry in HELD.items()}
    assert {text: n for text, n in wanted.items() if held.get(text) != n} == {}, "run `make messages`"
    assert set(held) - set(wanted) == set(), "run `make messages`"
    assert len(wanted) > 800


def test_every_word_has_its_english() -> None:
    assert [text for text, entry in HELD.items() if not all(entry.english)] == []
    english = [one for entry in HELD.values() for one in entry.english]
    assert [one for one in english if catalogue.HAN.search(one)] == []
    # Straight single quotes: the curly ones are as wide as a character in Chinese fonts, double ones would end an attribute.
    assert [one for one in english if re.search("[“”‘’]", one) or ('"' in one and "<a href=" not in one)] == []


def test_what_is_put_into_a_sentence_is_put_into_its_english() -> None:
    differs = []
    for text, entry in HELD.items():
        for one in entry.english:
            if sorted(PLACES.findall(text)) != sorted(PLACES.findall(one)) or text.count("<") != one.count("<"):
                differs.append((text, one))
    assert differs == []


def test_every_sentence_built_of_values_has_its_pattern() -> None:
    known = {_shape(pattern) for pattern in (*phrases.PATTERNS, *HELD)}
    unknown = []
    for path in catalogue.paths((*catalogue.PAGES, *catalogue.ROOMS)):
        for text in catalogue.filled(ast.parse(path.read_text(encoding="utf-8"))):
            if text not in catalogue.NOT_SHOWN and _shape(text) not in known:
                unknown.append((path.name, text))
    assert unknown == []


def test_every_pattern_is_the_pattern_of_something() -> None:
    every = [path.read_text(encoding="utf-8") for path in catalogue.SOURCE.rglob("*.py") if path.name != "phrases.py"]
    built = {_shape(text) for source in every for text in catalogue.filled(ast.parse(source))}
    built |= {
        _shape(text) for source in every for text in re.findall(catalogue.STRING, source) if catalogue.HAN.search(text)
    }
    glue = {
        _shape(p) for p in ("{label} / {other}", "{label} · {other}", "{one} 或 {other}", "提交的内容需要修改：{what}")
    }
    glue |= {_shape("第 {place} 位是 {character}等"), _shape("可能应为 {choices}。")}
    assert {_shape(pattern) for pattern in phrases.PATTERNS} - built - glue == set()


def _shape(text: str) -> str:
    return re.sub(r"\{[^{}]*\}", "{}", text)


def test_what_is_compiled_is_what_is_written() -> None:
    assert catalogue.MO.read_bytes() == catalogue.compiled(HELD), "run `make messages`"
    assert catalogue.SCRIPT.read_text(encoding="utf-8") == catalogue.script(HELD), "run `make messages`"
    assert catalogue.PO.read_text(encoding="utf-8") == catalogue.written(HELD), "run `make messages`"
    made = gettext.GNUTranslations(io.BytesIO(catalogue.MO.read_bytes()))
    for text, entry in HELD.items():
        if entry.is_plural:
            assert [made.ngettext(text, text, n) for n in (1, 2, 0)] == [*entry.english, entry.english[1]]
        else:
            assert made.gettext(text) == entry.english[0]
    assert len(made._catalog) > len(HELD)  # type: ignore[attr-defined]
