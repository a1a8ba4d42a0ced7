"""Column types that the product's rules hang on."""

from typing import TYPE_CHECKING, Any

from django.db import models

EXTERNAL_ID_MAX_LENGTH = 512

if TYPE_CHECKING:
    TextFieldBase = models.TextField[str, str]
    NullableTextFieldBase = models.TextField[str | None, str | None]
    VersionFieldBase = models.Field[str | None, str]
else:
    TextFieldBase = NullableTextFieldBase = models.TextField
    VersionFieldBase = models.Field


class ExternalIdField(TextFieldBase):
    """An id given by somebody else: at most 512 characters, compared byte for byte (C collation)."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["max_length"] = EXTERNAL_ID_MAX_LENGTH
        kwargs["db_collation"] = "C"
        super().__init__(**kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("max_length", None)
        kwargs.pop("db_collation", None)
        return name, path, args, kwargs

    def db_type(self, connection: Any) -> str:  # noqa: ARG002
        return f"varchar({EXTERNAL_ID_MAX_LENGTH})"


class TransactionNumberField(VersionFieldBase):
    """PostgreSQL's ``xid8``: the 64-bit number of a transaction, read as a decimal string."""

    def db_type(self, connection: Any) -> str:  # noqa: ARG002
        return "xid8"


class VersionField(TransactionNumberField):
    """The writing transaction's number, set by a database trigger at each insert and update.

    A value given on insert is kept only if it is ``"0"``: quiet history, which no feed shows.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs["editable"] = False
        kwargs["default"] = None
        super().__init__(**kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("editable", "default"):
            kwargs.pop(fixed, None)
        return name, path, args, kwargs
