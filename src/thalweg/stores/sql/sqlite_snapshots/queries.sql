-- name: add-snapshot
INSERT INTO snapshot (name, size, root) VALUES (?, ?, ?) RETURNING id;
-- name: add-piece
INSERT INTO piece (snapshot, n, data) VALUES (?, ?, ?);
-- name: seal-snapshot
UPDATE snapshot SET bytes = ?, checksum = ? WHERE id = ?;
-- name: unfinished
SELECT id FROM snapshot WHERE name = ? AND bytes IS NULL;
-- name: superseded
SELECT id FROM snapshot WHERE name = ?1 AND bytes IS NOT NULL AND (id NOT IN (SELECT id FROM snapshot WHERE name = ?1 AND bytes IS NOT NULL ORDER BY id DESC LIMIT ?3) OR (size = ?2 AND id <> (SELECT max(id) FROM snapshot WHERE name = ?1 AND bytes IS NOT NULL)));
-- name: drop-snapshot
DELETE FROM snapshot WHERE id = ?;
-- name: drop-piece
DELETE FROM piece WHERE snapshot = ?1 AND n = (SELECT max(n) FROM piece WHERE snapshot = ?1);
-- name: snapshots
SELECT id, size, root, bytes, checksum FROM snapshot WHERE name = ? AND bytes IS NOT NULL ORDER BY id DESC;
-- name: piece
SELECT rowid, length(data) FROM piece WHERE snapshot = ? AND n = ?;
-- name: orphan
SELECT DISTINCT snapshot FROM piece WHERE snapshot NOT IN (SELECT id FROM snapshot);
