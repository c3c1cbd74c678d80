"""One case: what I must do now, the promised times, the timeline; and every step that an enterprise can take."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from qifu.domain.appeals.actions.answering import conclude as conclude_case
from qifu.domain.appeals.actions.take import take
from qifu.domain.appeals.flow import FLOWS
from qifu.domain.appeals.queries import sheet as sheets
from qifu.domain.appeals.queries.sheet import Sheet
from qifu.engines.flow import Step
from qifu.entry.portal.cases import shown
from qifu.entry.portal.cases.door import for_contacts
from qifu.entry.portal.cases.forms import AnswerForm
from qifu.entry.theme import needs
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.errors import Invalid, Missing
from qifu.kernel.files.kinds import MEDIA

INLINE = ("png", "jpg", "webp")
MARKS = (("speed", "办理速度"), ("result", "办理结果"), ("attitude", "服务态度"))
STARS = ((1, "很差"), (2, "较差"), (3, "一般"), (4, "满意"), (5, "很满意"))
DONE = {
    "answer": "已提交补充，办理时限恢复计算。",
    "urge": "已催办，值班负责人和承办单位会收到提醒。",
    "add": "已补充，承办单位会看到。",
    "withdraw": "已撤回，不再办理。",
    "reopen": "已重新办理，新一轮的期限见下方。",
    "rate": "谢谢，评价已记下。",
}
LABELS = {"add": "补充说明", "urge": "催一催", "withdraw": "撤回", "reopen": "重新办理", "rate": "评价"}


@for_contacts
@require_GET
def show(request: PersonRequest, number: str) -> HttpResponse:
    """The case."""
    return _page(request, sheets.sheet(actor=request.actor, now=request.now, number=number))


@for_contacts
@require_GET
def attachment(request: PersonRequest, number: str, file: int) -> HttpResponse:
    """A file of the case, through the case's door. Pictures are shown, all else is downloaded."""
    row, opened = sheets.attachment(actor=request.actor, number=number, file=file)
    answer = FileResponse(
        opened, as_attachment=row.kind not in INLINE, filename=row.name, content_type=MEDIA.get(row.kind, "")
    )
    answer["X-Content-Type-Options"] = "nosniff"
    return cast(HttpResponse, answer)


@for_contacts
@require_POST
def answer(request: PersonRequest, number: str) -> HttpResponse:
    """Answer a question item by item, with files."""
    sheet = sheets.sheet(actor=request.actor, now=request.now, number=number)
    kept, problem = needs.uploads(request.POST, request.FILES, "files", actor=request.actor, now=request.now)
    said = [request.POST.get(f"item_{n}", "").strip() for n in range(len(sheet.question))]
    problems = {"files": problem} if problem else {}
    if not kept:
        empty = [n for n, text in enumerate(said) if not text]
        problems |= {f"item_{n}": "请回答这一项，或在下面附上材料；没有的请写“没有”并说明原因。" for n in empty}
    lines = [
        f"{n}. {item}：{text or '见附件'}" for n, (item, text) in enumerate(zip(sheet.question, said, strict=True), 1)
    ]
    extra = request.POST.get("extra", "").strip()
    text = "\n".join([*lines, extra] if extra else lines)
    if not problems:
        try:
            return _taken(request, number, "answer", {"text": text, "files": [file.id for file in kept]})
        except Invalid as refusal:
            problems = refusal.fields
    return _page(request, sheet, {"step": "answer", "problems": problems, "kept": kept}, status=422)


@for_contacts
@require_POST
def conclude(request: PersonRequest, number: str) -> HttpResponse:
    """Say whether the reply solved it and, if one likes, rate it: one gesture."""
    post = request.POST
    is_solved = {"yes": True, "no": False}.get(post.get("solved", ""))
    is_rated = "unrated" not in post
    marks = {name: _mark(post.get(name, "")) if is_rated else None for name, _ in MARKS}
    try:
        if is_solved is None:
            raise Invalid("请选择是否已经解决。", {"solved": "请选择已解决或没解决。"})
        conclude_case(
            actor=request.actor,
            now=request.now,
            number=number,
            is_solved=is_solved,
            marks=marks,
            comment=post.get("comment", "").strip() if is_rated else "",
            reason=post.get("reason", "").strip(),
            key=post.get("idempotency_key", ""),
        )
    except Invalid as refusal:
        sheet = sheets.sheet(actor=request.actor, now=request.now, number=number)
        return _page(request, sheet, {"step": "conclude", "problems": refusal.fields}, status=422)
    thanks = "谢谢您的确认和评价。" if any(marks.values()) else "谢谢您的确认。"
    done = thanks if is_solved else "已记下，进入新一轮办理，期限重新开始计算。"
    messages.success(request, done)
    return redirect("portal:case", number=number)


