"""REST for the browser: reads by selectors, writes by the outbox, errors by one file."""
