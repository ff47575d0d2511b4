"""The base of every mapped class. Apart from ``storage``, since lists and checks do without the mapping's start-up."""

from typing import dataclass_transform

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass, mapped_column, relationship

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


@dataclass_transform(kw_only_default=True, eq_default=False, field_specifiers=(mapped_column, relationship))
class Base(MappedAsDataclass, DeclarativeBase, kw_only=True, eq=False):
    """Every table; rows are compared by identity."""

    metadata = MetaData(naming_convention=NAMING)
