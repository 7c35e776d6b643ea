"""A dossier of one incident from what one party holds of the record, and from nothing else (R40-R44; D7).

Made of entries alone (`thalweg.policy.held`), so that the same entries give the same dossier at the desk, on an
officer's machine without a network, and years later from a bundle. "Yes" and "no" stand only where an entry says so;
that something is not in this part of the record is never a no.
"""
