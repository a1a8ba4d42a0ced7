"""Files of messages and pictures of people: fetched once, kept by content, measured away from everything else.

The client of Unipile comes in as an argument; what is learned of a file goes through ``communications.ingest.files``.
"""
