"""What is the case, as a pure fold over the entries of the log (D1): told in order, nothing else asked."""
