"""The duty desk: what comes in, and which versions of it are in force."""
