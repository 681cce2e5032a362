"""The one constant of small groups: what concerns fewer than this many is not shown to anybody else."""

SMALL_GROUP = 5
