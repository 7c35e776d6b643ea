"""Sheets of paper for people: one notice on A4, and the situation of one party; in two languages side by side.

Made from what a party was shown, like everything else that reaches it. Black on white: colour adds nothing, so that a
photocopy loses nothing.
"""
