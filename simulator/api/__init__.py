"""The v1 API: `/api/v1/…`, one module for each resource."""
