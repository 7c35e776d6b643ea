"""Press reports, statements and posts: read, told apart from their copies, and drafted as claims for a
person to confirm.

Values in, values out. Nothing here decides anything, and nothing that warns may import it: a claim, a
rumour or a zone that nobody owns has no effect on any alert (R13), because the engine does not know that
this room exists.
"""
