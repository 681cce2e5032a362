"""``make run``: prepare the data once, then keep the web server and the worker alive until told to stop."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from common import jobs
from config import broker, celery_app, env
from config.demo import load as demo
from search.services import ensure_current

# All must have ended ten seconds after Ctrl-C, on a busy machine too. Who is killed then loses nothing (make prove).
STOP_WITHIN = 6.0
READY_WITHIN = 60.0
MAX_RESTARTS = 10
# Nobody has an authenticator for made-up accounts; whoever states MFA_REQUIRED gets what is stated.
RELAXED = {} if env.MFA_STATED else {"MFA_REQUIRED": "0"}


class Command(BaseCommand):
    help = "准备数据并启动网页与后台任务；Ctrl-C 停止"
    requires_system_checks: list[str] = []

    def handle(self, **_: Any) -> None:
        started = time.monotonic()
        self._stopping, self._preparing = False, True
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        try:
            self._prepare()
        except KeyboardInterrupt:
            raise CommandError("已停止；没做完的一步不会留下半截数据，下次启动会接着做。") from None
        self._preparing = False
        children = {"web": self._spawn("web"), "worker": self._spawn("worker")}
        try:
            self._wait_until_ready(children["web"])
            self._closing_screen(time.monotonic() - started)
            restarts = 0
            while not self._stopping:
                restarts += self._revive(children)
                if restarts > MAX_RESTARTS:
                    raise CommandError(f"子进程反复退出，已停止。日志：{self._log('*')}")
                time.sleep(0.3)
        finally:
            self._end(list(children.values()))
        self.stdout.write("已停止，数据都已保存。")

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True
        if self._preparing:
            # Every step is a transaction or can be repeated: leaving at once is safe, waiting is not needed.
            raise KeyboardInterrupt

    def _prepare(self) -> None:
        steps = (
            ("检查任务队列", self._check_broker),
            ("更新库表", self._migrate),
            ("载入方案、产品目录与演示城市", self._load_demo),
            ("检查检索索引", ensure_current),
            ("接续中断的任务", self._release_jobs),
        )
        for label, step in steps:
            begun = time.monotonic()
            step()
            self.stderr.write(f"  {label}：{time.monotonic() - begun:.1f} 秒")

    def _check_broker(self) -> None:
        if not broker.answers(celery_app):
            raise CommandError("连不上任务队列。请检查 CELERY_BROKER_URL 的主机、端口和口令，并确认该服务已启动。")

    def _migrate(self) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)

    def _release_jobs(self) -> None:
        # With the embedded broker this command owns the only worker: what still runs now ran in one that is gone.
        if env.CELERY_BROKER_URL.startswith("filesystem://"):
            jobs.release_stuck(timedelta(0))

    def _load_demo(self) -> None:
        demo.load(progress=lambda text: self.stderr.write(f"    {text}"))

    def _revive(self, children: dict[str, subprocess.Popen[bytes]]) -> int:
        """Start again what ended by itself; one crash of a worker must not take the pages down."""
        ended = [name for name, child in children.items() if child.poll() is not None]
        for name in ended:
            self.stderr.write(
                f"{name} 意外退出（代码 {children[name].returncode}），正在重新启动。日志：{self._log(name)}"
            )
            children[name] = self._spawn(name)
        return len(ended)

    def _arguments(self, name: str) -> tuple[str, ...]:
        if name == "web":
            return ("-m", "gunicorn", "--config", "python:config.gunicorn", "config.wsgi:application")
        schedule = str(settings.DATA_DIR / "celerybeat-schedule")
        options = ("--pool", "threads", "--concurrency", "4", "--loglevel", "WARNING", "--without-gossip")
        return ("-m", "celery", "-q", "-A", "config", "worker", "-B", "-s", schedule, *options)

    def _spawn(self, name: str) -> subprocess.Popen[bytes]:
        log = self._log(name)
        log.parent.mkdir(exist_ok=True)
        with log.open("ab") as output:
            # A group of its own: Ctrl-C reaches this command only, which then ends its children in order.
            return subprocess.Popen(  # noqa: S603
                [sys.executable, *self._arguments(name)],
                start_new_session=True,
                cwd=env.BASE_DIR,
                env={**os.environ, **RELAXED},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @staticmethod
    def _log(name: str) -> Path:
        return Path(settings.DATA_DIR) / "logs" / f"{name}.log"

    def _wait_until_ready(self, web: subprocess.Popen[bytes]) -> None:
        url = f"http://127.0.0.1:{env.PORT}/readyz"
        deadline = time.monotonic() + READY_WITHIN
        last = ""
        while not self._stopping and web.poll() is None:
            try:
                with urllib.request.urlopen(url, timeout=5):
                    return
            except urllib.error.HTTPError as error:
                last = error.read().decode()
            except OSError as error:
                last = str(error)
            if time.monotonic() > deadline:
                raise CommandError(f"网页在 {READY_WITHIN:.0f} 秒内没有就绪：{last}")
            time.sleep(0.1)
        if not self._stopping:
            raise CommandError(
                f"网页没有启动（端口 {env.PORT} 可能被占用，可用 PORT=8001 make run 换一个）。日志：{self._log('web')}"
            )

    def _closing_screen(self, seconds: float) -> None:
        if self._stopping:
            return
        counts = demo.summary()
        logins = json.loads(demo.logins_path().read_text("utf-8"))
        lines = [
            "",
            "金融超市已就绪",
            "  方案    {measures} 项措施，{indicators} 项指标".format(**counts),
            "  产品    {reference} 款参考产品（公开资料整理，非实时报价），{local} 款本地演示产品".format(**counts),
            "  城市    {firms} 家企业，{talents} 名（个）人才与团队，{needs} 项需求，白名单 {batches} 批".format(
                **counts
            ),
            "  匹配    {pairs} 对：符合 {satisfied}，缺资料 {unknown}，不符合 {violated}".format(**counts),
            "",
            f"  打开    http://127.0.0.1:{env.PORT}/",
            "  登录    账号均为演示账号，口令在本机生成：",
            *(f"          {item['username']:<14}{item['who']}" for item in logins["users"]),
            f"  口令    {logins['password']}",
            *(["  安全    演示环境未强制二次验证，MFA_REQUIRED=1 打开"] if RELAXED else []),
            f"  用时    {seconds:.1f} 秒。按 Ctrl-C 停止。",
            "",
        ]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()

    def _end(self, children: list[subprocess.Popen[bytes]]) -> None:
        for child in children:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_WITHIN
        for child in children:
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
