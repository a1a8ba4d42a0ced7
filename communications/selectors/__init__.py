"""Reading what is stored, as documents.

Each entity has one SQL text for its columns and one function from such a row to its document; feed and REST
use both. The texts run on Django's cursors and on psycopg's own, synchronous or not. Rows that no reader may
see (stubs, hidden messages, conversations that continue another) are not among their results: whoever asked
for such an id treats it as gone.
"""
