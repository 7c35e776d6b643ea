"""What everything speaks of: instants, measures with datum, shapes, declarations, theatres, findings, errors.

Values only: frozen, complete at birth, refusing to exist when wrong. Nothing here knows a format, a store or a screen.
"""
