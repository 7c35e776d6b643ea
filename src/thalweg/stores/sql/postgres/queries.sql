-- name: schema-version
SELECT CASE WHEN to_regclass('thalweg_schema') IS NULL THEN NULL ELSE 'known' END;
-- name: make-version
CREATE TABLE thalweg_schema (version integer NOT NULL);
-- name: first-version
INSERT INTO thalweg_schema VALUES (0);
-- name: version
SELECT version FROM thalweg_schema;
-- name: set-version
UPDATE thalweg_schema SET version = %s;
-- name: safe
SELECT pg_is_in_recovery(), current_setting('fsync'), current_setting('full_page_writes');
-- name: lock
SELECT pg_try_advisory_lock(1414024279, (SELECT oid::bigint::bit(32)::integer FROM pg_namespace WHERE nspname = current_schema()));
-- name: unlock
SELECT pg_advisory_unlock(1414024279, (SELECT oid::bigint::bit(32)::integer FROM pg_namespace WHERE nspname = current_schema()));
-- name: take-fence
UPDATE log SET fence = fence + 1 RETURNING fence;
-- name: move
UPDATE log SET size = %s, root = %s WHERE one = 1 AND fence = %s AND size = %s;
-- name: standing
SELECT fence, size FROM log;
-- name: add-entries
INSERT INTO entry (i, leaf, data) SELECT * FROM unnest(%s::bigint[], %s::bytea[], %s::bytea[]);
-- name: add-events
INSERT INTO author_event (author, seq, hash, i) SELECT * FROM unnest(%s::text[], %s::bigint[], %s::bytea[], %s::bigint[]);
-- name: add-identity
INSERT INTO identity (i) SELECT * FROM unnest(%s::bigint[]);
-- name: add-tiles
INSERT INTO tile (level, n, root, hashes) SELECT * FROM unnest(%s::integer[], %s::bigint[], %s::bytea[], %s::bytea[]);
-- name: add-checkpoint
INSERT INTO checkpoint (size, note) VALUES (%s, %s);
-- name: add-payloads
INSERT INTO payload (digest, salt, payload) SELECT * FROM unnest(%s::bytea[], %s::bytea[], %s::bytea[]) ON CONFLICT (digest) DO NOTHING;
-- name: head
SELECT log.size, log.root, checkpoint.note FROM log JOIN checkpoint USING (size);
-- name: entry
SELECT data FROM entry WHERE i = %s;
-- name: entries
SELECT data FROM entry WHERE i >= %s AND i < %s ORDER BY i;
-- name: leaves
SELECT leaf FROM entry WHERE i >= %s AND i < %s ORDER BY i;
-- name: tile
SELECT hashes FROM tile WHERE level = %s AND n = %s;
-- name: roots
SELECT root FROM tile WHERE level = %s AND n >= %s AND n < %s ORDER BY n;
-- name: find
SELECT seq, hash, i FROM author_event WHERE author = %s AND seq = %s;
-- name: tip
SELECT seq, hash, i FROM author_event WHERE author = %s ORDER BY seq DESC LIMIT 1;
-- name: identity
SELECT entry.i, entry.data FROM identity JOIN entry USING (i) ORDER BY i;
-- name: checkpoint
SELECT note FROM checkpoint WHERE size = %s;
-- name: sizes
SELECT size FROM checkpoint ORDER BY size;
-- name: cosign
UPDATE checkpoint SET note = %s WHERE size = %s;
-- name: payload
SELECT salt, payload FROM payload WHERE digest = %s;
-- name: payloads
SELECT digest, payload FROM payload WHERE digest = ANY (%s::bytea[]);
-- name: erase
DELETE FROM payload WHERE digest = %s;
-- name: rewrite-payloads
VACUUM FULL payload;
-- name: size
SELECT size FROM log;
-- name: channel
SELECT 'thalweg_log_' || (SELECT oid FROM pg_namespace WHERE nspname = current_schema());
-- name: notify-grown
SELECT pg_notify('thalweg_log_' || (SELECT oid FROM pg_namespace WHERE nspname = current_schema()), 'grown');
-- name: end-the-writer
SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND classid = 1414024279 AND objid = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND granted AND pid <> pg_backend_pid() AND usename = current_user;
-- name: beat
SELECT 1;
-- name: silent-writer
SELECT pid FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND classid = 1414024279 AND objid = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND granted AND pid <> pg_backend_pid() AND usename = current_user AND left(state, 4) = 'idle' AND clock_timestamp() - state_change > make_interval(secs => %s::float8);
-- name: end-silent-writer
SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND classid = 1414024279 AND objid = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND granted AND pid <> pg_backend_pid() AND usename = current_user AND left(state, 4) = 'idle' AND clock_timestamp() - state_change > make_interval(secs => %s::float8);
