"""`thalweg sources`: press reports read, drafted as claims, compared; and claims that a person confirms, signed."""

from __future__ import annotations

from cyclopts import App

from thalweg.cli.sources import confirming, drafting

app = App(name="sources", help="Read press reports and statements, draft their claims, and list where they differ.")
app.command(drafting.app, name="*")
app.command(confirming.app, name="*")
