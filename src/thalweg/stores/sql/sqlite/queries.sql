-- name: take-fence
UPDATE log SET fence = fence + 1 RETURNING fence;
-- name: move
UPDATE log SET size = ?1, root = ?2 WHERE one = 1 AND fence = ?3 AND size = ?4;
-- name: standing
SELECT fence, size FROM log;
-- name: add-entry
INSERT INTO entry (i, leaf, data) VALUES (?, ?, ?);
-- name: add-event
INSERT INTO author_event (author, seq, hash, i) VALUES (?, ?, ?, ?);
-- name: add-identity
INSERT INTO identity (i) VALUES (?);
-- name: add-tile
INSERT INTO tile (id, root, hashes) VALUES (?, ?, ?);
-- name: add-checkpoint
INSERT INTO checkpoint (size, note) VALUES (?, ?);
-- name: add-payload
INSERT INTO payload (digest, salt, payload) VALUES (?, ?, ?) ON CONFLICT (digest) DO NOTHING;
-- name: head
SELECT log.size, log.root, checkpoint.note FROM log JOIN checkpoint USING (size);
-- name: entry
SELECT data FROM entry WHERE i = ?;
-- name: entries
SELECT data FROM entry WHERE i >= ? AND i < ? ORDER BY i;
-- name: leaves
SELECT leaf FROM entry WHERE i >= ? AND i < ? ORDER BY i;
-- name: tile
SELECT hashes FROM tile WHERE id = ?;
-- name: roots
SELECT root FROM tile WHERE id >= ? AND id < ? ORDER BY id;
-- name: find
SELECT seq, hash, i FROM author_event WHERE author = ? AND seq = ?;
-- name: tip
SELECT seq, hash, i FROM author_event WHERE author = ? ORDER BY seq DESC LIMIT 1;
-- name: identity
SELECT entry.i, entry.data FROM identity JOIN entry USING (i) ORDER BY i;
-- name: checkpoint
SELECT note FROM checkpoint WHERE size = ?;
-- name: sizes
SELECT size FROM checkpoint ORDER BY size;
-- name: cosign
UPDATE checkpoint SET note = ? WHERE size = ?;
-- name: payload
SELECT salt, payload FROM payload WHERE digest = ?;
-- name: erase
DELETE FROM payload WHERE digest = ?;
-- name: size
SELECT size FROM log;
