-- name: offer
INSERT INTO request (id, body) VALUES (?, ?) ON CONFLICT (id) DO NOTHING;
-- name: waiting
SELECT id, body FROM request WHERE answer IS NULL ORDER BY n;
-- name: answer
UPDATE request SET answer = ?, answered_ms = ? WHERE id = ? AND answer IS NULL;
-- name: answered
SELECT answer FROM request WHERE id = ? AND answer IS NOT NULL;
-- name: clean-requests
DELETE FROM request WHERE answer IS NOT NULL AND answered_ms < ?;
-- name: put
INSERT INTO outbox (id, recipient, bearer, address_ref, body, due_ms, free_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6) ON CONFLICT (id) DO NOTHING;
-- name: due
SELECT id, recipient, bearer, address_ref, body, due_ms, tries, said FROM outbox WHERE state = 'queued' AND due_ms <= ?1 AND free_ms <= ?1 ORDER BY due_ms, n LIMIT ?2;
-- name: lease
UPDATE outbox SET owner = ?, free_ms = ?, tries = tries + 1 WHERE id = ?;
-- name: end-message
UPDATE outbox SET state = ?, said = ?, owner = '' WHERE id = ? AND state = 'queued';
-- name: retry
UPDATE outbox SET due_ms = ?1, free_ms = ?1, said = ?2, owner = '' WHERE id = ?3 AND state = 'queued' AND owner = ?4;
-- name: ended
SELECT id, recipient, bearer, address_ref, body, due_ms, tries, state, said FROM outbox WHERE id = ? AND state <> 'queued';
-- name: queued
SELECT id, recipient, bearer, address_ref, body, due_ms, tries, said FROM outbox WHERE state = 'queued' ORDER BY due_ms, n;
-- name: clean-outbox
DELETE FROM outbox WHERE state <> 'queued' AND due_ms < ?;
