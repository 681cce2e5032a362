"""A need followed like a parcel: one track per institution, and what the firm must do about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import Party, User
from common import clock
from enterprises.models import Need
from enterprises.selectors import consents_of, drafts_of, open_needs
from frontend.clocks import Due, WorkClock, stage_of, stage_tone
from matching.cases.opening import AWAITING_CONSENT
from matching.cases.policies import visible_to
from matching.cases.selectors import Step, moves_of, referrals_of, timeline
from matching.cases.stages import is_late
from matching.cases.states import ENDS, REVOCABLE, State
from matching.models import Referral


@dataclass(frozen=True)
class Track:
    """One institution's handling of one need."""

    referral: Referral
    steps: list[Step]
    stage: str
    tone: str
    due: Due
    consented: bool

    @property
    def asks(self) -> bool:
        """The institution asks to see the need and may not yet."""
        return asks(self.referral) and not self.consented

    @property
    def owes_material(self) -> bool:
        """The clock stands still until the firm has sent something."""
        return owes_material(self.referral)

    @property
    def withdrawable(self) -> bool:
        return self.referral.state in REVOCABLE

    @property
    def next_step(self) -> str:
        """Whose turn it is, to do what and until when; '' where the firm itself owes an answer, or all is over."""
        row = self.referral
        if row.state in ENDS or row.paused_since is not None:
            return ""
        until = f"在 {row.due_on:%Y-%m-%d} 前" if row.due_on else ""
        ahead = next((step.label for step in self.steps if step.at is None), "")
        match row.state:
            case State.PENDING:
                return f"{row.institution.name}应{until}接单；超期未接，只在您已授权的机构间转派。"
            case State.ACCEPTED:
                return f"{row.institution.name}应{until}与您联系，请留意电话。"
            case State.CONTACTED | State.DILIGENCE:
                return f"{row.institution.name}应{until}给出结论；要补材料时会发消息给您。"
        return f"与{row.institution.name}约定时间办理，办完记为“{ahead}”。" if ahead else ""

    @property
    def refused(self) -> bool:
        return self.referral.state == State.REFUSED


def asks(referral: Referral) -> bool:
    """True for a pending referral that waits for the firm's consent."""
    return referral.state == State.PENDING and referral.pause_reason == AWAITING_CONSENT


def owes_material(referral: Referral) -> bool:
    """True while the institution waits for the firm."""
    return referral.state not in (*ENDS, State.PENDING) and referral.paused_since is not None


def tracks(need: Need, user: User) -> list[Track]:
    """Every referral of ``need`` that ``user`` may read, those that go on first, newest first; constant queries."""
    readable = visible_to(user).values("pk")
    rows = list(referrals_of(need.party).filter(need=need, pk__in=readable).select_related("created_by"))
    moves, works = moves_of(rows), WorkClock()
    consented = {
        consent.institution_id for consent in consents_of(need.party) if consent.need_id == need.pk and consent.live
    }
    found = [
        Track(
            referral=row,
            steps=timeline(row, moves[row.pk]),
            stage=stage_of(row),
            tone=stage_tone(row),
            due=works.due(row),
            consented=row.institution_id in consented,
        )
        for row in rows
    ]
    return sorted(found, key=lambda track: track.referral.state in ENDS)


@dataclass(frozen=True)
class Todo:
    """One thing to do: a tag with its tone, what and where, one verb."""

    tag: str
    tone: str
    title: str
    fact: str
    next_step: str
    need: str
    referral: str = ""
    kind: str = ""


@dataclass(frozen=True)
class FirmDay:
    """What a firm opens on: things to do first, then what goes on."""

    todos: list[Todo]
    asked: int
    owed: int
    idle: int
    drafts: list[Need]
    needs: list[tuple[Need, list[Referral]]]
    late: list[Referral]


def firm_day(party: Party) -> FirmDay:
    """The day of ``party``; the number of queries does not depend on its needs or referrals."""
    needs, drafts = list(open_needs(party)), list(drafts_of(party))
    rows = list(referrals_of(party))
    by_need = {need.pk: [row for row in rows if row.need_id == need.pk] for need in needs}
    live = {(consent.need_id, consent.institution_id) for consent in consents_of(party) if consent.live}
    asking = [row for row in rows if asks(row) and (row.need_id, row.institution_id) not in live]
    owing = [row for row in rows if owes_material(row)]
    idle = [need for need in needs if all(row.state in ENDS for row in by_need[need.pk])]
    today = clock.today()
    return FirmDay(
        todos=[*map(_asked, asking), *map(_owed, owing), *map(_idle, idle), *map(_draft, drafts)],
        asked=len(asking),
        owed=len(owing),
        idle=len(idle),
        drafts=drafts,
        needs=[(need, by_need[need.pk]) for need in needs],
        late=[row for row in rows if row.state not in ENDS and row.paused_since is None and is_late(row, today)],
    )


def open_of(rows: Sequence[Referral]) -> list[Referral]:
    """Referrals that still go on."""
    return [row for row in rows if row.state not in ENDS]


def _asked(row: Referral) -> Todo:
    return Todo(
        tag="待授权",
        tone="",
        title=f"{row.institution.name}希望了解您的需求",
        fact=f"需求 {row.need.code}，授权前对方看不到贵单位是谁",
        next_step="同意授权，或谢绝",
        need=row.need.code,
        referral=row.code,
        kind="consent",
    )


def _owed(row: Referral) -> Todo:
    return Todo(
        tag="待补件",
        tone="clay",
        title=f"{row.institution.name}等您补充材料",
        fact=row.pause_reason,
        next_step="交给机构后点“材料已补”，办理时限重新开始计算",
        need=row.need.code,
        referral=row.code,
        kind="supply",
    )


def _idle(need: Need) -> Todo:
    return Todo(
        tag="待选机构",
        tone="ink",
        title=f"需求 {need.code} 还没有机构在办",
        fact=f"{'、'.join(need.kinds)}，{need.created_at:%Y-%m-%d} 登记",
        next_step="看匹配的产品，向机构申请",
        need=need.code,
        kind="choose",
    )


def _draft(need: Need) -> Todo:
    return Todo(
        tag="草稿",
        tone="ink",
        title=f"需求 {need.code} 还没有提交",
        fact=f"{need.updated_at:%Y-%m-%d} 保存",
        next_step="补完后提交，系统才开始对照",
        need=need.code,
        kind="draft",
    )
