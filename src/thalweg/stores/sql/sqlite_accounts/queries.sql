-- name: add-account
INSERT INTO door_account (id, login, author, party, language, created_ms, machine, disabled) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING;
-- name: change-account
UPDATE door_account SET language = ?, disabled = ? WHERE id = ?;
-- name: account
SELECT id, login, author, party, language, created_ms, machine, disabled FROM door_account WHERE id = ?;
-- name: account-by-login
SELECT id, login, author, party, language, created_ms, machine, disabled FROM door_account WHERE login = ?;
-- name: accounts
SELECT id, login, author, party, language, created_ms, machine, disabled FROM door_account ORDER BY login;
-- name: add-passkey
INSERT INTO door_passkey (credential, account, public_key, sign_count, label, transports, created_ms, used_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING;
-- name: passkey
SELECT credential, account, public_key, sign_count, label, transports, created_ms, used_ms FROM door_passkey WHERE credential = ?;
-- name: passkeys
SELECT credential, account, public_key, sign_count, label, transports, created_ms, used_ms FROM door_passkey WHERE account = ? ORDER BY created_ms, credential;
-- name: use-passkey
UPDATE door_passkey SET sign_count = ?, used_ms = ? WHERE credential = ?;
-- name: remove-passkey
DELETE FROM door_passkey WHERE account = ? AND credential = ?;
-- name: remove-passkeys
DELETE FROM door_passkey WHERE account = ?;
-- name: set-password
INSERT INTO door_password (account, hash, changed_ms) VALUES (?, ?, ?) ON CONFLICT (account) DO UPDATE SET hash = excluded.hash, changed_ms = excluded.changed_ms;
-- name: password
SELECT account, hash, changed_ms FROM door_password WHERE account = ?;
-- name: remove-password
DELETE FROM door_password WHERE account = ?;
-- name: set-totp
INSERT INTO door_totp (account, sealed, last_step, created_ms) VALUES (?, ?, ?, ?) ON CONFLICT (account) DO UPDATE SET sealed = excluded.sealed, last_step = excluded.last_step, created_ms = excluded.created_ms;
-- name: totp
SELECT account, sealed, last_step, created_ms FROM door_totp WHERE account = ?;
-- name: use-totp
UPDATE door_totp SET last_step = ? WHERE account = ? AND last_step < ?;
-- name: remove-totp
DELETE FROM door_totp WHERE account = ?;
-- name: add-recovery
INSERT INTO door_recovery (account, digest, created_ms) VALUES (?, ?, ?);
-- name: recovery
SELECT account, digest, created_ms FROM door_recovery WHERE account = ? ORDER BY digest;
-- name: use-recovery
DELETE FROM door_recovery WHERE account = ? AND digest = ?;
-- name: remove-recovery
DELETE FROM door_recovery WHERE account = ?;
-- name: add-session
INSERT INTO door_session (digest, account, how, created_ms, expires_ms, seen_ms, strong_ms, agent) VALUES (?, ?, ?, ?, ?, ?, ?, ?);
-- name: session
SELECT digest, account, how, created_ms, expires_ms, seen_ms, strong_ms, agent FROM door_session WHERE digest = ?;
-- name: sessions
SELECT digest, account, how, created_ms, expires_ms, seen_ms, strong_ms, agent FROM door_session WHERE account = ? ORDER BY created_ms DESC, digest;
-- name: see-session
UPDATE door_session SET seen_ms = ? WHERE digest = ?;
-- name: end-session
DELETE FROM door_session WHERE digest = ?;
-- name: end-sessions
DELETE FROM door_session WHERE account = ? AND digest <> ?;
-- name: add-device
INSERT INTO door_device (digest, account, created_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING;
-- name: device
SELECT digest, account, created_ms FROM door_device WHERE digest = ? AND account = ?;
-- name: add-token
INSERT INTO door_token (id, digest, account, scopes, created_ms, expires_ms, used_ms, label) VALUES (?, ?, ?, ?, ?, ?, ?, ?);
-- name: token
SELECT id, digest, account, scopes, created_ms, expires_ms, used_ms, label FROM door_token WHERE digest = ?;
-- name: tokens
SELECT id, digest, account, scopes, created_ms, expires_ms, used_ms, label FROM door_token WHERE account = ? ORDER BY created_ms, id;
-- name: use-token
UPDATE door_token SET used_ms = ? WHERE digest = ?;
-- name: remove-token
DELETE FROM door_token WHERE account = ? AND id = ?;
-- name: remove-tokens
DELETE FROM door_token WHERE account = ?;
-- name: add-certificate
INSERT INTO door_certificate (fingerprint, account, scopes, created_ms, expires_ms, label) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING;
-- name: certificate
SELECT fingerprint, account, scopes, created_ms, expires_ms, label FROM door_certificate WHERE fingerprint = ?;
-- name: certificates
SELECT fingerprint, account, scopes, created_ms, expires_ms, label FROM door_certificate WHERE account = ? ORDER BY created_ms, fingerprint;
-- name: remove-certificate
DELETE FROM door_certificate WHERE account = ? AND fingerprint = ?;
-- name: remove-certificates
DELETE FROM door_certificate WHERE account = ?;
-- name: remove-devices
DELETE FROM door_device WHERE account = ?;
-- name: add-contact
INSERT INTO door_contact (id, owner, kind, address, secret, salt, language, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?);
-- name: contacts
SELECT id, owner, kind, address, secret, salt, language, created_ms FROM door_contact WHERE owner = ? ORDER BY created_ms, id;
-- name: erase-contact
DELETE FROM door_contact WHERE owner = ? AND id = ?;
-- name: add-invitation
INSERT INTO door_invitation (digest, party, role, author, account, created_ms, expires_ms) VALUES (?, ?, ?, ?, ?, ?, ?);
-- name: invitation
SELECT digest, party, role, author, account, created_ms, expires_ms FROM door_invitation WHERE digest = ?;
-- name: use-invitation
DELETE FROM door_invitation WHERE digest = ?;
-- name: add-ceremony
INSERT INTO door_ceremony (digest, purpose, account, content, expires_ms) VALUES (?, ?, ?, ?, ?) ON CONFLICT (digest) DO UPDATE SET purpose = excluded.purpose, account = excluded.account, content = excluded.content, expires_ms = excluded.expires_ms;
-- name: take-ceremony
DELETE FROM door_ceremony WHERE digest = ? RETURNING digest, purpose, account, content, expires_ms;
-- name: failures
SELECT count, last_ms FROM door_failure WHERE name = ?;
-- name: fail
INSERT INTO door_failure (name, count, last_ms) VALUES (?, 1, ?) ON CONFLICT (name) DO UPDATE SET count = door_failure.count + 1, last_ms = excluded.last_ms RETURNING count, last_ms;
-- name: forgive
DELETE FROM door_failure WHERE name = ?;
-- name: sweep-sessions
DELETE FROM door_session WHERE expires_ms <= ?;
-- name: sweep-ceremonies
DELETE FROM door_ceremony WHERE expires_ms <= ?;
-- name: sweep-invitations
DELETE FROM door_invitation WHERE expires_ms <= ?;
-- name: sweep-failures
DELETE FROM door_failure WHERE last_ms <= ?;
