"""The picture as a party had it at a time: from what it had said and what had reached it by then, and from nothing else
(R40).

Two times in everything. *Known at* T: the party's own statements that the desk had taken by T, and the notices that had
reached it by T (`state.history`), the latest of each thing. *Valid at* V: of these, what holds at V, or at some time
between two. What comes to be known after T changes nothing that is read here for T, and a notice that was sent and had
not reached the party is not in its picture, whatever was done about it. docs/explanation/two-times.md.
"""
