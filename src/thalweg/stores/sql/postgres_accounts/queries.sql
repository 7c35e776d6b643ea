-- name: add-account
INSERT INTO door_account (id, login, author, party, language, created_ms, machine, disabled) VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING;
-- name: change-account
UPDATE door_account SET language = %s, disabled = %s WHERE id = %s;
-- name: account
SELECT id, login, author, party, language, created_ms, machine, disabled FROM door_account WHERE id = %s;
-- name: account-by-login
SELECT id, login, author, party, language, created_ms, machine, disabled FROM door_account WHERE login = %s;
-- name: accounts
SELECT id, login, author, party, language, created_ms, machine, disabled FROM door_account ORDER BY login;
-- name: add-passkey
INSERT INTO door_passkey (credential, account, public_key, sign_count, label, transports, created_ms, used_ms) VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING;
-- name: passkey
SELECT credential, account, public_key, sign_count, label, transports, created_ms, used_ms FROM door_passkey WHERE credential = %s;
-- name: passkeys
SELECT credential, account, public_key, sign_count, label, transports, created_ms, used_ms FROM door_passkey WHERE account = %s ORDER BY created_ms, credential;
-- name: use-passkey
UPDATE door_passkey SET sign_count = %s, used_ms = %s WHERE credential = %s;
-- name: remove-passkey
DELETE FROM door_passkey WHERE account = %s AND credential = %s;
-- name: remove-passkeys
DELETE FROM door_passkey WHERE account = %s;
-- name: set-password
INSERT INTO door_password (account, hash, changed_ms) VALUES (%s, %s, %s) ON CONFLICT (account) DO UPDATE SET hash = excluded.hash, changed_ms = excluded.changed_ms;
-- name: password
SELECT account, hash, changed_ms FROM door_password WHERE account = %s;
-- name: remove-password
DELETE FROM door_password WHERE account = %s;
-- name: set-totp
INSERT INTO door_totp (account, sealed, last_step, created_ms) VALUES (%s, %s, %s, %s) ON CONFLICT (account) DO UPDATE SET sealed = excluded.sealed, last_step = excluded.last_step, created_ms = excluded.created_ms;
-- name: totp
SELECT account, sealed, last_step, created_ms FROM door_totp WHERE account = %s;
-- name: use-totp
UPDATE door_totp SET last_step = %s WHERE account = %s AND last_step < %s;
-- name: remove-totp
DELETE FROM door_totp WHERE account = %s;
-- name: add-recovery
INSERT INTO door_recovery (account, digest, created_ms) VALUES (%s, %s, %s);
-- name: recovery
SELECT account, digest, created_ms FROM door_recovery WHERE account = %s ORDER BY digest;
-- name: use-recovery
DELETE FROM door_recovery WHERE account = %s AND digest = %s;
-- name: remove-recovery
DELETE FROM door_recovery WHERE account = %s;
-- name: add-session
INSERT INTO door_session (digest, account, how, created_ms, expires_ms, seen_ms, strong_ms, agent) VALUES (%s, %s, %s, %s, %s, %s, %s, %s);
-- name: session
SELECT digest, account, how, created_ms, expires_ms, seen_ms, strong_ms, agent FROM door_session WHERE digest = %s;
-- name: sessions
SELECT digest, account, how, created_ms, expires_ms, seen_ms, strong_ms, agent FROM door_session WHERE account = %s ORDER BY created_ms DESC, digest;
-- name: see-session
UPDATE door_session SET seen_ms = %s WHERE digest = %s;
-- name: end-session
DELETE FROM door_session WHERE digest = %s;
-- name: end-sessions
DELETE FROM door_session WHERE account = %s AND digest <> %s;
-- name: add-device
INSERT INTO door_device (digest, account, created_ms) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING;
-- name: device
SELECT digest, account, created_ms FROM door_device WHERE digest = %s AND account = %s;
-- name: add-token
INSERT INTO door_token (id, digest, account, scopes, created_ms, expires_ms, used_ms, label) VALUES (%s, %s, %s, %s, %s, %s, %s, %s);
-- name: token
SELECT id, digest, account, scopes, created_ms, expires_ms, used_ms, label FROM door_token WHERE digest = %s;
-- name: tokens
SELECT id, digest, account, scopes, created_ms, expires_ms, used_ms, label FROM door_token WHERE account = %s ORDER BY created_ms, id;
-- name: use-token
UPDATE door_token SET used_ms = %s WHERE digest = %s;
-- name: remove-token
DELETE FROM door_token WHERE account = %s AND id = %s;
-- name: remove-tokens
DELETE FROM door_token WHERE account = %s;
-- name: add-certificate
INSERT INTO door_certificate (fingerprint, account, scopes, created_ms, expires_ms, label) VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING;
-- name: certificate
SELECT fingerprint, account, scopes, created_ms, expires_ms, label FROM door_certificate WHERE fingerprint = %s;
-- name: certificates
SELECT fingerprint, account, scopes, created_ms, expires_ms, label FROM door_certificate WHERE account = %s ORDER BY created_ms, fingerprint;
-- name: remove-certificate
DELETE FROM door_certificate WHERE account = %s AND fingerprint = %s;
-- name: remove-certificates
DELETE FROM door_certificate WHERE account = %s;
-- name: remove-devices
DELETE FROM door_device WHERE account = %s;
-- name: add-contact
INSERT INTO door_contact (id, owner, kind, address, secret, salt, language, created_ms) VALUES (%s, %s, %s, %s, %s, %s, %s, %s);
-- name: contacts
SELECT id, owner, kind, address, secret, salt, language, created_ms FROM door_contact WHERE owner = %s ORDER BY created_ms, id;
-- name: erase-contact
DELETE FROM door_contact WHERE owner = %s AND id = %s;
-- name: add-invitation
INSERT INTO door_invitation (digest, party, role, author, account, created_ms, expires_ms) VALUES (%s, %s, %s, %s, %s, %s, %s);
-- name: invitation
SELECT digest, party, role, author, account, created_ms, expires_ms FROM door_invitation WHERE digest = %s;
-- name: use-invitation
DELETE FROM door_invitation WHERE digest = %s;
-- name: add-ceremony
INSERT INTO door_ceremony (digest, purpose, account, content, expires_ms) VALUES (%s, %s, %s, %s, %s) ON CONFLICT (digest) DO UPDATE SET purpose = excluded.purpose, account = excluded.account, content = excluded.content, expires_ms = excluded.expires_ms;
-- name: take-ceremony
DELETE FROM door_ceremony WHERE digest = %s RETURNING digest, purpose, account, content, expires_ms;
-- name: failures
SELECT count, last_ms FROM door_failure WHERE name = %s;
-- name: fail
INSERT INTO door_failure (name, count, last_ms) VALUES (%s, 1, %s) ON CONFLICT (name) DO UPDATE SET count = door_failure.count + 1, last_ms = excluded.last_ms RETURNING count, last_ms;
-- name: forgive
DELETE FROM door_failure WHERE name = %s;
-- name: sweep-sessions
DELETE FROM door_session WHERE expires_ms <= %s;
-- name: sweep-ceremonies
DELETE FROM door_ceremony WHERE expires_ms <= %s;
-- name: sweep-invitations
DELETE FROM door_invitation WHERE expires_ms <= %s;
-- name: sweep-failures
DELETE FROM door_failure WHERE last_ms <= %s;
-- name: rewrite-contacts
VACUUM FULL door_contact;
-- name: schema-version
SELECT CASE WHEN to_regclass('thalweg_accounts_schema') IS NULL THEN NULL ELSE 'known' END;
-- name: make-version
CREATE TABLE thalweg_accounts_schema (version integer NOT NULL);
-- name: first-version
INSERT INTO thalweg_accounts_schema VALUES (0);
-- name: version
SELECT version FROM thalweg_accounts_schema;
-- name: set-version
UPDATE thalweg_accounts_schema SET version = %s;
