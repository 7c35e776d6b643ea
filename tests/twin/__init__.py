"""The slow, obvious twin of the conflict engine: written from the definitions, never from the engine."""
