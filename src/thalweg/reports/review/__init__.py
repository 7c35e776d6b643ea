"""What came of notices: feedback to a notifier (R45) and the joint review that can be published (R46).

`sheet` says both in one language or two; `feedback` gives lines, and `review` gives CSV, a page and paper.
"""
