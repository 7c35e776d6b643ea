-- Answers to repeated requests follow from the log, by the hash of the entry: no table of keys is asked.

DROP TABLE idempotency;
