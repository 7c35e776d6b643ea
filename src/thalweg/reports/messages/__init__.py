"""Messages between desks: one closed set of kinds, said by templates that mean the same in six languages (R24, R25).

`kinds` and `slots` are the values; `render` says them and reads them back; `findings` and `places` make them from
what the engine and the gazetteer know; `catalogue` holds the words. Babel is loaded here and nowhere else.
"""
