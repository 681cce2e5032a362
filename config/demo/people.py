"""The demo's log-ins: one of each kind of user, so that every portal can be tried."""

from dataclasses import dataclass

from accounts.models import Role


@dataclass(frozen=True)
class Login:
    """A demo user. ``at`` names where it belongs: firm:N, talent:N, institution:N, a department's name, or nothing."""

    username: str
    who: str
    display_name: str
    at: str
    roles: tuple[str, ...]


USERS = (
    Login("qiye1", "企业经办（资料较全）", "赵经办", "firm:1", (Role.FIRM,)),
    Login("qiye2", "企业经办（高新园区，另一家）", "孙经办", "firm:71", (Role.FIRM,)),
    Login("rencai1", "人才个人", "", "talent:1", (Role.TALENT,)),
    Login("yinhang1", "河套商业银行 产品经办", "钱经办", "institution:0", (Role.BANK_MAKER,)),
    Login("yinhang2", "河套商业银行 产品复核", "李复核", "institution:0", (Role.BANK_CHECKER,)),
    Login("tuandui1", "人才团队", "", "talent:25", (Role.TALENT,)),
    Login("tepai1", "金融特派员", "白特派", "institution:1", (Role.OFFICER,)),
    Login("tepai2", "金融特派员（另一名）", "乌特派", "institution:2", (Role.OFFICER,)),
    Login("tepai3", "金融特派员（科技局派出）", "康特派", "市科技局", (Role.OFFICER,)),
    Login("jinrongban1", "金融办 台账经办", "云经办", "市政府金融办", (Role.OFFICE,)),
    Login("jinrongban2", "金融办 审签", "康审签", "市政府金融办", (Role.OFFICE_SIGNER,)),
    Login("kejiju1", "市科技局 填报", "韩填报", "市科技局", (Role.LEAD_UNIT,)),
    Login("guanli1", "系统管理员", "孟管理", "", (Role.SYSTEM_ADMIN,)),
    Login("guanli2", "安全管理员", "查安全", "", (Role.SECURITY_ADMIN,)),
    Login("guanli3", "审计管理员", "沈审计", "", (Role.AUDIT_ADMIN,)),
)
LOGINS = tuple((login.username, login.who) for login in USERS)
USERNAMES = tuple(login.username for login in USERS)
