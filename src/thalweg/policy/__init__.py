"""Who may see what, at what precision (D7). The only room that makes a `Disclosed` value."""