@for_contacts
@require_POST
def take_step(request: PersonRequest, number: str, step: str) -> HttpResponse:
    """Any other step that is open to an enterprise.

    :raises Missing: no such case, or no such step of an enterprise.
    """
    sheet = sheets.sheet(actor=request.actor, now=request.now, number=number)
    wanted = FLOWS[sheet.line.kind].steps.get(step)
    if wanted is None or "contact" not in wanted.who:
        raise Missing("没有这一步操作，请刷新页面后再试。")
    sent = needs.read(wanted, request.POST, request.FILES, actor=request.actor, now=request.now)
    problems = sent.problems
    if not problems:
        try:
            return _taken(request, number, step, sent.given)
        except Invalid as refusal:
            problems = refusal.fields
    return _page(request, sheet, {"step": step, "problems": problems, "kept": sent.kept}, status=422)


def _taken(request: PersonRequest, number: str, step: str, given: dict[str, object]) -> HttpResponse:
    key = request.POST.get("idempotency_key", "")
    take(actor=request.actor, now=request.now, number=number, step=step, given=given, key=key)
    messages.success(request, DONE.get(step, "已办好。"))
    return redirect("portal:case", number=number)


def _mark(text: str) -> int | None:
    return int(text) if text in ("1", "2", "3", "4", "5") else None


def _page(
    request: PersonRequest, sheet: Sheet, failed: dict[str, object] | None = None, status: int = 200
) -> HttpResponse:
    failed = failed or {"step": "", "problems": {}}
    problems = cast(dict[str, str], failed["problems"])
    context = {
        "sheet": sheet,
        "line": sheet.line,
        "tone": shown.TONES.get(sheet.line.state, "accent"),
        "entries": shown.entries(sheet),
        "stations": shown.stations(sheet),
        "clocks": shown.current_clocks(sheet),
        "reply": shown.last_reply(sheet),
        "files": [shown.file_item(sheet.line.number, f.pk, f.name, f.size) for f in sheet.files],
        "items": _items(request, sheet, problems),
        "attach": AnswerForm(
            auto_id="answer_%s", problems=problems, kept=cast(list[needs.Kept], failed.get("kept", ()))
        ),
        "marks": _marks(request, problems) if not sheet.appeal.counts.get("rate") else [],
        "failed": failed,
        "problems": problems,
        "is_old": sheet.line.state == "closed" and not shown.may_reopen(sheet, request.now),
        "more": [_form(step, request, failed) for step in shown.further_steps(sheet, request.now)],
    }
    return render(request, "portal/case.html", context, status=status)


def _items(request: PersonRequest, sheet: Sheet, problems: dict[str, str]) -> list[dict[str, object]]:
    """What is asked for, one field each, with what was typed before a refusal."""
    return [
        {
            "name": f"item_{n}",
            "text": text,
            "said": request.POST.get(f"item_{n}", ""),
            "error": problems.get(f"item_{n}"),
        }
        for n, text in enumerate(sheet.question)
    ]


def _marks(request: PersonRequest, problems: dict[str, str]) -> list[dict[str, object]]:
    return [
        {
            "name": name,
            "label": label,
            "stars": [(value, word, request.POST.get(name) == str(value)) for value, word in STARS],
            "error": problems.get(name) and f"请给{label}打星。",
        }
        for name, label in MARKS
    ]


def _form(step: Step, request: PersonRequest, failed: dict[str, object]) -> dict[str, object]:
    """A step with its form; one that was refused stands open with what was sent."""
    is_open = failed["step"] == step.name
    form = needs.fields(
        step,
        post=request.POST if is_open else None,
        problems=cast(dict[str, str], failed["problems"]) if is_open else None,
        kept=cast(list[needs.Kept], failed.get("kept", ())) if is_open else (),
    )
    return {"step": step, "label": LABELS.get(step.name, step.label), "form": form, "is_open": is_open}
