"""Screens of knowledge: the list with its figures, one article with its versions, writing, reading and publishing, retiring."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qifu.domain.appeals.actions.knowledge import make_article
from qifu.domain.appeals.queries.catalogue import categories
from qifu.domain.publishing import access, actions, queries
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import Choice, Filter, FilterBar
from qifu.kernel.errors import Invalid

STATES = (
    Choice("waiting", "待审读"),
    Choice("published", "已发布"),
    Choice("draft", "未发布过"),
    Choice("retired", "已停用"),
)
TONES = {"published": "green", "draft": "amber", "retired": ""}


class ArticleForm(forms.Form):
    """What an article says."""

    question = forms.CharField(
        label="问题",
        max_length=actions.LONGEST_QUESTION,
        help_text="用企业的话问，一句话。",
        error_messages={
            "required": "请填写问题。",
            "max_length": f"问题超过 {actions.LONGEST_QUESTION} 字，请精简。",
        },
        widget=forms.TextInput({"maxlength": actions.LONGEST_QUESTION}),
    )
    category = forms.ChoiceField(
        label="分类", required=False, error_messages={"invalid_choice": "没有这个分类，或已停用，请重新选择。"}
    )
    answer = forms.CharField(
        label="解答",
        max_length=actions.LONGEST_ANSWER,
        help_text="写清办什么、找谁、带什么、多久。不要出现企业名称、姓名和电话。",
        error_messages={"required": "请填写解答。", "max_length": f"解答超过 {actions.LONGEST_ANSWER} 字，请精简。"},
        widget=forms.Textarea({"rows": 12, "maxlength": actions.LONGEST_ANSWER}),
    )
    seen = forms.IntegerField(
        widget=forms.HiddenInput,
        required=False,
        error_messages={"invalid": "看不出您改的是哪一版，请重新打开这条知识再改。"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["category"]).choices = [("", "不分类"), *category_choices()]

    @property
    def draft(self) -> actions.Draft:
        found = self.cleaned_data
        return actions.Draft(found["question"], found["answer"], found["category"])


@require_GET
def listed(incoming: HttpRequest) -> HttpResponse:
    """All articles, searched and filtered."""
    request = cast(PersonRequest, incoming)
    given = {name: request.GET.get(name, "").strip()[:100] for name in ("q", "state", "category")}
    page = queries.articles(actor=request.actor, cursor=request.GET.get("cursor", ""), **given)
    names = dict(category_names())
    bar = FilterBar(
        [
            Filter("q", "搜索", "search", placeholder="问题或解答中的字词"),
            Filter("state", "状态", choices=STATES),
            Filter("category", "分类", choices=[Choice(code, name) for code, name in category_names()]),
        ],
        given,
        keep=(),
    )
    context = {
        "bar": bar,
        "page": page,
        "rows": [(line, names.get(line.category, ""), TONES[line.state]) for line in page.lines],
        "may_write": access.may_write(request.actor),
        "result": f"{page.count}{'+' if page.is_capped else ''} 条",
    }
    return render(request, "knowledge/list.html", context)


@require_http_methods(["GET", "POST"])
def write(incoming: HttpRequest) -> HttpResponse:
    """Write an article of one's own."""
    request = cast(PersonRequest, incoming)
    access.require_writer(request.actor)
    form = ArticleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.draft(actor=request.actor, now=request.now, draft=form.draft)
        except Invalid as refusal:
            _say(form, refusal)
        else:
            messages.success(request, "已保存，请另一位同事审读后发布。")
            return redirect("desk_article", number=made.pk)
    return render(request, "knowledge/form.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
def show(incoming: HttpRequest, number: int) -> HttpResponse:
    """One article: what is out, what waits, who wrote and read each version, whom it helped."""
    request = cast(PersonRequest, incoming)
    sheet = queries.article(actor=request.actor, number=number)
    context = {
        "sheet": sheet,
        "line": sheet.line,
        "tone": TONES[sheet.line.state],
        "category": dict(category_names()).get(sheet.line.category, "不分类"),
        "latest_category": dict(category_names()).get(sheet.latest.category, "不分类"),
        "voted": sheet.line.helped + sheet.line.not_helped,
    }
    return render(request, "knowledge/article.html", context)


@require_http_methods(["GET", "POST"])
def change(incoming: HttpRequest, number: int) -> HttpResponse:
    """Write the next version."""
    request = cast(PersonRequest, incoming)
    access.require_writer(request.actor)
    sheet = queries.article(actor=request.actor, number=number)
    latest = sheet.latest
    initial = {
        "question": latest.question,
        "answer": latest.answer,
        "category": latest.category,
        "seen": sheet.line.version,
    }
    form = ArticleForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["seen"] or 0
        try:
            actions.edit(actor=request.actor, now=request.now, article=number, draft=form.draft, seen=seen)
        except Invalid as refusal:
            _say(form, refusal)
        else:
            messages.success(request, "新的一版已保存，请另一位同事审读后发布。")
            return redirect("desk_article", number=number)
    return render(request, "knowledge/form.html", {"form": form, "sheet": sheet}, status=422 if form.errors else 200)


@require_POST
def publish(incoming: HttpRequest, number: int) -> HttpResponse:
    """Put out the version one has read."""
    request = cast(PersonRequest, incoming)
    seen = request.POST.get("seen", "")
    whole = int(seen) if seen.isdecimal() and len(seen) < 9 else 0
    actions.publish(actor=request.actor, now=request.now, article=number, seen=whole)
    messages.success(request, "已发布，企业提交前会看到。")
    return redirect("desk_article", number=number)


@require_POST
def retire(incoming: HttpRequest, number: int) -> HttpResponse:
    """Take an article out of use."""
    request = cast(PersonRequest, incoming)
    reason = request.POST.get("reason", "")
    actions.retire(actor=request.actor, now=request.now, article=number, reason=reason)
    messages.success(request, "已停用，不再推荐给企业。")
    return redirect("desk_article", number=number)


@require_POST
def make(incoming: HttpRequest, number: str) -> HttpResponse:
    """Make an article from the reply of a case, and go on to write it."""
    request = cast(PersonRequest, incoming)
    article = make_article(actor=request.actor, now=request.now, number=number)
    messages.success(request, "已从回复起草，企业名称、姓名和电话已略去。请通读修改后，由另一位同事发布。")
    return redirect("desk_article_edit", number=article)


def category_names() -> list[tuple[str, str]]:
    """Second-level categories in use: code, path."""
    catalogue = categories()
    return [(c.code, catalogue.path(c.id)) for top in catalogue.tops() for c in catalogue.below(top.id)]


def category_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """The same, by their first level."""
    catalogue = categories()
    return [(top.name, [(c.code, c.name) for c in catalogue.below(top.id)]) for top in catalogue.tops()]


def _say(form: forms.Form, refusal: Invalid) -> None:
    for name, said in refusal.fields.items():
        form.add_error(name if name in form.fields else None, said)
