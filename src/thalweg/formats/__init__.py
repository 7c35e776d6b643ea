"""One file per outside format. None imports another; what they share is in `thalweg.drafts`.

Every reader is `read(data: bytes, file: str, context: Context) -> Reading` and never raises for what is
in the data. They are imported only when a file of their format arrives.
"""
