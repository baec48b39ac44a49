-- A role for `medrag serve` that can add to the audit trail and change nothing in it, not even its triggers.
-- Run by the owner of the tables, after `medrag db upgrade` as that owner; then: ALTER ROLE medrag_serve PASSWORD '...'.
CREATE ROLE medrag_serve LOGIN;
GRANT SELECT ON alembic_version TO medrag_serve;
GRANT SELECT, INSERT ON audit_records TO medrag_serve;
GRANT SELECT, UPDATE ON audit_head TO medrag_serve;
GRANT SELECT, INSERT, UPDATE, DELETE ON patients, client_tokens TO medrag_serve;
GRANT SELECT, INSERT ON reviews TO medrag_serve;
GRANT USAGE ON SEQUENCE reviews_number_seq TO medrag_serve;
