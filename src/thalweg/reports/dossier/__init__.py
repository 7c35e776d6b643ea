"""A dossier on paper and on a page: one or two languages, black on white, nothing decided between accounts.

`words` says its facts in a language, `content` puts them in the order in which they are read, `pdf` and `html` set
them; `digest` is what its hash is of.
"""
