"""``reseal``: encrypt every sealed text under the first of DATA_KEYS, after a new key was put before the old one."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.sealed import reseal


class Command(BaseCommand):
    help = "换数据密钥：把加密保存的联系方式、推送密钥全部改用 DATA_KEYS 的第一个密钥；中断后重新运行即可"

    def handle(self, **_: Any) -> None:
        self.stdout.write(f"已用新密钥重新加密 {reseal()} 行。现在可以从 DATA_KEYS 里去掉旧密钥。")
