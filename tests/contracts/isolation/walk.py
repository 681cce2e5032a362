"""Every address for everybody: what it answers, and whose words are in the answer."""

import io
import re
import secrets
import zipfile
from collections.abc import Collection, Iterator
from copy import copy
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.contracts.isolation.matrix import listed, matrix, may_read, passes
from tests.contracts.isolation.things import ANONYMOUS, Person, Thing, World

NOWHERE = {"number": "999999999", "code": "N20000101-ZZZZZZ"}
OPENED = (200, 301, 302, 304, 400, 409, 422)
_TOKENS = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"')


@dataclass(frozen=True)
class Step:
    """One address, the thing it names (None: no single one) and what it should answer: opened, 403, 404 or login."""

    route: str
    path: str
    thing: Thing | None
    wanted: str


def names() -> list[str]:
    """Every name of the URLconf outside Django's administration, with its namespace."""
    return sorted(set(_names(get_resolver().url_patterns, "")))


def _names(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "admin":
                yield from _names(
                    pattern.url_patterns, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
                )
        else:
            yield f"{prefix}{pattern.name}"


def steps(world: World, person: Person) -> Iterator[Step]:
    """Every address of the matrix for one person, and for each that names a thing one that names none."""
    for route, row in matrix()["routes"].items():
        door = "opened" if passes(route, person) else "login" if person.role in (ANONYMOUS, "disabled") else "403"
        if "thing" not in row:
            wanted = row.get("bare", door) if door == "opened" else door
            for args in row.get("args", [[]]):
                yield Step(route, reverse(route, args=args if isinstance(args, list) else [args]), None, wanted)
            continue
        query = row.get("query", "")
        # Who does not pass the door is not told apart by what is behind it: one thing stands for all.
        things = world.of(*row["thing"])
        for thing in things if door == "opened" else things[:1]:
            wanted = door if door != "opened" else _wanted(row, person, thing)
            yield Step(route, reverse(route, args=[thing.code, *row.get("then", ())]) + query, thing, wanted)
        yield Step(route, nowhere(route) + query, None, door if door != "opened" else "404")


def nowhere(route: str) -> str:
    """The address of a thing that never was."""
    number = "number" in _parameters(route)
    then = matrix()["routes"][route].get("then", ())
    return reverse(route, args=[NOWHERE["number" if number else "code"], *then])


def answer(client: Client, step: Step, method: str) -> Any:
    """Ask, and leave nothing behind."""
    cookies = copy(client.cookies)
    with transaction.atomic():
        kind = "application/json" if step.route.startswith("v1:") else "application/x-www-form-urlencoded"
        key = {"Idempotency-Key": secrets.token_hex(8)} if kind == "application/json" else {}
        response: Any = (
            client.get(step.path)
            if method == "GET"
            else client.generic(method, step.path, "", content_type=kind, headers=key)
        )
        transaction.set_rollback(True)
    client.cookies = cookies
    return response


def status_is(wanted: str, response: Any, *, api: bool) -> bool:
    """Whether the answer is what was wanted; the API knows no log-in page."""
    status = response.status_code
    if wanted == "login":
        return status in (401, 403) if api else status == 302 and response["Location"].startswith("/login/")
    return status in OPENED if wanted == "opened" else status == int(wanted)


def leaks(world: World, person: Person, response: Any, route: str = "") -> list[str]:
    """Words in the answer that the person may not read; what a route ``tells`` is told to its owner."""
    return spoken(world, person, body(response), matrix()["routes"].get(route, {}).get("tells", ()))


def spoken(world: World, person: Person, text: str, told: Collection[str] = ()) -> list[str]:
    """Words in ``text`` that the person may not read, but for one's own things of the kinds ``told``."""
    return sorted(
        f"{word} ({thing.kind}, {thing.relation(person)})"
        for thing in world.things
        for word in thing.words
        if word in text and not may_read(person, thing)
        if not (thing.kind in told and thing.relation(person) == "own")
    )


def body(response: Any) -> str:
    """Everything the answer says; workbooks and documents unpacked."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    said = f"{response.headers}"
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return said + "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    return said + content.decode("utf-8", "replace")


def plain(response: Any, path: str) -> bytes:
    """The answer without what differs by address alone."""
    code = path.partition("?")[0].encode()
    last = [part for part in code.split(b"/") if part]
    text = _TOKENS.sub(b"", response.content).replace(code, b"")
    for part in last:
        if len(part) > 2:
            text = text.replace(part, b"")
    return text


def _wanted(row: dict[str, Any], person: Person, thing: Thing) -> str:
    if thing.kind in row.get("always", ()):
        return "opened"
    if "only" in row and thing.kind not in row["only"]:
        return "404"
    if listed(row.get("refuse"), person, thing):
        return "403"
    return "opened" if listed(row.get("allow"), person, thing) else "404"


def _parameters(route: str) -> set[str]:
    resolver: Any = get_resolver()
    for part in route.split(":")[:-1]:
        _, resolver = resolver.namespace_dict[part]
    return {name for candidates in resolver.reverse_dict.getlist(route.split(":")[-1]) for name in candidates[0][0][1]}
