"""A bundled scenario played through a live desk: a server process, a process for each officer, and who tells them
when to speak. `thalweg demo deir-ez-zor --live` runs it."""
