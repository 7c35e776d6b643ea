"""`thalweg ledger …`: make, feed, read, prove, witness, mirror and mend a log. Exit statuses: `at_log`.

The commands that stand by themselves are in `log` (a log as a whole) and `entries` (what is in it); the others say
whose they are: `keys`, `author`, `witness`.
"""

from __future__ import annotations

from cyclopts import App

from thalweg.cli.ledger import author, entries, keys, log, witness

app = App(name="ledger", help="The signed record: make, feed, read, prove, witness, mirror and mend it.")
app.command(log.app, name="*")
app.command(entries.app, name="*")
app.command(keys.app)
app.command(author.app)
app.command(witness.app)
