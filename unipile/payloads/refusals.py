"""Why a body, or a field of one, cannot be used.

    PayloadError
    ├── UnreadableBody      the bytes are not one JSON object we can read
    └── UnusableField
        ├── MissingField    a field nothing can be stored without is absent
        └── InvalidField    the field is there and cannot be taken for what it should be

Every refusal carries a stable machine `code` and a sentence for a person; neither holds a value of the body.
"""

from __future__ import annotations


class PayloadError(Exception):
    """A body that cannot become a typed value. `code` is stable, `sentence` is for a person."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class UnreadableBody(PayloadError):
    """The bytes are not one JSON value we read; `code` is one of `UNREADABLE_CODES`."""


class UnusableField(PayloadError):
    """A named field of a readable body stops it from being stored."""

    def __init__(self, code: str, name: str, sentence: str) -> None:
        super().__init__(code, sentence)
        self.name = name


class MissingField(UnusableField):
    """A field nothing can be stored without is absent or null."""

    def __init__(self, name: str) -> None:
        super().__init__("missing_field", name, f"The field {name} is missing.")


class InvalidField(UnusableField):
    """The field cannot be taken for what it should be; `why` completes "The field x …"."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__("invalid_field", name, f"The field {name} {why}.")
        self.why = why


UNREADABLE_CODES = frozenset(
    {
        "empty_body",
        "not_utf8",
        "not_json",
        "non_finite_number",
        "number_too_long",
        "too_deep",
        "too_many_elements",
        "not_an_object",
    }
)
