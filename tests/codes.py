"""Made-up credit codes with a right check digit."""

from stdnum.cn import uscc


def credit_code(number: int, area: str = "150602") -> str:
    """The ``number``-th made-up code of an area; the registration part MA0… is not one any office issues."""
    body = f"91{area}MA0T{number:05d}"
    return body + str(uscc.calc_check_digit(body))
