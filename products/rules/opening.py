"""Which single datum could turn an open condition into a met one."""

from enterprises.facts import Subject
from products.rules.evaluate import truth
from products.rules.language import Group, Node, Not


def opens(node: Node, subject: Subject, field: str, *, wanted: bool = True) -> bool:
    """True when ``node`` is ``wanted`` already, or would be with some value of ``field`` alone, the rest unchanged.

    Tests of the field are taken one by one: that one value may not meet all of them is not looked into.
    """
    decided = truth(node, subject)
    if decided is not None:
        return decided is wanted
    match node:
        case Not():
            return opens(node.item, subject, field, wanted=not wanted)
        case Group():
            each = (opens(item, subject, field, wanted=wanted) for item in node.items)
            return all(each) if (node.op == "all") is wanted else any(each)
        case _:
            return node.field == field
