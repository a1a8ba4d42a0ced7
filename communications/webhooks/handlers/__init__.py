"""One handler per provider whose bodies differ: from a payload to facts, without a database."""
