"""Landline: a self-hosted inbox over the Unipile messaging API."""

__version__ = "0.1.0"
