-- name: schema-version
SELECT CASE WHEN to_regclass('thalweg_desk_schema') IS NULL THEN NULL ELSE 'known' END;
-- name: make-version
CREATE TABLE thalweg_desk_schema (version integer NOT NULL);
-- name: first-version
INSERT INTO thalweg_desk_schema VALUES (0);
-- name: version
SELECT version FROM thalweg_desk_schema;
-- name: set-version
UPDATE thalweg_desk_schema SET version = %s;
-- name: channel
SELECT 'thalweg_desk_' || (SELECT oid FROM pg_namespace WHERE nspname = current_schema());
-- name: notify
SELECT pg_notify('thalweg_desk_' || (SELECT oid FROM pg_namespace WHERE nspname = current_schema()), %s);
-- name: offer
INSERT INTO request (id, body) SELECT id, body FROM unnest(%s::bytea[], %s::bytea[]) WITH ORDINALITY AS given (id, body, place) ORDER BY place ON CONFLICT (id) DO NOTHING;
-- name: waiting
SELECT id, body FROM request WHERE answer IS NULL AND id <> ALL (%s::bytea[]) ORDER BY n LIMIT %s;
-- name: answer
UPDATE request SET answer = given.answer, answered_ms = %s FROM unnest(%s::bytea[], %s::bytea[]) AS given (id, answer) WHERE request.id = given.id AND request.answer IS NULL;
-- name: answered
SELECT id, answer FROM request WHERE id = ANY (%s::bytea[]) AND answer IS NOT NULL;
-- name: clean-requests
DELETE FROM request WHERE answer IS NOT NULL AND answered_ms < %s;
-- name: forget-same
DELETE FROM snapshot WHERE name = %s AND size = %s;
-- name: add-snapshot
INSERT INTO snapshot (name, size, root, bytes, checksum) VALUES (%s, %s, %s, 0, '') RETURNING id;
-- name: add-piece
INSERT INTO snapshot_piece (snapshot, n, data) VALUES (%s, %s, %b);
-- name: seal-snapshot
UPDATE snapshot SET bytes = %s, checksum = %s WHERE id = %s;
-- name: forget-older
DELETE FROM snapshot WHERE name = %s AND id NOT IN (SELECT id FROM snapshot WHERE name = %s ORDER BY id DESC LIMIT %s);
-- name: snapshots
SELECT id, size, root, bytes, checksum FROM snapshot WHERE name = %s ORDER BY id DESC;
-- name: piece
SELECT data FROM snapshot_piece WHERE snapshot = %s AND n = %s;
-- name: put
INSERT INTO outbox (id, recipient, bearer, address_ref, body, due_ms, free_ms) SELECT id, recipient, bearer, address_ref, body, due_ms, due_ms FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::bytea[], %s::bigint[]) WITH ORDINALITY AS given (id, recipient, bearer, address_ref, body, due_ms, place) ORDER BY place ON CONFLICT (id) DO NOTHING;
-- name: due
SELECT id, recipient, bearer, address_ref, body, due_ms, tries, said FROM outbox WHERE state = 'queued' AND due_ms <= %s AND free_ms <= %s ORDER BY due_ms, n LIMIT %s;
-- name: claim
WITH free AS (SELECT id FROM outbox WHERE state = 'queued' AND due_ms <= %s AND free_ms <= %s ORDER BY due_ms, n LIMIT %s FOR UPDATE SKIP LOCKED), taken AS (UPDATE outbox SET owner = %s, free_ms = %s, tries = tries + 1 FROM free WHERE outbox.id = free.id RETURNING outbox.*) SELECT id, recipient, bearer, address_ref, body, due_ms, tries, said FROM taken ORDER BY due_ms, n;
-- name: end-message
UPDATE outbox SET state = %s, said = %s, owner = '' WHERE id = %s AND state = 'queued';
-- name: retry
UPDATE outbox SET due_ms = %s, free_ms = %s, said = %s, owner = '' WHERE id = %s AND state = 'queued' AND owner = %s;
-- name: ended
SELECT id, recipient, bearer, address_ref, body, due_ms, tries, state, said FROM outbox WHERE id = %s AND state <> 'queued';
-- name: queued
SELECT id, recipient, bearer, address_ref, body, due_ms, tries, said FROM outbox WHERE state = 'queued' ORDER BY due_ms, n;
-- name: clean-outbox
DELETE FROM outbox WHERE state <> 'queued' AND due_ms < %s;
