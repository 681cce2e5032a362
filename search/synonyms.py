"""Words the office adds to the language data. Every change is audited and builds the indexes again."""

import re

from django.db import IntegrityError, transaction

from accounts.models import User
from common import audit, outbox
from common.errors import Conflict, Invalid
from search import registry
from search.analysis import lexicon
from search.analysis.normalise import fold
from search.analysis.tokens import HAN
from search.models import Synonym
from search.policies import require_office

_WORD = re.compile(rf"[{HAN}]{{2,20}}")
# One is taken from the firm, the other is not: whoever asks for one must not be shown the other as the same.
OPPOSED = (frozenset({"抵押", "质押"}), frozenset({"信用", "抵押"}), frozenset({"担保", "保险"}))
CHANGED = "synonyms"


@transaction.atomic
def synonym_add(*, actor: User, left: str, right: str, both: bool) -> Synonym:
    """Searching for ``left`` also finds ``right``, and the other way with ``both``; Invalid names what is wrong."""
    require_office(actor)
    words = {"left": fold(left.strip()), "right": fold(right.strip())}
    for field, word in words.items():
        if not _WORD.fullmatch(word):
            raise Invalid("请填 2 至 20 个汉字，不含空格和标点。", field=field)
    if words["left"] == words["right"]:
        raise Invalid("两个词相同，请填另一个说法。", field="right")
    if both and frozenset(words.values()) in OPPOSED:
        raise Invalid(f"“{words['left']}”与“{words['right']}”含义不同，不能互为同义。", field="right")
    if words["right"] in lexicon.synonyms().get(words["left"], ()) or words["right"] in lexicon.equals(words["left"]):
        raise Conflict("词表里已有这一条，不用再加。")
    try:
        with transaction.atomic():
            synonym = Synonym.objects.create(**words, both=both, made_by=actor)
    except IntegrityError as error:
        raise Conflict("词表里已有这一条，不用再加。") from error
    _changed("search.synonym_added", actor, synonym)
    return synonym


@transaction.atomic
def synonym_remove(*, actor: User, synonym: Synonym) -> None:
    """Take an office word back."""
    require_office(actor)
    _changed("search.synonym_removed", actor, synonym)
    synonym.delete()


def _changed(action: str, actor: User, synonym: Synonym) -> None:
    audit.record(action, actor=actor, obj=synonym, line=str(synonym))
    for document in registry.documents():
        outbox.publish(document.topic, CHANGED)
