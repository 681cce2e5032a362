"""The policies answer every cell of the matrix as a hand wrote it."""

from tests.contracts.isolation.matrix import matrix
from tests.contracts.isolation.table import cells, differences
from tests.contracts.isolation.things import World


def test_every_role_of_the_matrix_is_somebody_in_the_city(world: World):
    assert {person.role for person in world.people.values()} == set(matrix()["people"])


def test_every_object_of_the_matrix_is_in_the_city(world: World):
    assert {thing.kind for thing in world.things} == set(matrix()["objects"])


def test_policies_and_matrix_agree(world: World):
    assert list(differences(world)) == []


def test_the_table_is_no_formality(world: World, record_property):
    answers = [(wanted, said) for *_, wanted, said in cells(world)]
    assert len(answers) > 5_000
    allowed = sum(wanted for wanted, _ in answers)
    assert allowed > 500
    record_property(
        "proof", f"权限矩阵 {len(answers)} 格（允许 {allowed}，拒绝 {len(answers) - allowed}），全部走到，不符 0"
    )
